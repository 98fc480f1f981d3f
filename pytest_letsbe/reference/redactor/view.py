"""A view is one reading of a text: decoded characters, each knowing which raw characters it came from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator
from re import Match, Pattern

Span = tuple[int, int]

#: Stands between what was encoded and the text around it, in no place of its own.
EDGE = "\ue001"
#: Stands between texts that were read from different places.
SEPARATOR = f"{EDGE}\n{EDGE}\n"


class View:
    """A decoded text and the way back to its parent, in pieces.

    A piece as long as its source maps character by character, any other maps as a whole. ``scattered`` says that
    what lies between two pieces in the parent doesn't belong to the text (the JSON between two deltas): a span
    then comes back in parts. ``tokens_only`` says that the text is pieced together by guess: only what has a shape of
    its own is sought in it.
    """

    __slots__ = ("_sources", "_starts", "depth", "parent", "scattered", "text", "tokens_only", "used")

    def __init__(
        self,
        text: str,
        parent: View | None = None,
        starts: list[int] | None = None,
        sources: list[Span] | None = None,
        *,
        scattered: bool = False,
        tokens_only: bool = False,
    ) -> None:
        self.text = text
        self.parent = parent
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.scattered = scattered
        self.tokens_only: bool = tokens_only or (parent is not None and parent.tokens_only)
        #: Decoders that needn't be tried again.
        self.used: Collection[object] = ()
        self._starts = starts or []
        self._sources = sources or []

    def raw(self, start: int, end: int) -> list[Span]:
        """The spans of the raw text that ``text[start:end]`` was read from, in order."""
        spans, view = [(start, end)], self
        while view.parent is not None:
            spans = [source for span in spans for source in view._in_parent(*span)]
            view = view.parent
        return spans

    def _in_parent(self, start: int, end: int) -> Iterator[Span]:
        starts, sources = self._starts, self._sources
        first = bisect_right(starts, start) - 1
        last = max(first, bisect_right(starts, end - 1) - 1)
        if not self.scattered:
            yield self._source(first, start, end)[0], self._source(last, start, end)[1]
            return
        left, right = self._source(first, start, end)
        for piece in range(first + 1, last + 1):
            if sources[piece][0] != right:
                yield left, right
                left = sources[piece][0]
            right = self._source(piece, start, end)[1]
        yield left, right

    def _source(self, piece: int, start: int, end: int) -> Span:
        """The part of one piece's source that the span ``start:end`` covers."""
        at = self._starts[piece]
        stop = self._starts[piece + 1] if piece + 1 < len(self._starts) else len(self.text)
        left, right = self._sources[piece]
        if right - left != stop - at:
            return left, right
        return left + max(0, start - at), right - max(0, stop - end)


class Builder:
    """Collects the pieces of a view."""

    def __init__(self, parent: View, *, scattered: bool = False, tokens_only: bool = False) -> None:
        self._parent = parent
        self._scattered = scattered
        self._tokens_only = tokens_only
        self._texts: list[str] = []
        self._starts: list[int] = []
        self._sources: list[Span] = []
        self._length = 0

    def __bool__(self) -> bool:
        return bool(self._texts)

    def add(self, text: str, start: int, end: int) -> None:
        """``text`` was read from ``start:end`` of the parent."""
        if text:
            self._texts.append(text)
            self._starts.append(self._length)
            self._sources.append((start, end))
            self._length += len(text)

    def keep(self, start: int, end: int) -> None:
        """The parent's own characters."""
        self.add(self._parent.text[start:end], start, end)

    def part(self, end: int) -> None:
        """What follows ``end`` of the parent is a text of its own: nothing found may run on into it."""
        self.add(SEPARATOR, end, end)

    def view(self) -> View:
        return View(
            "".join(self._texts),
            self._parent,
            self._starts,
            self._sources,
            scattered=self._scattered,
            tokens_only=self._tokens_only,
        )


def rewritten(
    parent: View,
    pattern: Pattern[str],
    decode: Callable[[Match[str]], str],
    *,
    scattered: bool = False,
    tokens_only: bool = False,
) -> View:
    """The parent with every match of ``pattern`` replaced."""
    builder, at = Builder(parent, scattered=scattered, tokens_only=tokens_only), 0
    for match in pattern.finditer(parent.text):
        start, end = match.span()
        builder.keep(at, start)
        builder.add(decode(match), start, end)
        at = end
    builder.keep(at, len(parent.text))
    return builder.view()
