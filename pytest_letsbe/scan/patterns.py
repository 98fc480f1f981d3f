"""Confirm patterns: re2 for ours when it is there, else ``re``; ``regex`` under a time limit for those of users."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import regex

from ..model import Location, UsageError

#: Seconds that a user's pattern may take on one window of a few kilobytes.
TIMEOUT = 1.0

#: What re and re2 read differently, or re2 can't: own patterns do without.
_UNPORTABLE = re.compile(r"\(\?[=!<](?!P?<)|\\[1-9zZGAvhHR]|(?<!\\)\$|\[\[:|\(\?P=")


class Pattern(Protocol):
    """Finds non-overlapping matches in a window of bytes."""

    @property
    def groupindex(self) -> Mapping[Any, int]: ...

    def finditer(self, window: bytes) -> Iterator[Any]: ...


class _Timed:
    """A user's pattern: past the limit it is an error that names its row."""

    def __init__(self, source: str, location: Location, rule: str, flags: int = 0) -> None:
        try:
            self._pattern = regex.compile(source.encode("utf-8"), flags)
        except regex.error as error:
            raise UsageError(f"{rule}: the regex doesn't compile: {error}", location) from None
        self.groupindex: Mapping[Any, int] = self._pattern.groupindex
        self._location = location
        self._rule = rule

    def finditer(self, window: bytes) -> Iterator[Any]:
        try:
            yield from self._pattern.finditer(window, timeout=TIMEOUT)
        except TimeoutError:
            raise UsageError(
                f"{self._rule}: the regex took more than {TIMEOUT:g} s on {len(window)} bytes (catastrophic"
                " backtracking): make nested repetitions unambiguous",
                self._location,
            ) from None


def compile_pattern(source: str, *, rule: str, location: Location, trusted: bool, dialect: str, fast: bool) -> Pattern:
    """Compile for bytes.

    Raises:
        UsageError: it isn't a pattern, or one of ours that re and re2 would read differently.
    """
    if dialect == "re2":  # gitleaks and betterleaks files are written for it
        return _imported(source, rule, location, fast)
    if not trusted:
        return _Timed(source, location, rule)
    source = _spelled_out(source)
    if found := _UNPORTABLE.search(re.sub(r"\[(?:\\.|[^\]\\])+\]", "[x]", source)):
        raise UsageError(f"{rule}: {found[0]!r} means different things to re and re2; write it otherwise", location)
    try:
        plain = re.compile(source.encode("utf-8"))
        return compile_re2(source) if fast else plain
    except re.error as error:
        raise UsageError(f"{rule}: the regex doesn't compile: {error}", location) from None


def _spelled_out(source: str) -> str:
    r"""``\s`` without the vertical tab, which re counts as white space and re2 doesn't."""
    out, inside, start = "", False, 0
    for piece in re.findall(r"\\.|[^\\]", source, re.DOTALL):
        if piece == "[" and not inside:
            inside, start = True, len(out)
        elif piece == "]" and inside and out[start:] not in ("[", "[^"):
            inside = False
        if piece in (r"\s", r"\S") and not (inside and piece == r"\S"):
            blanks = r" \t\r\n\f"
            piece = blanks if inside else f"[{blanks}]" if piece == r"\s" else f"[^{blanks}]"
        out += piece
    return out


def compile_re2(source: str) -> Pattern:
    """With re2, over bytes as `re` reads them."""
    import re2

    options = re2.Options()
    options.log_errors = False
    options.encoding = re2.Options.Encoding.LATIN1
    compiled: Pattern = re2.compile(source.encode("utf-8"), options)
    return compiled


def _imported(source: str, rule: str, location: Location, fast: bool) -> Pattern:
    if fast:
        import re2

        try:
            return compile_re2(source)
        except re2.error:
            pass  # a PCRE construct: the timed engine may know it
    # V1: an inline flag in the middle holds until its group ends, as re2 has it.
    return _Timed(source.replace(r"\z", r"\Z"), location, rule, regex.VERSION1)


def group_of(pattern: Pattern, name: str) -> int:
    """The number of a named group, 0 (the whole match) when there is none. re2 keys its table by bytes."""
    return pattern.groupindex.get(name) or pattern.groupindex.get(name.encode()) or 0


def fullmatcher(source: str, rule: str, location: Location) -> Callable[[bytes], bool]:
    """An allow pattern of an imported rule: does it match anywhere in the value?"""
    pattern = _imported(source, rule, location, fast=False)
    return lambda value: next(iter(pattern.finditer(value)), None) is not None
