"""Other writings of a text: invisible characters dropped, full-width letters folded, base64 runs decoded.

Each view tells where its characters came from, so that a finding points into the file as it is.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

from .patterns import Pattern, compile_re2

#: Base64 shorter than this holds less than a word and a border on both sides.
SHORTEST = 20
MOST_RUNS = 2000
LONGEST = 262_144

_SPECIAL = re.compile(
    rb"\xc2\xad|\xe1\xa0\x8e|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf|\xef\xbc[\x8e-\xbf]"
    rb"|\xef\xbd[\x80-\x9e]|\xe2\x93[\x90-\xbf]|\xf0\x9d[\x90-\x9f]"
)
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_RUN_CHARS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_SHAPE = bytes(0x61 if byte in _RUN_CHARS else 0x20 for byte in range(256))
_NEEDLE = b"a" * SHORTEST
_ASCII = bytes(range(128))
_PRINTABLE = b"\t\n\r" + bytes(range(0x20, 0x7F))


def _sextets(keep: Callable[[int], bool]) -> bytes:
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return b"[" + b"".join(re.escape(letters[n : n + 1]) for n in range(64) if keep(n)) + b"]"


#: Base64 whose first twelve bytes are ASCII: the top bit of every byte is 0, which nearly no identifier keeps up.
_ASCII_HEAD = re.compile(
    b"(?:" + _sextets(lambda n: n < 32) + _sextets(lambda n: not n & 8) + _sextets(lambda n: not n & 2) + b"[^ ]){4}"
)


@dataclass(frozen=True, slots=True)
class View:
    """Another writing of (a part of) a text. ``starts[i]`` in the view came from ``origins[i]`` in the text."""

    text: bytes
    kind: str
    starts: tuple[int, ...]
    origins: tuple[int, ...]
    whole: tuple[int, int] | None = None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The place in the text that a place in the view came from."""
        if self.whole is not None:
            return self.whole
        return self._map(start), max(self._map(end - 1) + 1, self._map(start) + 1)

    def _map(self, offset: int) -> int:
        index = bisect_right(self.starts, offset) - 1
        return self.origins[index] + offset - self.starts[index]


def folded(text: bytes) -> Iterator[View]:
    """One view of every line that holds invisible or compatibility characters."""
    if not may_fold(text):
        return
    done = 3 if text.startswith(b"\xef\xbb\xbf") else 0
    while found := _SPECIAL.search(text, done):
        start = text.rfind(b"\n", 0, found.start()) + 1
        end = text.find(b"\n", found.start())
        end = len(text) if end < 0 else end
        if end - start <= LONGEST:
            yield _fold(text[start:end], start)
        done = end


def _fold(line: bytes, base: int) -> View:
    out, starts, origins, size, at = [], [], [], 0, base
    for char in line.decode("utf-8", "surrogateescape"):
        raw = char.encode("utf-8", "surrogateescape")
        plain = b"" if _INVISIBLE.match(char) else raw if char.isascii() else _compatible(char, raw)
        if plain:
            out.append(plain)
            starts.append(size)
            origins.append(at)
            size += len(plain)
        at += len(raw)
    return View(b"".join(out), "folded", tuple(starts) or (0,), tuple(origins) or (base,))


def _compatible(char: str, raw: bytes) -> bytes:
    return raw if "\udc80" <= char <= "\udcff" else unicodedata.normalize("NFKC", char).encode("utf-8", "replace")


def decoded(text: bytes, *, fast: bool) -> Iterator[View]:
    """One view of every base64 run that holds text, the first ``MOST_RUNS`` of them."""
    for start, end, plain in islice(encoded(text, fast=fast), MOST_RUNS):
        yield View(plain, "base64", (0,), (start,), (start, end))


def encoded(text: bytes, *, fast: bool) -> Iterator[tuple[int, int, bytes]]:
    """Start, end and meaning of every base64 run that holds text."""
    for start, end in _runs_re2(text) if fast else _runs(text):
        if plain := decode_run(text[start : min(end, start + LONGEST)]):
            yield start, end, plain


def _runs(text: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of every run of base64 characters whose first bytes would be ASCII."""
    shape = text.translate(_SHAPE)
    start = shape.find(_NEEDLE)
    while start >= 0:
        end = shape.find(b" ", start)
        end = len(text) if end < 0 else end
        if _ASCII_HEAD.match(text, start):
            yield start, end
        start = shape.find(_NEEDLE, end)


@cache
def _run_pattern() -> Pattern:
    run = "[0-9A-Za-z+/]"
    head = _ASCII_HEAD.pattern.decode("ascii").replace("[^ ]", run)
    return compile_re2(rf"(?:\A|[^0-9A-Za-z+/])({head}{run}{{{SHORTEST - 16},}})")


def _runs_re2(text: bytes) -> Iterator[tuple[int, int]]:
    """The same runs, found by re2 in a third of the time."""
    for found in _run_pattern().finditer(text):
        yield found.span(1)


def may_fold(text: bytes) -> bool:
    """Does a text hold invisible or compatibility characters?"""
    # Without its ASCII a text is short, and its other characters still are what they were.
    return not text.isascii() and _SPECIAL.search(text.translate(None, _ASCII)) is not None


def decode_run(run: bytes) -> bytes | None:
    """What a run of base64 says, when it says text."""
    if len(run) < SHORTEST:
        return None
    try:
        if binascii.a2b_base64(run[:16]).translate(None, _PRINTABLE):
            return None
        plain = binascii.a2b_base64(run[: len(run) - 1 if len(run) % 4 == 1 else None] + b"=" * (-len(run) % 4))
    except (binascii.Error, ValueError):
        return None
    return None if plain.translate(None, _PRINTABLE) else plain
