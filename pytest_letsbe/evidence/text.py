"""Makes a foreign line fit to print: one line, bounded, without control codes and without a whole token."""

from __future__ import annotations

import re

MAX_LINE = 300

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_RUN = re.compile(r"[A-Za-z0-9_+/=~-]{16,}")
_PIECES = re.compile(r"[_+/=~-]+")
#: A piece of an identifier or a path that people write, not draw at random: ``reports``, ``ModuleNotFound``, ``311``.
_WORD = re.compile(r"(?:[a-z]{1,15}(?:[A-Z][a-z]{2,14})*|(?:[A-Z][a-z]{2,14})+|[A-Z]{1,10}|[a-z]{0,9}[0-9]{1,3})\Z")
_DIGITS = 6  # more than these make a run of short pieces look like a serial number


def mask(text: str) -> str:
    """Replace token-like runs of 16 characters and more by their first four and their length."""
    return _RUN.sub(_masked, text)


def one_line(text: str) -> str:
    """``text`` as one printable line of at most 300 characters, masked."""
    cut = text[: 16 * MAX_LINE]
    if len(cut) < len(text):  # the cut may have left a token's first half, too short to be recognised
        cut = re.sub(r"[A-Za-z0-9_+/=~-]*\Z", "", cut) or cut
    line = mask(_CONTROL.sub("", _ESCAPE.sub("", " ".join(cut.split()))))
    return line if len(line) <= MAX_LINE else line[: MAX_LINE - 1] + "…"


def _masked(match: re.Match[str]) -> str:
    run = match.group()
    pieces = [piece for piece in _PIECES.split(run) if piece]
    if all(_WORD.match(piece) for piece in pieces) and sum(map(str.isdigit, run)) <= _DIGITS:
        return run
    return f"{run[:4]}…<{len(run)}>"
