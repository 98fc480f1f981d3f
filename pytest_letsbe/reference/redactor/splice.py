"""Findings, mapped back to the raw text and cut out of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from .finding import Finding
from .placeholders import PLACEHOLDER, placeholder
from .view import View


class Cut(NamedTuple):
    """``start:end`` of the raw text goes; ``kind`` names what comes in its place, or nothing does."""

    start: int
    end: int
    kind: str
    quote: str


#: Where two findings overlap, the more telling name stands.
_VAGUE = {"": 3, "secret": 2, "registered": 1}


def cuts(view: View, finding: Finding, raw: str) -> Iterable[Cut]:
    """The raw places of one finding; only the first of several gets a placeholder."""
    kind = finding.kind
    quote = ""
    if finding.quote is not None:
        quote = "".join(raw[start:end] for start, end in view.raw(*finding.quote))
    for start, end in view.raw(finding.start, finding.end):
        while end > start and raw[end - 1] in "\r\n":  # the last line break of a part belongs to what follows it
            end -= 1
        if end > start:
            yield Cut(start, end, kind, quote)
            kind = quote = ""


def _within(cut: Cut, spans: list[tuple[int, int]]) -> bool:
    place = bisect_right(spans, cut.start, key=lambda span: span[0]) - 1
    return place >= 0 and cut.end <= spans[place][1]


def spliced(raw: str, found: list[Cut]) -> str:
    """The raw text with each cut replaced, overlapping ones as one."""
    if PLACEHOLDER.search(raw):
        kept = [match.span() for match in PLACEHOLDER.finditer(raw)]
        found = [cut for cut in found if not _within(cut, kept)]
    merged: list[Cut] = []
    for cut in sorted(found):
        last = merged[-1] if merged else None
        if last is not None and cut.start < last.end:
            kind = min((last.kind, cut.kind), key=lambda kind: _VAGUE.get(kind, 0))
            merged[-1] = Cut(last.start, max(last.end, cut.end), kind, last.quote and cut.quote)
        else:
            merged.append(cut)
    pieces, at = [], 0
    for cut in merged:
        pieces.append(raw[at : cut.start])
        if cut.kind:
            pieces.append(f"{cut.quote}{placeholder(cut.kind)}{cut.quote}")
        at = cut.end
    return "".join([*pieces, raw[at:]])
