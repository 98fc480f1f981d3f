"""Reading git commands in a folder, apart from the caller's environment and with a deadline."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

SECONDS = 20.0


class Git:
    """git in one folder; commands that fail give None, so that a caller says what is missing."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def inside(self) -> bool:
        return (self.text("rev-parse", "--is-inside-work-tree") or "").strip() == "true"

    def show(self, commit: str, path: str) -> bytes | None:
        """A file of a commit, by its path below the folder; None where it isn't one there."""
        return self.bytes("show", f"{commit}:./{path}")

    def text(self, *arguments: str) -> str | None:
        found = self.bytes(*arguments)
        return None if found is None else found.decode("utf-8", "surrogateescape")

    def bytes(self, *arguments: str) -> bytes | None:
        """What the command prints, or None when it fails, takes too long, or there is no git."""
        command = ["git", "-C", os.fspath(self._root), "-c", "core.quotepath=off", "-c", "core.fsmonitor=false"]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k == "GIT_CONFIG_GLOBAL"}
        environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_REPLACE_OBJECTS": "1"}
        try:
            ran = subprocess.run(
                [*command, *arguments], capture_output=True, check=False, env=environment, timeout=SECONDS,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return None
        return ran.stdout if ran.returncode == 0 else None
