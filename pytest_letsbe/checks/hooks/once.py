"""Runs a command to its end, or ends it and everything it started at a deadline."""

from __future__ import annotations

import os
import re
import select
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from ...targets.child import Child

_KEPT = 256 * 1024
_EXIT = re.compile(r"exit code (\d+)")


def run_once(argv: Sequence[str], cwd: Path, env: Mapping[str, str], deadline: float) -> tuple[str, int | None]:
    """The last of what it wrote, and its exit code: None after ``deadline`` seconds. Raises ``StartError``.

    ``env`` is added to our own; start ``argv`` with `env -i` where that mustn't be.
    """
    child = Child(argv, cwd, env, talks=False)
    kept, end, code = bytearray(), time.monotonic() + deadline, None
    fd = child.take_output()
    try:
        while (left := end - time.monotonic()) > 0:
            if select.select([fd], [], [], min(left, 0.25))[0]:
                piece = os.read(fd, 65536)
                kept += piece
                del kept[:-_KEPT]
                if not piece and child.exited(min(left, 5.0)):
                    break
            elif child.exited():  # what it left running may hold the pipe
                break
        if child.exited():
            child.end()
            code = int(found.group(1)) if (found := _EXIT.search(child.status())) else 1
    finally:
        os.close(fd)
        child.end()
    return kept.decode("utf-8", "replace"), code
