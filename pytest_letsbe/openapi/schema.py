"""A schema as the conjunction of its parts: references followed, ``allOf`` taken apart, 3.0 read as JSON Schema 2020-12.

Two readings differ on purpose from a validator's: a property that is ``readOnly`` isn't part of a request, nor a
``writeOnly`` one of a response (OpenAPI 3.1, 4.8.24.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

from .load import Document, Place

#: Who reads the value: of a request the server does, of a response the client.
Role: TypeAlias = Literal["request", "response"]

#: ``number`` stands for the numbers that aren't integers, so that sets of types can be compared.
TYPES = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})
#: Integer and float formats are bounds (OpenAPI 3.1, 4.4). int64 is left alone: it is what everybody's integers are.
BOUNDS = {"int8": 2**7, "int16": 2**15, "int32": 2**31}
FLOAT = 3.4028235e38
#: Keywords that are proven as a whole.
REST = ("not", "if", "then", "else", "dependentSchemas", "propertyNames", "contains", "minContains", "maxContains",
        "unevaluatedItems", "patternProperties")  # fmt: skip
UNIONS = ("oneOf", "anyOf")


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One schema object; ``drop`` are keywords that were taken out of it."""

    doc: Document
    place: Place
    drop: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[Any, ...]:
        value = self.place.value
        tag = () if isinstance(value, dict) else (repr(value),)
        return (id(self.place.file), self.place.pointer, tuple(sorted(self.drop)), *tag)

    def has(self, keyword: str) -> bool:
        value = self.place.value
        return isinstance(value, dict) and keyword in value and keyword not in self.drop

    def get(self, keyword: str) -> Any:
        return self.place.value[keyword] if self.has(keyword) else None

    def without(self, *keywords: str) -> Part:
        return Part(self.doc, self.place, self.drop | set(keywords))

    def child(self, *steps: str | int) -> Node:
        place = self.place
        for step in steps:
            place = place / step
        return Node((Part(self.doc, place),))

    def literal(self, value: Any) -> Part:
        """Another schema that stands where this one does."""
        return Part(self.doc, Place(self.place.file, self.place.pointer, value), frozenset({f"={value!r}"}))

    def only(self, *keywords: str) -> Part:
        return self.without(*(key for key in self.place.value if key not in keywords))


@dataclass(frozen=True, eq=False)
class Node:
    """A schema: all parts hold."""

    parts: tuple[Part, ...]

    @cached_property
    def key(self) -> tuple[Any, ...]:
        return tuple(part.key for part in self.parts)

    @property
    def doc(self) -> Document:
        return self.parts[0].doc

    @property
    def place(self) -> Place:
        return self.parts[0].place

    def target(self) -> Place:
        return self.doc.follow(self.place)

    def landed(self) -> Node:
        """The schema that a bare reference names, so that a component is one schema wherever it is used."""
        part = self.parts[0]
        for _ in range(32):
            value = part.place.value
            if len(self.parts) > 1 or part.drop or not isinstance(value, dict) or not isinstance(value.get("$ref"), str):
                break
            if part.doc.version >= (3, 1) and any(key not in ("$ref", "description", "summary") for key in value):
                break
            target = part.doc.target(part.place, value["$ref"])
            if target is None:
                break
            part = Part(part.doc, target)
        return self if part is self.parts[0] else Node((part,))

    def both(self, other: Node) -> Node:
        return Node((*self.parts, *other.parts))

    def flag(self, keyword: str) -> bool:
        """Whether the schema, or what it refers to, says ``keyword: true``."""
        return any(part.get(keyword) is True for part in self.flat if isinstance(part, Part))

    @cached_property
    def flat(self) -> tuple[Part | Union, ...]:
        return tuple(_flatten(self.parts, set()))


@dataclass(frozen=True, eq=False)
class Union:
    """``oneOf`` or ``anyOf``: at least one branch holds."""

    keyword: str
    owner: Part
    branches: tuple[Node, ...]
    names: tuple[str, ...]

    def part(self) -> Part:
        """The schema object that says nothing but this union."""
        if self.names == NULLABLE:
            return self.owner
        return self.owner.only(self.keyword, "discriminator")


#: Names of the branches of 3.0's ``nullable`` beside a composition.
NULLABLE = ("", "null")


def node(doc: Document, place: Place) -> Node:
    return Node((Part(doc, place),))


def _flatten(parts: Iterable[Part], seen: set[tuple[Any, ...]]) -> Iterator[Part | Union]:
    for part in parts:
        if part.key in seen:
            continue
        seen.add(part.key)
        reference = part.get("$ref") or part.get("$dynamicRef")
        if isinstance(reference, str):
            target = part.doc.target(part.place, reference)
            if target is None:
                part.doc.dangling.setdefault(reference, part.place)
            else:
                yield from _flatten([Part(part.doc, target)], seen)
            if part.doc.version < (3, 1):  # siblings of $ref are ignored in 3.0
                continue
            part = part.without("$ref", "$dynamicRef")
        if part.get("nullable") is True and not part.has("type") and any(map(part.has, ("allOf", *UNIONS))):
            null = Node((part.literal({"type": "null"}),))
            yield Union("anyOf", part, (Node((part.without("nullable"),)), null), ("", "null"))
            continue
        for keyword in UNIONS:
            if part.has(keyword) and isinstance(part.get(keyword), list) and part.get(keyword):
                count = len(part.get(keyword))
                branches = tuple(part.child(keyword, index) for index in range(count))
                yield Union(keyword, part, branches, tuple(_name(part, branch) for branch in branches))
        if part.has("allOf") and isinstance(part.get("allOf"), list):
            yield from _flatten((part.child("allOf", i).parts[0] for i in range(len(part.get("allOf")))), seen)
        yield part.without("allOf", *UNIONS)


def _name(part: Part, branch: Node) -> str:
    """What a branch is known by: its reference, its title, or the constant that tells it from the others."""
    value = branch.place.value
    if not isinstance(value, dict):
        return ""
    if isinstance(value.get("$ref"), str):
        return str(value["$ref"]).rsplit("/", 1)[-1]
    properties = value.get("properties")
    discriminator = part.get("discriminator")
    tag = discriminator.get("propertyName") if isinstance(discriminator, dict) else "type"
    if isinstance(properties, dict) and isinstance(properties.get(tag), dict):
        return repr(properties[tag].get("const") or properties[tag].get("enum"))
    return str(value.get("title", ""))


@dataclass(eq=False)
class View:
    """What a schema says, keyword by keyword, all its parts taken together."""

    types: frozenset[str] = TYPES
    enum: list[Any] | None = None
    never: bool = False
    low: tuple[Any, bool] | None = None  # bound, exclusive
    high: tuple[Any, bool] | None = None
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
    #: What undeclared properties must be; None when nothing is said.
    extra: Node | None = None
    #: Whether ``additionalProperties`` is written out anywhere.
    extra_said: bool = False
    needs: set[tuple[str, str]] = field(default_factory=set)
    unions: list[Union] = field(default_factory=list)
    rest: list[tuple[str, Part]] = field(default_factory=list)
    extensible: bool = False

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
            _types(seen, part)
            _numbers(seen, part)
            _strings(seen, part)
            _arrays(seen, part)
            seen.rest += [(keyword, part) for keyword in REST if part.has(keyword)]
    _objects(seen, parts, role)
    if seen.enum is not None:
        seen.enum = [value for value in seen.enum if type_of(value) in seen.types]
    if not seen.types or seen.enum == []:
        seen.never = True
    return seen


def type_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    if isinstance(value, float):
        return "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def types_of(part: Part) -> frozenset[str]:
    said = part.get("type")
    names = {said} if isinstance(said, str) else {t for t in said if isinstance(t, str)} if isinstance(said, list) else set()
    names = {"string" if name == "file" else name for name in names} & TYPES
    if not names:
        return TYPES
    if "number" in names:
        names.add("integer")
    return frozenset(names | {"null"} if part.get("nullable") is True else names)


def _types(seen: View, part: Part) -> None:
    seen.types &= types_of(part)
    allowed: list[Any] | None = None
    if part.has("const"):
        allowed = [part.get("const")]
    elif isinstance(part.get("enum"), list):
        allowed = list(part.get("enum"))
        if part.get("nullable") is True and None not in allowed:
            allowed.append(None)
    if allowed is not None:
        seen.enum = allowed if seen.enum is None else [v for v in seen.enum if any(equal(v, a) for a in allowed)]


def equal(left: Any, right: Any) -> bool:
    """JSON's equality: 1 and 1.0 are the same, 1 and true aren't."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numbers(seen: View, part: Part) -> None:
    lows, highs = [], []
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
    for low in lows:
        seen.low = low if seen.low is None or (low[0], low[1]) > (seen.low[0], seen.low[1]) else seen.low
    for high in highs:
        seen.high = high if seen.high is None or (high[0], not high[1]) < (seen.high[0], not seen.high[1]) else seen.high
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
        pair = [own[index] if index < len(own) else items, seen.prefix[index] if index < len(seen.prefix) else seen.items]
        there = [one for one in pair if one is not None]
        merged.append(there[0].both(there[1]) if len(there) == 2 else there[0])
    seen.prefix = merged
    if items is not None:
        seen.items = items if seen.items is None else seen.items.both(items)


def _objects(seen: View, parts: list[Part], role: Role) -> None:
    names: dict[str, None] = {}
    hidden = set()
    extras = []
    for part in parts:
        own = part.get("properties")
        own = own if isinstance(own, dict) else {}
        names.update(dict.fromkeys(own))
        hidden |= {name for name in own if _hidden(part.child("properties", name), role)}
        required = part.get("required")
        seen.required |= {name for name in required if isinstance(name, str)} if isinstance(required, list) else set()
        seen.min_properties = max(seen.min_properties, _count(part, "minProperties") or 0)
        seen.max_properties = _most(seen.max_properties, _count(part, "maxProperties"))
        needs = part.get("dependentRequired")
        for name, others in needs.items() if isinstance(needs, dict) else ():
            seen.needs |= {(name, other) for other in others if isinstance(other, str)} if isinstance(others, list) else set()
        for keyword in ("additionalProperties", "unevaluatedProperties"):
            if part.has(keyword):
                seen.extra_said = True
                if part.get(keyword) not in (True, {}, None):
                    extras.append((part, keyword, set(own)))
    seen.required -= hidden
    for name in names:
        if name in hidden:
            continue
        found = [p.child("properties", name).parts[0] for p in parts if name in (_map(p, "properties"))]
        for part in parts:
            found += [
                part.child("patternProperties", pattern).parts[0]
                for pattern in _map(part, "patternProperties")
                if _matches(pattern, name)
            ]
        for part, keyword, own in extras:
            taken = name in own or any(_matches(p, name) for p in _map(part, "patternProperties"))
            if keyword == "additionalProperties" and not taken:
                found.append(part.child(keyword).parts[0])
        seen.properties[name] = Node(tuple(found))
    for part, keyword, _ in extras:
        child = part.child(keyword)
        seen.extra = child if seen.extra is None else seen.extra.both(child)


def _map(part: Part, keyword: str) -> dict[str, Any]:
    value = part.get(keyword)
    return value if isinstance(value, dict) else {}


def _hidden(schema: Node, role: Role) -> bool:
    return schema.flag("readOnly" if role == "request" else "writeOnly")


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False


def branches(schema: Node, union: Union) -> list[Node]:
    """The schema once for each branch of one of its unions, without the union."""
    left = [part.part() if isinstance(part, Union) else part for part in schema.flat if part is not union]
    return [Node((*left, *branch.parts)) for branch in union.branches]


def narrowed(schema: Node, kind: str) -> Node:
    """The schema's values of one type."""
    kinds = ["integer", "number"] if kind == "number" else [kind]
    return Node((*schema.parts, schema.parts[0].literal({"type": kinds})))


def anything(like: Node) -> Node:
    """The schema that admits everything, standing where ``like`` does."""
    return Node((like.parts[0].literal({}),))
