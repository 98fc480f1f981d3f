"""The gate before the engine: many texts looked at in one pass, and nearly all of them found to hold nothing.

Measured on 58,000 files of node_modules: what the interpreter does for each file costs more than what it does for each
byte, and 96 of 100 files hold no keyword of a banned reference.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

from . import allow, normalise
from .globs import longest_literal
from .ident import word_keyword
from .keywords import automaton, words_in
from .rule import Rule

_BETWEEN = b"\0"


class TextGate:
    """Which texts could hold a finding or an exception.

    Args:
        keywords: every keyword of every rule, lower-case, with the spellings that count (None: any).
        meant: could a rule that asked for this keyword find anything in a file of this path?
    """

    def __init__(
        self,
        keywords: Mapping[bytes, Sequence[bytes | None]],
        *,
        fast: bool,
        hyper: bool = False,
        meant: Callable[[bytes, str], bool] = lambda _word, _path: True,
    ) -> None:
        marked: dict[bytes, Sequence[bytes | None]] = {**keywords, allow.MARK: (allow.MARK,)}
        self._words, self._asked = sorted(marked), meant
        self._finder = words_in({word: marked[word] for word in self._words}, fast=fast, hyper=hyper)
        self._fast = fast

    def _meant(self, number: int, path: str) -> bool:
        word = self._words[number]
        return word == allow.MARK or self._asked(word, path)

    def suspects(self, texts: Sequence[bytes], paths: Sequence[str] = ()) -> list[int]:
        """Indices of the texts that the engine must judge; it would find nothing in the others.

        A superset of the truth: keywords, characters that fold, and base64 that says something. With ``paths`` a
        keyword counts only in files where a rule that asked for it could find anything.
        """
        joined = _BETWEEN.join(texts)
        starts = [0, *accumulate(len(text) + len(_BETWEEN) for text in texts)]
        found = {index for index, text in enumerate(texts) if normalise.may_fold(text)}
        for here, word in self._finder.find(texts, joined, starts):
            if here not in found and (not paths or self._meant(word, paths[here])):
                found.add(here)
        for at, _, _ in normalise.encoded(joined, fast=self._fast):
            found.add(bisect_right(starts, at) - 1)
        return sorted(found)


class PathGate:
    """Which names of files a rule about paths could mean."""

    def __init__(self, rules: Sequence[Rule], *, fast: bool) -> None:
        words = {longest_literal(name).lower() for rule in rules for name in rule.names}
        words |= {word_keyword(word) for rule in rules for word in rule.words}
        self._all = "" in words
        self._automaton = automaton(sorted(word.casefold().encode() for word in words if word), fast=fast)
        self._any = bool(words)

    def suspects(self, paths: Sequence[str]) -> list[int]:
        """Indices of the paths that hold a literal of a rule."""
        if self._all or not self._any:
            return list(range(len(paths))) if self._all else []
        folded = [path.casefold().encode("utf-8", "surrogateescape") for path in paths]
        starts = [0, *accumulate(len(path) + len(_BETWEEN) for path in folded)]
        hits = self._automaton.find(_BETWEEN.join(folded))
        return sorted({bisect_right(starts, at) - 1 for _, at in hits})
