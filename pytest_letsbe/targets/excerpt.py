"""Shows a reader what a target wrote without showing a secret: short, printable, masked."""

from __future__ import annotations

import re

HEAD = 24
TAIL_BYTES = 64 * 1024
TAIL_LINES = 20
LINE_WIDTH = 200

# A run that could be a credential. Names of exceptions are let through: they are what the reader needs.
_RUN = re.compile(r"(?<![A-Za-z0-9+/=_-])(?![A-Za-z]+(?:Error|Exception|Warning)\b)[A-Za-z0-9+/=_-]{16,}")

# Where a stack trace says that something happened: a file of the program, which was there before any secret came.
_FRAME = re.compile(
    r'\s*File "(?:/[\w.+@-]{1,30})+", line \d+, in \w+\Z|\s*at (?:[\w.<>]+ )?\(?(?:file://)?(?:/[\w.+@-]{1,30})+:\d+:\d+\)?\Z'
)

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def mask(text: str, width: int = LINE_WIDTH) -> str:
    """``text`` on one printable line, each credential-like run cut to its first four characters and its length."""
    # Cut before the masking, so that a megabyte costs nothing, and with room, so that no run loses its tail to the cut.
    line = _printable(text[: 4 * width])
    frame = _FRAME.match(line)
    head = frame[0] if frame else ""
    shown = head + _RUN.sub(_shorten, line[len(head) :])
    return shown if len(shown) <= width else shown[: width - 1] + "…"


def one_line(text: str, width: int = 80) -> str:
    """A name or a command, printable and short; not masked, for what is no secret."""
    shown = " ".join(_printable(text[: 4 * width]).split())
    return shown if len(shown) <= width else shown[: width - 1] + "…"


def excerpt(data: bytes) -> str:
    """The first printable characters of a bad line, and its length."""
    head = _printable(data[: 4 * HEAD].decode("utf-8", "replace"))[:HEAD]
    return f"{head!r} ({len(data)} bytes)"


def _printable(text: str) -> str:
    # A terminal must not obey what a target prints, and a lone surrogate can't be printed at all.
    return "".join(c if c.isprintable() else " " if c in "\t\r\n" else "?" for c in _COLOUR.sub("", text))


def _shorten(match: re.Match[str]) -> str:
    run = match[0]
    if run.startswith("/"):  # an absolute path: stays readable, but for a long part
        return "/".join(_cut(part) for part in run.split("/"))
    return _cut(run)


def _cut(run: str) -> str:
    return run if len(run) < 16 else f"{run[:4]}…({len(run)})"


class Quote(str):
    """A line of evidence with words of the target's in it: who knows what the target was given can cut those too."""

    __slots__ = ()


class Tail:
    """The last 64 kB of what a process wrote, however much it writes."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def add(self, data: bytes) -> None:
        self._kept += data
        if len(self._kept) > TAIL_BYTES:
            del self._kept[:-TAIL_BYTES]

    def lines(self) -> list[str]:
        """The last twenty lines, masked."""
        text = bytes(self._kept).decode("utf-8", "replace").rstrip()
        return [mask(line.rstrip()) for line in text.splitlines()[-TAIL_LINES:]]

    def words(self, heading: str) -> list[str]:
        """The lines, indented below a heading; empty when nothing was written."""
        lines = self.lines()
        return [heading, *(Quote(f"  {line}") for line in lines)] if lines else []
