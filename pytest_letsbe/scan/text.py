"""One text under judgement: its bytes, its path, and how it came to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .content import is_minified

#: How far before a keyword a match may begin.
BACK = 160
#: A match that touches the end of its window makes the window grow, up to this.
WIDEST = 65_536


@dataclass(frozen=True)
class Text:
    """``decoded`` texts are views of an encoded piece; their file is named by ``path`` all the same."""

    path: str
    raw: bytes = field(repr=False)
    decoded: bool = False
    places: dict[str, tuple[Any, ...]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def minified(self) -> bool:
        return not self.decoded and is_minified(self.path, self.raw)

    @cached_property
    def name(self) -> str:
        return self.path.rpartition("/")[2].lower()

    def line(self, offset: int) -> str:
        """The line at an offset, cut to a few hundred characters around it."""
        start = max(self.raw.rfind(b"\n", 0, offset) + 1, offset - 300)
        end = self.raw.find(b"\n", offset)
        end = len(self.raw) if end < 0 else end
        return self.raw[start : min(end, offset + 300)].decode("utf-8", "replace")


def windows(positions: Sequence[int], size: int, ahead: int, back: int = BACK) -> Iterator[tuple[int, int]]:
    """Stretches around keyword positions, overlapping ones joined."""
    start = end = -1
    for position in sorted(positions):
        low, high = max(0, position - back), min(size, position + ahead)
        if start >= 0 and low <= end:
            end = max(end, high)
            continue
        if start >= 0:
            yield start, end
        start, end = low, high
    if start >= 0:
        yield start, end
