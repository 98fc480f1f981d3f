"""The prefilter: every place where a keyword of any rule stands, all keywords in one pass."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol


class Automaton(Protocol):
    """Built from lower-case keywords, finds them in any case (of ASCII letters)."""

    def find(self, raw: bytes) -> Iterable[tuple[int, int]]:
        """(index of the keyword, where it starts), in any order, overlapping ones included."""


class FastAutomaton:
    """Aho-Corasick in Rust (extra ``scan``)."""

    def __init__(self, keywords: Sequence[bytes]) -> None:
        import ahocorasick_rs

        self._automaton = ahocorasick_rs.BytesAhoCorasick(
            list(keywords), implementation=ahocorasick_rs.Implementation.DFA
        )

    def find(self, raw: bytes) -> Iterable[tuple[int, int]]:
        for index, start, _ in self._automaton.find_matches_as_indexes(raw.lower(), overlapping=True):
            yield index, start


class PlainAutomaton:
    """``bytes.find`` for every keyword: slower, finds the same."""

    def __init__(self, keywords: Sequence[bytes]) -> None:
        self._keywords = tuple(keywords)

    def find(self, raw: bytes) -> Iterable[tuple[int, int]]:
        low = raw.lower()
        for index, keyword in enumerate(self._keywords):
            start = low.find(keyword)
            while start >= 0:
                yield index, start
                start = low.find(keyword, start + 1)


def automaton(keywords: Sequence[bytes], *, fast: bool, hyper: bool = False) -> Automaton:
    """The quickest that may be used; ``hyper`` means nothing without ``fast``."""
    if hyper and fast and keywords:
        from .hyper import HyperAutomaton

        return HyperAutomaton(keywords)
    return FastAutomaton(keywords) if fast and keywords else PlainAutomaton(keywords)


class Words(Protocol):
    """Which words stand in which of many texts."""

    def find(self, texts: Sequence[bytes], joined: bytes, starts: Sequence[int]) -> Iterable[tuple[int, int]]:
        """(index of the text, index of the word), at least once each. ``joined`` are the texts, with a byte between."""


class JoinedWords:
    """One search over all texts at once, and each place given back to its text.

    Args:
        spellings: of every lower-case word those that count; None among them: any.
    """

    def __init__(self, spellings: Mapping[bytes, Sequence[bytes | None]], *, fast: bool) -> None:
        self._spellings = [None if None in many else tuple(s for s in many if s) for many in spellings.values()]
        self._automaton = automaton(list(spellings), fast=fast)

    def find(self, texts: Sequence[bytes], joined: bytes, starts: Sequence[int]) -> Iterable[tuple[int, int]]:
        here, end, done = 0, -1, set[int]()  # hits mostly come in the order of the text
        for word, at in self._automaton.find(joined):
            if not starts[here] <= at < end:
                here = bisect_right(starts, at) - 1
                end = starts[here + 1]
                done.clear()
            if word in done:
                continue
            spellings = self._spellings[word]
            if spellings is None or joined.startswith(spellings, at):
                done.add(word)
                yield here, word


def words_in(spellings: Mapping[bytes, Sequence[bytes | None]], *, fast: bool, hyper: bool) -> Words:
    """The quickest that may be used."""
    if hyper and fast:
        from .hyper import HyperWords

        return HyperWords(spellings)
    return JoinedWords(spellings, fast=fast)


def fast_available() -> bool:
    """Are both libraries of the extra ``scan`` there? One alone would make two half-fast engines to test."""
    try:
        import ahocorasick_rs
        import re2
    except ImportError:
        return False
    return bool(ahocorasick_rs and re2)
