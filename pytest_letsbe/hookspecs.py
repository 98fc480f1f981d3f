"""What other packages may add: checks, corpora and targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .checks.base import Check
    from .targets import Connector


@pytest.hookspec
def pytest_letsbe_checks() -> Iterable[Check]:
    """Return checks of your own; their names become keys under ``checks`` and may be required with ``+name``.

    Called once, before the first manifest is read.
    """
    return ()


@pytest.hookspec
def pytest_letsbe_corpora(check: str) -> Iterable[Path]:
    """Return folders with corpus files for ``check``; a manifest's ``corpus: [name]`` finds ``name.yaml`` there too.

    Called once for each manifest entry, before its cases are made.
    """
    return ()


@pytest.hookspec
def pytest_letsbe_targets() -> Mapping[str, Connector]:
    """Return ways to reach a target: a manifest's ``targets: {x: {via: NAME, with: {...}}}`` calls the connector NAME.

    A connector gets the ``with`` mapping, the role and the manifest's folder, and returns a ``Target``.
    """
    return {}
