"""Runs the real ShellCheck over scripts and gives back what it said, with its place."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...model import CheckFailure
from .scripts import Script

_BATCH = 100


@dataclass(frozen=True, slots=True, order=True)
class Comment:
    """One finding of ShellCheck."""

    path: str
    line: int
    column: int
    level: str
    code: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message} (SC{self.code})"


def run(root: Path, scripts: Sequence[Script], severity: str, timeout: float) -> list[Comment]:
    """ShellCheck's findings from ``severity`` on; files that have no shebang are read as bash.

    Raises:
        CheckFailure: the binary is missing, fell silent, or couldn't read a file.
    """
    found: list[Comment] = []
    for shell in (None, "bash"):  # None: as their shebang says
        paths = [script.path for script in scripts if (shell is None) == script.runs]
        for place in range(0, len(paths), _BATCH):
            found += _run(root, paths[place : place + _BATCH], severity, shell, timeout)
    return sorted(found)


def _run(root: Path, paths: Sequence[str], severity: str, shell: str | None, timeout: float) -> list[Comment]:
    command = [_binary(), "--format=json1", f"--severity={severity}", "--external-sources"]
    command += ["--source-path=SCRIPTDIR", *(["--shell", shell] if shell else []), "--", *(f"./{p}" for p in paths)]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        raise CheckFailure(f"ShellCheck gave no answer within {timeout:g} s") from None
    try:
        comments = json.loads(done.stdout)["comments"]
    except (ValueError, LookupError, TypeError):
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-3:]
        raise CheckFailure(f"ShellCheck exited with {done.returncode} and no report", evidence=said) from None
    if done.returncode not in (0, 1):
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-3:]
        raise CheckFailure(f"ShellCheck couldn't read a script (exit {done.returncode})", evidence=said)
    return [
        Comment(c["file"].removeprefix("./"), c["line"], c["column"], c["level"], c["code"], c["message"])
        for c in comments
    ]


def _binary() -> str:
    """The wheel's binary beside this interpreter, else the one on PATH."""
    beside = Path(sys.executable).parent / "shellcheck"
    found = str(beside) if beside.is_file() else shutil.which("shellcheck")
    if found is None:
        raise CheckFailure("ShellCheck isn't installed: pip install 'pytest-letsbe[shell]'")
    return found
