"""A target that is a Python object or function, in a process of its own so that a hang can be ended."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from .excerpt import one_line
from .stdio import StdioTarget


class PythonTarget(StdioTarget):
    """``module:attribute`` or ``path/to/file.py:attribute``, found from ``cwd``.

    Even code that never lets go of the interpreter, as a runaway regular expression does, ends at its deadline.
    """

    def __init__(
        self,
        where: str,
        *,
        role: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = 20.0,
    ) -> None:
        # -P: the host's own imports don't come from cwd. -u: what the code printed survives its end.
        argv = [sys.executable, "-P", "-u", "-m", "pytest_letsbe.targets.pyhost", where, role]
        super().__init__(argv, role=role, cwd=cwd, env=env, timeout=timeout, label=one_line(f"python {where}"))
