"""pytest-xdist: workers tell the controller which manifests they met; it never sees their collection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .model import UsageError
from .report import KEY, Reporter, left_out
from .session import open_manifest


class ControllerHooks:
    """Registered on the controller only."""

    def __init__(self, config: pytest.Config, reporter: Reporter) -> None:
        self.config = config
        self.reporter = reporter

    def pytest_sessionstart(self) -> None:
        """Refuse a bad manifest before workers start: in a worker it could only be a collection error."""
        for argument in self.config.args:
            path = Path(str(argument).partition("::")[0])
            path = path / "letsbe.yaml" if path.is_dir() else path
            if path.name == "letsbe.yaml" and path.is_file():
                try:
                    open_manifest(self.config, (self.config.invocation_params.dir / path).resolve())
                except UsageError as error:
                    raise pytest.UsageError(str(error)) from None

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object | None) -> None:
        """Take over what the worker collected and left out."""
        output = getattr(node, "workeroutput", {}).get(KEY, {})
        for path in output.get("manifests", ()):
            open_manifest(self.config, Path(path))
            self.reporter.collected.add(Path(path))
        for name, check, invariant, case in output.get("deselected", ()):
            self.reporter.deselected[name] = left_out(name, check, invariant, case)
