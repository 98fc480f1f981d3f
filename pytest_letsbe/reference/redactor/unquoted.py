"""Values without quotes, by what their name says of them."""

from __future__ import annotations

from . import extents
from .extents import Span
from .names import Sort
from .plausible import is_prose


def unquoted(text: str, at: int, sort: Sort, *, to_line_end: bool = False) -> Span | None:
    """A value without quotes; one that fills the rest of its line may hold spaces."""
    if (span := extents.spaced_hex(text, at)) is not None:
        return span
    if sort == "number" and (span := extents.number(text, at)) is not None:
        return span
    if sort == "phrase":
        span = extents.words(text, at)
        return extents.over_lines(text, span) if span else None
    span = extents.line(text, at) if to_line_end else extents.bare(text, at)
    if span is None or (to_line_end and is_prose(text[span[0] : span[1]])):
        return None
    return extents.over_lines(text, span)
