"""A schema as the conjunction of its parts: references followed, ``allOf`` taken apart, 3.0 read as 2020-12.

Two readings differ on purpose from a validator's: a property that is ``readOnly`` isn't part of a request, nor a
``writeOnly`` one of a response (OpenAPI 3.1, 4.8.24.2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
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
UNIONS = ("oneOf", "anyOf")


def number(value: Any) -> bool:
    """Whether it is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _is(*kinds: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kinds)


def _count(value: Any) -> bool:
    return number(value) and value >= 0 and value == int(value)


def _schemas(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(isinstance(one, dict | bool) for one in value)


#: What a keyword's value must be to mean anything.
KINDS: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains",
                     "maxContains"), _count),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _schemas),
    **dict.fromkeys(("minimum", "maximum"), number),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), lambda value: isinstance(value, bool) or number(value)),
    **dict.fromkeys(("properties", "patternProperties", "dependentSchemas", "dependentRequired", "discriminator"),
                    _is(dict)),
    **dict.fromkeys(("items", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems",
                     "additionalProperties", "unevaluatedProperties"), _is(dict, bool)),
    **dict.fromkeys(("format", "pattern", "$ref", "$dynamicRef", "contentEncoding", "contentMediaType"), _is(str)),
    "enum": lambda value: isinstance(value, list) and len(value) > 0,
    "required": _is(list),
    "multipleOf": lambda value: number(value) and value > 0,
    "type": _is(str, list),
    "uniqueItems": _is(bool),
}  # fmt: skip


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
        """Whether the keyword is there, in a form that means something: documents are slightly invalid now and then."""
        value = self.place.value
        if not isinstance(value, dict) or keyword not in value or keyword in self.drop:
            return False
        kind = KINDS.get(keyword)
        return kind is None or kind(value[keyword])

    def held(self, keywords: Iterable[str]) -> list[str]:
        """Those of the keywords that it has; asked of all of them for each schema of a large document."""
        value = self.place.value
        return [word for word in keywords if word in value and self.has(word)] if isinstance(value, dict) else []

    def get(self, keyword: str) -> Any:
        return self.place.value[keyword] if self.has(keyword) else None

    @property
    def nullable(self) -> bool:
        """3.0's flag, and what 2.0's tools write for it."""
        return self.get("nullable") is True or (self.get("x-nullable") is True and self.doc.version < (3, 0))

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
            if (
                len(self.parts) > 1
                or part.drop
                or not isinstance(value, dict)
                or not isinstance(value.get("$ref"), str)
            ):
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
                yield part.only("$ref", "$dynamicRef")  # nobody knows what it says
            else:
                yield from _flatten([Part(part.doc, target)], seen)
            if part.doc.version < (3, 1):  # siblings of $ref are ignored in 3.0
                continue
            part = part.without("$ref", "$dynamicRef")
        if part.nullable and not part.has("type") and any(map(part.has, ("allOf", *UNIONS))):
            null = Node((part.literal({"type": "null"}),))
            yield Union("anyOf", part, (Node((part.without("nullable", "x-nullable"),)), null), ("", "null"))
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
    properties = value.get("properties") if isinstance(value.get("properties"), dict) else None
    discriminator = part.get("discriminator")
    tag = discriminator.get("propertyName") if isinstance(discriminator, dict) else "type"
    fields = {name: one for name, one in properties.items() if isinstance(one, dict)} if properties else {}
    if tag in fields:
        return repr(fields[tag].get("const") or fields[tag].get("enum"))
    constants = [f"{name}={one['const']!r}" for name, one in fields.items() if "const" in one]
    return str(value.get("title", constants[0] if constants else ""))


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
    listed = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    names = {"string" if name == "file" else name for name in listed if isinstance(name, str)} & TYPES
    if not names:
        return TYPES
    if "number" in names:
        names.add("integer")
    return frozenset(names | {"null"} if part.nullable else names)


def identity(value: Any) -> Any:
    """What equal JSON values share and others don't: 1 and 1.0 are the same, 1 and true aren't."""
    if isinstance(value, list):
        return ("list", *map(identity, value))
    if isinstance(value, dict):
        return ("dict", *sorted((str(key), identity(one)) for key, one in value.items()))
    return (isinstance(value, bool), value) if isinstance(value, bool | int | float) else ("", value)
