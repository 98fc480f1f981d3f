"""What a schema says, keyword by keyword, all its parts taken together.

A property that is ``readOnly`` isn't part of a request, nor a ``writeOnly`` one of a response (OpenAPI 3.1, 4.8.24.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .schema import BOUNDS, FLOAT, TYPES, Node, Part, Role, Union, identity, number, type_of, types_of

#: Keywords that are proven as a whole.
REST = ("not", "if", "then", "else", "dependentSchemas", "propertyNames", "contains", "minContains", "maxContains",
        "unevaluatedItems", "patternProperties")  # fmt: skip
#: A bound, and whether it is exclusive.
Bound = tuple[Any, bool]


@dataclass(eq=False)
class View:
    """What a schema says, keyword by keyword, all its parts taken together."""

    types: frozenset[str] = TYPES
    enum: list[Any] | None = None
    never: bool = False
    low: Bound | None = None
    high: Bound | None = None
    multiples: list[Any] = field(default_factory=list)
    min_length: int = 0
    max_length: int | None = None
    patterns: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    content: dict[str, Any] = field(default_factory=dict)
    min_items: int = 0
    max_items: int | None = None
    unique: bool = False
    prefix: list[Node] = field(default_factory=list)
    items: Node | None = None
    min_properties: int = 0
    max_properties: int | None = None
    properties: dict[str, Node] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    #: Properties that aren't part of this message: read-only ones of a request, write-only ones of a response.
    hidden: set[str] = field(default_factory=set)
    #: What undeclared properties must be; None when nothing is said.
    extra: Node | None = None
    #: Whether ``additionalProperties`` is written out anywhere.
    extra_said: bool = False
    needs: set[tuple[str, str]] = field(default_factory=set)
    unions: list[Union] = field(default_factory=list)
    rest: list[tuple[str, Part]] = field(default_factory=list)
    extensible: bool = False
    #: References that lead nowhere.
    opaque: set[str] = field(default_factory=set)

    def says_object(self) -> bool:
        return bool(self.properties or self.required or self.extra_said)


def view(schema: Node, role: Role) -> View:
    """Read a schema for a request or a response."""
    key = ("view", schema.key, role)
    memo = schema.doc.memo
    if key not in memo:
        memo[key] = _view(schema, role)
    found: View = memo[key]
    return found


def _view(schema: Node, role: Role) -> View:
    seen: View = View()
    parts = [part for part in schema.flat if isinstance(part, Part)]
    seen.unions = [part for part in schema.flat if isinstance(part, Union)]
    for part in parts:
        if part.place.value is False:
            seen.never = True
        elif isinstance(part.place.value, dict):
            seen.opaque |= {str(part.get(key)) for key in ("$ref", "$dynamicRef") if part.has(key)}
            _types(seen, part)
            _numbers(seen, part)
            _strings(seen, part)
            _arrays(seen, part)
            seen.rest += [(keyword, part) for keyword in part.held(REST)]
    _objects(seen, parts, role)
    if seen.enum is not None:
        seen.enum = [value for value in seen.enum if type_of(value) in seen.types]
    if not seen.types or seen.enum == []:
        seen.never = True
    return seen


def _types(seen: View, part: Part) -> None:
    seen.types &= types_of(part)
    allowed: list[Any] | None = None
    if part.has("const"):
        allowed = [part.get("const")]
    elif isinstance(part.get("enum"), list):
        allowed = list(part.get("enum"))
        if part.nullable and None not in allowed:
            allowed.append(None)
    if allowed is not None:
        known = {identity(value) for value in allowed}
        seen.enum = allowed if seen.enum is None else [value for value in seen.enum if identity(value) in known]


def _numbers(seen: View, part: Part) -> None:
    lows: list[Bound] = []
    highs: list[Bound] = []
    for key, bounds in (("inimum", lows), ("aximum", highs)):
        plain, exclusive = part.get("m" + key), part.get("exclusiveM" + key)
        if number(plain):
            bounds.append((plain, exclusive is True))
        if number(exclusive):
            bounds.append((exclusive, True))
    form = part.get("format")
    if form in BOUNDS:
        lows.append((-BOUNDS[form], False))
        highs.append((BOUNDS[form] - 1, False))
    if form == "float":
        lows.append((-FLOAT, False))
        highs.append((FLOAT, False))
    seen.low = max([*lows, *([seen.low] if seen.low else [])], default=None)
    seen.high = min(
        [*highs, *([seen.high] if seen.high else [])], key=lambda high: (high[0], not high[1]), default=None
    )
    if number(part.get("multipleOf")) and part.get("multipleOf") > 0:
        seen.multiples.append(part.get("multipleOf"))


def _count(part: Part, keyword: str) -> int | None:
    value = part.get(keyword)
    return int(value) if number(value) and value >= 0 and value == int(value) else None


def _most(old: int | None, new: int | None) -> int | None:
    return new if old is None else old if new is None else min(old, new)


def _strings(seen: View, part: Part) -> None:
    seen.min_length = max(seen.min_length, _count(part, "minLength") or 0)
    seen.max_length = _most(seen.max_length, _count(part, "maxLength"))
    pattern = part.get("pattern")
    if isinstance(pattern, str) and pattern not in ("", ".*", "^.*$", "^.*", ".*$"):
        seen.patterns.append(pattern)
    form = part.get("format")
    if isinstance(form, str) and form not in BOUNDS and form not in ("int64", "float", "double"):
        seen.formats.append(form)
    for keyword in ("contentEncoding", "contentMediaType"):
        if isinstance(part.get(keyword), str):
            seen.content[keyword] = part.get(keyword)
    seen.extensible |= isinstance(part.get("x-extensible-enum"), list)


def _arrays(seen: View, part: Part) -> None:
    seen.min_items = max(seen.min_items, _count(part, "minItems") or 0)
    seen.max_items = _most(seen.max_items, _count(part, "maxItems"))
    seen.unique |= part.get("uniqueItems") is True
    prefix = part.get("prefixItems")
    own = [part.child("prefixItems", i) for i in range(len(prefix))] if isinstance(prefix, list) else []
    items = part.child("items") if isinstance(part.get("items"), dict | bool) else None
    if not own and items is None:
        return
    merged = []
    for index in range(max(len(own), len(seen.prefix))):
        mine = own[index] if index < len(own) else items
        known = seen.prefix[index] if index < len(seen.prefix) else seen.items
        there = [one for one in (mine, known) if one is not None]
        merged.append(there[0].both(there[1]) if len(there) == 2 else there[0])
    seen.prefix = merged
    if items is not None:
        seen.items = items if seen.items is None else seen.items.both(items)


def _objects(seen: View, parts: list[Part], role: Role) -> None:
    names: dict[str, None] = {}
    hidden: set[str] = set()
    extras: list[tuple[Part, str]] = []
    for part in parts:
        own = _map(part, "properties")
        names.update(dict.fromkeys(own))
        hidden |= {name for name in own if _hidden(part.child("properties", name), role)}
        seen.required |= {name for name in part.get("required") or () if isinstance(name, str)}
        seen.min_properties = max(seen.min_properties, _count(part, "minProperties") or 0)
        seen.max_properties = _most(seen.max_properties, _count(part, "maxProperties"))
        for name, others in _map(part, "dependentRequired").items():
            listed = others if isinstance(others, list) else []
            seen.needs |= {(name, other) for other in listed if isinstance(other, str)}
        for keyword in ("additionalProperties", "unevaluatedProperties"):
            if part.has(keyword):
                seen.extra_said = True
                if part.get(keyword) not in (True, {}):
                    extras.append((part, keyword))
    seen.required -= hidden
    seen.hidden = hidden
    for name in names:
        if name not in hidden:
            seen.properties[name] = Node(tuple(_property(name, parts, extras)))
    for part, keyword in extras:
        child = part.child(keyword)
        seen.extra = child if seen.extra is None else seen.extra.both(child)


def _property(name: str, parts: list[Part], extras: list[tuple[Part, str]]) -> list[Part]:
    """Everything that is said about one property: by its name, by patterns, and as one that a part doesn't declare."""
    found = [part.child("properties", name).parts[0] for part in parts if name in _map(part, "properties")]
    for part in parts:
        patterns = [pattern for pattern in _map(part, "patternProperties") if _matches(pattern, name)]
        found += [part.child("patternProperties", pattern).parts[0] for pattern in patterns]
        for other, keyword in extras:
            if other is part and keyword == "additionalProperties" and not patterns:
                found += [part.child(keyword).parts[0]] if name not in _map(part, "properties") else []
    return found


def _map(part: Part, keyword: str) -> dict[str, Any]:
    return part.get(keyword) or {}


def _hidden(schema: Node, role: Role) -> bool:
    return schema.flag("readOnly" if role == "request" else "writeOnly")


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False
