"""Hyperscan (extra ``fast``): what is done before any rule runs, in one pass over each text.

Building costs 70 µs and more for each keyword, so the default engine serves until that is likely to pay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from threading import Lock

from .keywords import FastAutomaton, JoinedWords

#: Bytes read for each keyword, after which building will have been worth it.
PAYS = 20_000

Seen = Callable[[int, int, int, int, object], None]


@cache
def hyper_available() -> bool:
    """Is the library there, and can this processor run it?"""
    try:
        import hyperscan
    except ImportError:
        return False
    try:
        Literals({b"a": (None,)}, once=True)
    except hyperscan.error:
        return False
    return True


class Literals:
    """A database of literals. None among a word's spellings stands for any case; ``once`` reports each once a text."""

    def __init__(self, spellings: Mapping[bytes, Sequence[bytes | None]], *, once: bool) -> None:
        import hyperscan

        patterns: list[bytes] = []
        flags: list[int] = []
        self.words: list[int] = []  # of each pattern
        for number, (word, many) in enumerate(spellings.items()):
            for spelled in {None} if None in many else set(many):
                patterns.append(spelled or word)
                flags.append(hyperscan.HS_FLAG_SINGLEMATCH * once | hyperscan.HS_FLAG_CASELESS * (spelled is None))
                self.words.append(number)
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=patterns, ids=list(range(len(patterns))), elements=len(patterns), flags=flags, literal=True
        )
        self._lock = Lock()  # its scratch space serves one scan at a time

    def scan(self, raw: bytes, seen: Seen) -> None:
        """``seen`` gets the pattern's number, 0, the end of the match, 0 and None."""
        with self._lock:
            self._database.scan(raw, match_event_handler=seen)


class _Later:
    """Counts what was read, and builds when it is enough."""

    def __init__(self, spellings: Mapping[bytes, Sequence[bytes | None]], *, once: bool) -> None:
        self._spellings, self._once = spellings, once
        self._left = PAYS * len(spellings)
        self._built: Literals | None = None

    def literals(self, size: int) -> Literals | None:
        """What to search the next ``size`` bytes with; None: what the default engine uses."""
        if self._built is None and self._left <= 0:
            self._built = Literals(self._spellings, once=self._once)
        self._left -= size
        return self._built


class HyperAutomaton:
    """Every place of every keyword, from the text as it is: no lower-case copy."""

    def __init__(self, keywords: Sequence[bytes]) -> None:
        self._sizes = [len(keyword) for keyword in keywords]
        self._first = FastAutomaton(keywords)
        self._later = _Later(dict.fromkeys(keywords, (None,)), once=False)

    def find(self, raw: bytes) -> Iterable[tuple[int, int]]:
        literals = self._later.literals(len(raw))
        if literals is None:
            return self._first.find(raw)
        found: list[tuple[int, int]] = []
        sizes = self._sizes

        def seen(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append((number, end - sizes[number]))

        literals.scan(raw, seen)
        return found


class HyperWords:
    """Which words stand in which text, each reported once: not every place of it reaches the interpreter."""

    def __init__(self, spellings: Mapping[bytes, Sequence[bytes | None]]) -> None:
        self._first = JoinedWords(spellings, fast=True)
        self._later = _Later(spellings, once=True)

    def find(self, texts: Sequence[bytes], joined: bytes, starts: Sequence[int]) -> Iterable[tuple[int, int]]:
        literals = self._later.literals(len(joined))
        if literals is None:
            return self._first.find(texts, joined, starts)
        found: list[tuple[int, int]] = []
        words, here = literals.words, 0

        def seen(number: int, _start: int, _end: int, _flags: int, _context: object) -> None:
            found.append((here, words[number]))

        for here, text in enumerate(texts):  # noqa: B007
            literals.scan(text, seen)
        return found
