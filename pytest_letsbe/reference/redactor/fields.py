"""Values that only their name gives away: ``name = value`` in configuration, programs, logs, headers, URLs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from . import extents, pairs
from .escapes import WALL
from .extents import QUOTES, Span
from .finding import Finding
from .names import HINTS, Sort, sort_of
from .plausible import is_expression, plausible
from .unquoted import unquoted

_KIND: dict[Sort, str] = {
    "phrase": "passphrase",
    "secret": "secret",
    "token": "secret",
    "random": "secret",
    "number": "personal-number",
}

# `"password": {"value": "..."}` is one field as well.
_FIELD = re.compile(
    rf"(?<![\w$.-])(?P<name>[\w$.-]++)(?P<quote>\\*[{QUOTES}])?[ \t]*(?P<sep>=>|:=|=(?![=>])|:(?![:/=]))[ \t]*"
    r"(?:\{\s{0,4}\"?value\"?\s?[:=]\s{0,4})?"
)


class Value(NamedTuple):
    """Where a value stands; ``spaced`` says that it stands off its name, as in programs; ``wrap`` is the quote to
    write it with when it has none and its name has."""

    span: Span
    quoted: bool
    spaced: bool
    wrap: Span | None = None


def find(text: str) -> Iterator[Finding]:
    """Every value beside a telling name."""
    lower = text.lower()
    if not any(hint in lower for hint in HINTS):
        return
    looked_at = 0  # a name within a value is part of it: looking again from each would cost the square
    for match in _FIELD.finditer(text):
        sort = sort_of(match["name"]) if match.end() > looked_at else None
        value = _value(text, match, sort) if sort is not None else None
        if sort is not None and value is not None:
            found = list(_checked(text, value, sort))
            yield from found
            if found or (not value.quoted and not value.spaced):
                looked_at = value.span[1]
    for name, at, syntax in pairs.find(text):
        sort = sort_of(name)
        if sort is not None:
            span, quoted = syntax(text, at, name, sort) or ((0, 0), True)
            yield from _checked(text, Value(span, quoted, spaced=not quoted), sort)


def _checked(text: str, value: Value, sort: Sort) -> Iterator[Finding]:
    start, end = extents.scheme(text, value.span[0]), value.span[1]
    if plausible(text[start:end], sort, quoted=value.quoted, spaced=value.spaced):
        yield Finding(start, end, _KIND[sort], value.wrap)


_BLOCK = re.compile(r"[|>][+-]?[0-9]?[+-]?[ \t]*\r?\n")
#: A name further from the start of its line doesn't begin it.
_MARGIN = 200
_LINE_START = re.compile(r"[ \t]*(?:[+>-][ \t]?)?(?:- )?(?:export |set |ENV |ARG |env )?[ \t]*")


def _value(text: str, match: re.Match[str], sort: Sort) -> Value | None:
    """The value after ``name =``."""
    at, quote = match.end(), match["quote"] or ""
    if at >= len(text) or "\\" in quote:
        return None  # escaped: the reading without escapes shows it
    if text[at] in QUOTES:
        # Inside a string the quotes outside are another level's: a name within can't have a value out there.
        if quote and (quote == WALL) != (text[at] == WALL):
            return None
        return Value(extents.quoted(text, at), quoted=True, spaced=True)
    name = match.start("name")
    line_start = text.rfind("\n", max(0, name - _MARGIN), name) + 1
    if match["sep"] == ":" and _BLOCK.match(text, at):
        span = extents.block(text, at, line_start)
        return Value(span, quoted=True, spaced=True) if span else None
    spaced = match["sep"] == ":" or text[match.start("sep") - 1] == " "
    begins = not quote and name - line_start <= _MARGIN and _LINE_START.match(text, line_start)
    span = unquoted(text, extents.scheme(text, at), sort, to_line_end=bool(spaced and begins and begins.end() >= name))
    if span is None or (spaced and is_expression(text, *span)):
        return None
    return Value(span, quoted=False, spaced=spaced, wrap=match.span("quote") if quote and match["sep"] == ":" else None)
