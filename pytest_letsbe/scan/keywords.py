"""The prefilter: every place where a keyword of any rule stands, all keywords in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol


class Automaton(Protocol):
    """Built from lower-case keywords, searches lower-case bytes."""

    def find(self, low: bytes) -> Iterable[tuple[int, int]]:
        """(index of the keyword, where it starts), in any order, overlapping ones included."""


class FastAutomaton:
    """Aho-Corasick in Rust (extra ``scan``)."""

    def __init__(self, keywords: Sequence[bytes]) -> None:
        import ahocorasick_rs

        self._automaton = ahocorasick_rs.BytesAhoCorasick(
            list(keywords), implementation=ahocorasick_rs.Implementation.DFA
        )

    def find(self, low: bytes) -> Iterable[tuple[int, int]]:
        for index, start, _ in self._automaton.find_matches_as_indexes(low, overlapping=True):
            yield index, start


class PlainAutomaton:
    """``bytes.find`` for every keyword: slower, finds the same."""

    def __init__(self, keywords: Sequence[bytes]) -> None:
        self._keywords = tuple(keywords)

    def find(self, low: bytes) -> Iterable[tuple[int, int]]:
        for index, keyword in enumerate(self._keywords):
            start = low.find(keyword)
            while start >= 0:
                yield index, start
                start = low.find(keyword, start + 1)


def automaton(keywords: Sequence[bytes], *, fast: bool) -> Automaton:
    return FastAutomaton(keywords) if fast and keywords else PlainAutomaton(keywords)


def fast_available() -> bool:
    """Are both libraries of the extra ``scan`` there? One alone would make two half-fast engines to test."""
    try:
        import ahocorasick_rs
        import re2
    except ImportError:
        return False
    return bool(ahocorasick_rs and re2)
