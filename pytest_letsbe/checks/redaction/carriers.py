"""Carriers: the texts that secrets stand in, as rows of ``carriers.yaml`` or made by code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from string import Formatter

from ...model import NAME, Location, UsageError
from ...suggest import did_you_mean
from .escapes import ESCAPES, Unfit
from .model import TIERS, Carried, Carrier, Tier
from .streams import BUILTINS

_FIELDS = frozenset({"id", "tier", "keyed", "template", "builtin", "escape", "media_type", "keep"})
#: Stands in for a value while a row is checked; in no shipped text.
_PROBE = "Qz7Qz7Qz7Qz7Qz7Qz7"
#: What sets a kept piece off from the value: white space or a border of some field.
_BORDER = re.compile(r"[\s\"'`,;&|<>{}\[\]()?]")


def _words(key: str) -> list[str]:
    """``apiKey``, ``API_KEY`` and ``x-api-key`` as lower-case words."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", key)] or ["value"]


#: Spellings of the key that a template may use, from the row's own to a header's.
KEYS: Mapping[str, Callable[[str], str]] = {
    "key": str,
    "key-lower": lambda key: "_".join(_words(key)),
    "key-upper": lambda key: "_".join(_words(key)).upper(),
    "key-kebab": lambda key: "-".join(_words(key)),
    "key-header": lambda key: "-".join(word.capitalize() for word in _words(key)),
    "key-camel": lambda key: "".join([_words(key)[0], *(word.capitalize() for word in _words(key)[1:])]),
    "key-words": lambda key: " ".join(_words(key)),
}


def parse_carrier(row: Mapping[str, object], location: Location) -> Carrier:
    """A carrier from its row.

    Raises:
        UsageError: a wrong field, or a ``keep`` that doesn't stand clear of the value, with the row's place.
    """
    for field in row:
        if field not in _FIELDS:
            raise UsageError(f"unknown key {field!r}{did_you_mean(field, _FIELDS)}", location)
    name = _text(row, "id", location)
    if not NAME.match(name):
        raise UsageError(f"id {name!r} can't stand in a node id", location)
    tier, keyed = row.get("tier", "should"), row.get("keyed", False)
    if tier not in TIERS:
        raise UsageError(f"tier must be one of {', '.join(TIERS)}, not {tier!r}", location)
    if not isinstance(keyed, bool):
        raise UsageError("keyed must be true or false", location)
    keep = _strings(row.get("keep", []), "keep", location)
    make = _from_code(row, location) if "builtin" in row else _from_template(row, keyed, location)
    media_type = _text(row, "media_type", location) if "media_type" in row else None

    def render(value: str, key: str) -> Carried:
        return Carried(make(value, key), keep, media_type)

    _check_keep(render, keep, location)
    return Carrier(name, _tier(tier), keyed, render, location)


def fits(carrier: Carrier, value: str) -> bool:
    """Whether the carrier has a way to write the value."""
    try:
        carrier.render(value, "token")
    except (Unfit, UnicodeError):
        return False
    return True


def _tier(name: object) -> Tier:
    return next(tier for tier in TIERS if tier == name)


def _text(row: Mapping[str, object], name: str, location: Location) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value:
        raise UsageError(f"a carrier needs {name}: text", location)
    return value


def _strings(value: object, name: str, location: Location) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise UsageError(f"{name} must be a list of texts", location)
    return tuple(value)


def _from_code(row: Mapping[str, object], location: Location) -> Callable[[str, str], str]:
    name = _text(row, "builtin", location)
    if "template" in row or "escape" in row:
        raise UsageError("a builtin carrier has no template and no escape", location)
    if name not in BUILTINS:
        raise UsageError(f"no builtin is called {name!r}{did_you_mean(name, BUILTINS)}", location)
    make = BUILTINS[name]
    return lambda value, key: make(value, KEYS["key-lower"](key))


def _from_template(row: Mapping[str, object], keyed: bool, location: Location) -> Callable[[str, str], str]:
    template = _text(row, "template", location)
    try:
        pieces = [(literal, field) for literal, field, _, _ in Formatter().parse(template)]
    except ValueError as error:
        raise UsageError(f"template: {error} (a brace of the text is written twice)", location) from None
    fields = [field for _, field in pieces if field is not None]
    for field in fields:
        if field != "value" and field not in KEYS:
            raise UsageError(f"template: no field {{{field}}}{did_you_mean(field, [*KEYS, 'value'])}", location)
    if fields.count("value") == 0:
        raise UsageError("template: needs {value}", location)
    if keyed != any(field in KEYS for field in fields):
        raise UsageError("keyed: true goes with a {key} in the template, and the other way round", location)
    names = _strings(row.get("escape", ["none"]), "escape", location)
    for name in names:
        if name not in ESCAPES:
            raise UsageError(f"no escape is called {name!r}{did_you_mean(name, ESCAPES)}", location)

    def make(value: str, key: str) -> str:
        for name in names:
            value = ESCAPES[name](value)
        spelt = {field: KEYS[field](key) for field in fields if field != "value"} | {"value": value}
        return "".join(literal + (spelt[field] if field is not None else "") for literal, field in pieces)

    return make


def _check_keep(render: Callable[[str, str], Carried], keep: tuple[str, ...], location: Location) -> None:
    """Each kept piece must stand in the text once or more, with a border between it and every place of the value."""
    text = render(_PROBE, "kqz").text
    plain = re.split(f"{_PROBE}|(?i:kqz)", text)
    for piece in keep:
        if not any(piece in literal for literal in plain):
            raise UsageError(f"keep: {piece!r} isn't in the carrier's own text", location)
    if _PROBE not in text:
        return  # the value is cut into a stream's events, whose frame no redactor has cause to touch
    around = text.split(_PROBE)
    for piece in keep:
        for before, after in pairwise(around):
            left, right = before.rfind(piece), after.find(piece)
            close_left = left >= 0 and not _BORDER.search(before, left + len(piece))
            close_right = right >= 0 and not _BORDER.search(after[:right])
            if close_left or close_right:
                raise UsageError(f"keep: {piece!r} touches the value: a redactor may take it along", location)
