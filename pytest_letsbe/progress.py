"""One line on standard error that says what is running, how far and what is left; silent where nobody watches."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Collection, Iterator
from types import TracebackType
from typing import Self, TextIO, TypeVar

T = TypeVar("T")

#: Seconds between two writes, and before the first word on what is left.
_EVERY, _TELLING = 0.1, 2.0


class Progress:
    """A line that is rewritten in place and gone at the end.

    Args:
        what: what is running, as the line begins.
        total: how many steps there are.
        quiet: say nothing. A pipe, CI, a worker of pytest-xdist and a terminal without a cursor are quiet too.
    """

    def __init__(self, what: str, total: int, *, quiet: bool = False) -> None:
        self._what, self._total, self._done = what, total, 0
        self._began = time.monotonic()
        self._written = float("-inf")
        self._shown = not quiet and somebody_watches(sys.stderr)

    def __enter__(self) -> Self:
        self._show("")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._shown:
            self._write("")

    def step(self, name: str = "", steps: int = 1) -> None:
        """``steps`` more are done; ``name`` is what was done last, or is done now."""
        self._done = min(self._total, self._done + steps)
        self._show(name)

    def _show(self, name: str) -> None:
        now = time.monotonic()
        if not self._shown or (now - self._written < _EVERY and self._done < self._total):
            return
        self._written = now
        parts = [f"{self._what} {self._done:,} of {self._total:,}", name, self._left(now - self._began)]
        self._write("  ".join(part for part in parts if part))

    def _left(self, spent: float) -> str:
        """A guess from the pace so far, once there is a pace."""
        if not self._done or spent < _TELLING or self._done == self._total:
            return ""
        seconds = spent / self._done * (self._total - self._done)
        return f"about {seconds:.0f} s left" if seconds < 100 else f"about {seconds / 60:.0f} min left"

    def _write(self, line: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        plain = "".join(c if c.isprintable() else "?" for c in line)
        sys.stderr.write(f"\r\033[K{plain[:width]}")
        sys.stderr.flush()


def watched(items: Collection[T], what: str, *, quiet: bool = False, share_of: int = 1) -> Iterator[T]:
    """The items, with a line while they are gone through; ``share_of`` processes do as many each."""
    with Progress(what, len(items) * share_of, quiet=quiet) as progress:
        for item in items:
            yield item
            progress.step(steps=share_of)


def somebody_watches(stream: TextIO | None) -> bool:
    """``CI`` is what every CI system sets; some of them give a terminal to a job that nobody looks at."""
    if os.environ.get("CI") or os.environ.get("PYTEST_XDIST_WORKER") or os.environ.get("TERM", "dumb") == "dumb":
        return False
    return stream is not None and stream.isatty()
