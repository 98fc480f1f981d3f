"""Other ways to set a name beside a value: tags, tables, forms, options, sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from . import extents
from .extents import QUOTES, Span
from .names import Sort
from .unquoted import unquoted

#: ``(text, where the value begins, name, sort)`` to where it stands and whether it is set off as if by quotes.
Syntax: TypeAlias = Callable[[str, int, str, Sort], tuple[Span, bool] | None]

#: No tag and no part of a form is longer.
_LONGEST = 200_000


def _tag(text: str, at: int, name: str, sort: Sort) -> tuple[Span, bool] | None:
    end = text.find("<", at, at + _LONGEST)
    return ((at, end), True) if end > 0 and text.startswith(f"</{name}", end) else None


def _cdata(text: str, at: int, name: str, sort: Sort) -> tuple[Span, bool] | None:
    end = text.find(f"]]></{name}", at, at + _LONGEST)
    return ((at, end), True) if end > 0 else None


def _part(text: str, at: int, name: str, sort: Sort) -> tuple[Span, bool] | None:
    end = text.find("\n--", at, at + _LONGEST)
    return ((at, end - (text[end - 1] == "\r")), True) if end > 0 else None


_CELL = re.compile(r"(?:\\.|[^|\\\n\s]|[ \t](?![ \t]*\|))*+")
_COLUMN = re.compile(r"[^,\r\n\"\ue000\ue001]*+")


def _cell(text: str, at: int, name: str, sort: Sort) -> tuple[Span, bool] | None:
    cell = _CELL.match(text, at)
    return (cell.span(), True) if cell else None


def _column(text: str, at: int, name: str, sort: Sort) -> tuple[Span, bool] | None:
    if text[at] in QUOTES:
        return extents.quoted(text, at), True
    column = _COLUMN.match(text, at)
    return (column.span(), True) if column else None


def _any(text: str, at: int, name: str, sort: Sort) -> tuple[Span, bool] | None:
    if text[at : at + 1] in QUOTES and at < len(text):
        return extents.quoted(text, at), True
    span = unquoted(text, extents.scheme(text, at), sort)
    return (span, False) if span else None


# Letters and digits mixed, punctuation inside, or four groups: prose about passwords has neither.
_TELLING = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])|[A-Z]{16,}\Z|.*[!#%^~@*+=].|\S+-\S+-\S+-\S+", re.DOTALL)


def _sentence(text: str, at: int, name: str, sort: Sort) -> tuple[Span, bool] | None:
    found = _any(text, at, name, sort)
    if found is None or sort in ("phrase", "number") or _TELLING.match(text[found[0][0] : found[0][1]]):
        return found
    return None


_WORD = r"(?<![\w-])[A-Za-z]{2,20}"

#: Pattern with a group ``name``, the literal that must stand in the text, and the syntax of the value after it.
_SYNTAXES: tuple[tuple[re.Pattern[str], str, Syntax], ...] = (
    (re.compile(r"<(?P<name>[\w:.-]{1,80})(?:\s[^<>]{0,200})?>\s{0,40}(?=[^<\s])"), "</", _tag),
    (re.compile(r"<(?P<name>[\w:.-]{1,80})(?:\s[^<>]{0,200})?>\s{0,40}<!\[CDATA\["), "<![CDATA[", _cdata),
    (
        re.compile(
            r"name=\"?(?P<name>[\w.-]{2,80})\"?(?:;[^\r\n]{0,200})?\r?\n(?:[\w-]+:[^\r\n]{0,200}\r?\n){0,4}\r?\n"
        ),
        "form-data",
        _part,
    ),
    (re.compile(r"\|[ \t]{0,40}`?(?P<name>[\w.-]{2,80})`?[ \t]{0,40}\|[ \t]{0,40}"), "|", _cell),
    (re.compile(r"^(?P<name>[\w.-]{2,80}),(?=[^\s,])", re.MULTILINE), ",", _column),
    # name="password" value="..." and "name": "PASSWORD", "value": "..."
    (
        re.compile(
            rf"\b(?:name|key)[{QUOTES}]?\s{{0,4}}[:=]\s{{0,4}}(?P<q>[{QUOTES}]?)(?P<name>[\w.-]{{2,80}})(?P=q)[\s,;]{{1,40}}"
            rf"(?:type=\S{{1,20}}\s)?[{QUOTES}]?value[{QUOTES}]?\s{{0,4}}[:=]\s{{0,4}}"
        ),
        "value",
        _any,
    ),
    (re.compile(r"(?<![\w-])--?(?P<name>[A-Za-z][\w-]{1,60})[ \t]+(?=[^\s-])"), "-", _any),
    (re.compile(r"\blogin\s{1,40}\S{1,200}\s{1,40}(?P<name>password)\s{1,40}(?=\S)"), "login", _any),
    (re.compile(rf"(?P<name>(?:{_WORD} ){{0,4}}{_WORD}) (?:is|was):? (?=\S)"), " is ", _sentence),
)


def find(text: str) -> Iterator[tuple[str, int, Syntax]]:
    """Each name, where its value begins, and the syntax of the value."""
    for pattern, literal, syntax in _SYNTAXES:
        if literal in text:
            for match in pattern.finditer(text):
                yield match["name"], match.end(), syntax
