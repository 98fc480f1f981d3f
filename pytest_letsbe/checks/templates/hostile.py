"""Renders with values that break out of quotes, lines and words, and compares what a machine then reads."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from .engines import RenderError, render
from .shape import Invalid, Shape
from .shapes import shape
from .sources import Place, Template

#: What stands for a value: read back from the result, it tells where the value went.
MARK = "letsbeq7x"
OTHER = "letsbew9z"
#: By name: what each tries.
VALUES: Mapping[str, str] = {
    "double-quote": 'a"b',
    "single-quote": "a'b",
    "newline": "a\nb: c",
    "newline-command": "a\nid",
    "here-document": "a\nEOF\nid",
    "colon": "a: b",
    "comment": "a #b",
    "substitution": "$(id)",
    "backticks": "`id`",
    "expression": "{{7*7}}",
    "semicolon": "a; rm -rf b",
    "braces": "a} b {",
    "backslash": "a\\b",
    "flow": "[a, b]",
    "unicode": "ünï–漢",
}


def breaks(place: Place, template: Template, variable: str) -> Iterator[tuple[str, str, int]]:
    """Name of the hostile value, what it does, and the line of the result where; nothing when the value stays one.

    A template that refuses a value (it doesn't render) is right; one that drops or encodes characters too.
    """
    example = place.declared.variables[variable].example
    if not _holds_text(example) or template.kind == "text":
        return  # a number or a boolean: the provisioner's types refuse the rest; of plain text nothing is read
    pattern = place.declared.pattern(variable)

    def result(value: str) -> Shape:
        values = place.declared.examples() | {variable: _plant(example, value)}
        return shape(template.kind, render(place, template, values))

    try:
        plain, other = result(MARK), result(OTHER)
    except RenderError:
        return  # it takes only what it knows
    except Invalid as error:
        if pattern is None:
            yield "plain-word", f"the result can't be read any more ({error})", error.line
        return
    for name, value in VALUES.items():
        if pattern is not None and not pattern.fullmatch(value):
            continue
        try:
            found = result(value)
        except RenderError:
            continue
        except Invalid as error:
            yield name, f"the result can't be read any more ({error})", error.line
            continue
        if difference := _difference(plain, other, found, value):
            yield name, *difference


def _holds_text(example: Any) -> bool:
    if isinstance(example, dict):
        return any(map(_holds_text, example.values()))
    if isinstance(example, list):
        return any(map(_holds_text, example))
    return isinstance(example, str)


def _plant(example: Any, value: str) -> Any:
    if isinstance(example, dict):
        return {key: _plant(inner, value) for key, inner in example.items()}
    if isinstance(example, list):
        return [_plant(inner, value) for inner in example]
    return value if isinstance(example, str) else example


def _difference(plain: Shape, other: Shape, found: Shape, value: str, path: str = "") -> tuple[str, int] | None:
    """What the hostile value changed: (sentence, line); None when it is one value in its place.

    ``plain`` and ``other`` hold two harmless values: where they differ without showing either, something is made of
    the value (a hash, base64), and only the structure is compared.
    """
    here = f"{path}.{plain.name}".strip(".")
    shown = here or "the result"
    if plain.kind != found.kind:
        return f"{shown} becomes {_a(found)} and was {_a(plain)}", found.line
    if not _same(plain.name, found.name, value):
        return f"{shown} becomes another key", found.line
    if len(plain.children) != len(found.children):
        return f"{shown} has {len(found.children)} parts and had {len(plain.children)}", found.line
    made = plain.text != other.text and MARK not in plain.text.lower()
    holds = MARK in plain.text.lower()
    if not made and (plain.exact or not holds) and not _same(plain.text, found.text, value):
        why = "no longer holds exactly the value" if holds else "changes, where the value doesn't stand"
        return f"{shown} {why}", found.line
    others = other.children if len(other.children) == len(plain.children) else plain.children
    for one, two, three in zip(plain.children, others, found.children, strict=True):
        if difference := _difference(one, two, three, value, here):
            return difference
    return None


def _a(node: Shape) -> str:
    return {"map": "a mapping", "list": "a list", "str": "text", "word": "a word"}.get(node.kind, node.kind)


def _same(plain: str, found: str, value: str) -> bool:
    """Is ``found`` what ``plain`` was, with the value where the mark stood, encoded or with characters dropped?"""
    plain, found, value = plain.lower(), found.lower(), value.lower()
    if MARK not in plain:
        return plain == found
    if any(found == plain.replace(MARK, form) for form in _forms(value)):
        return True
    expected = plain.replace(MARK, value)
    return not expected.startswith(found) and _is_subsequence(found, expected)


def _forms(value: str) -> Iterator[str]:
    yield value
    yield from (quote(value).lower(), quote(value, safe="").lower(), quote_plus(value).lower())
    yield html.escape(value)
    yield html.escape(value).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield value.replace("'", "''")


def _is_subsequence(short: str, long: str) -> bool:
    rest = iter(long)
    return all(character in rest for character in short)
