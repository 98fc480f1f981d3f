"""Whether two schemas say the same but for their prose: the short cut past everything that didn't change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .load import Document, File, Place
from .schema import Node, Part

#: Keywords that no value can tell the difference of.
PROSE = frozenset({
    "title", "description", "example", "examples", "externalDocs", "deprecated", "$comment", "summary", "xml",
    "$anchor", "default", "$defs", "definitions", "$id", "$schema",
})  # fmt: skip
_SCHEMA = frozenset({
    "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems",
    "unevaluatedProperties",
})  # fmt: skip
_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_MAPS = frozenset({"properties", "patternProperties", "dependentSchemas"})
_EXTENSIONS = frozenset({"x-extensible-enum", "x-nullable"})
_SETS = frozenset({"required", "type", "enum"})


@dataclass(frozen=True, slots=True)
class _Side:
    """Where references are written that are being followed: values are walked bare, since most documents are large."""

    doc: Document
    file: File

    def follow(self, reference: str) -> tuple[_Side, Place] | None:
        target = self.doc.target(Place(self.file, (), None), reference)
        return None if target is None else (_Side(self.doc, target.file), target)


class Sameness:
    """Remembers pairs of references; a pair under way counts as the same, which closes recursive schemas."""

    def __init__(self) -> None:
        self._proven: set[tuple[Any, ...]] = set()
        self._differs: set[tuple[Any, ...]] = set()

    def nodes(self, left: Node, right: Node) -> bool:
        if len(left.parts) != len(right.parts):
            return False
        return all(self.parts(one, other) for one, other in zip(left.parts, right.parts, strict=True))

    def parts(self, left: Part, right: Part) -> bool:
        """Whether both parts say the same."""
        if left.drop != right.drop or (left.doc.version < (3, 1)) != (right.doc.version < (3, 1)):
            return False
        assumed: set[tuple[Any, ...]] = set()
        mine, theirs = _Side(left.doc, left.place.file), _Side(right.doc, right.place.file)
        if not self._schemas(mine, left.place.value, theirs, right.place.value, assumed, left.drop):
            return False
        self._proven |= assumed
        return True

    def _schemas(
        self, left: _Side, one: Any, right: _Side, other: Any, assumed: set[tuple[Any, ...]],
        drop: frozenset[str] = frozenset(),
    ) -> bool:  # fmt: skip
        if not isinstance(one, dict) or not isinstance(other, dict):
            return type(one) is type(other) and bool(one == other)
        keys = _said(one) - drop
        if keys != _said(other) - drop:
            return False
        return all(self._keyword(key, left, one[key], right, other[key], assumed) for key in keys)

    def _keyword(
        self, key: str, left: _Side, one: Any, right: _Side, other: Any, assumed: set[tuple[Any, ...]]
    ) -> bool:
        if key == "$ref":
            return self._references(left, str(one), right, str(other), assumed)
        if key in _SCHEMA and isinstance(one, dict | bool):
            return self._schemas(left, one, right, other, assumed)
        if key in _LISTS and isinstance(one, list) and isinstance(other, list):
            return len(one) == len(other) and all(
                self._schemas(left, mine, right, theirs, assumed) for mine, theirs in zip(one, other, strict=True)
            )
        if key in _MAPS and isinstance(one, dict) and isinstance(other, dict):
            return one.keys() == other.keys() and all(
                self._schemas(left, value, right, other[name], assumed) for name, value in one.items()
            )
        return _unordered(one) == _unordered(other) if key in _SETS and one != other else _equal(one, other)

    def _references(self, left: _Side, one: str, right: _Side, other: str, assumed: set[tuple[Any, ...]]) -> bool:
        pair = (id(left.file), one, id(right.file), other)
        if pair in self._differs:
            return False
        if pair in self._proven or pair in assumed:
            return True
        mine, theirs = left.follow(one), right.follow(other)
        if mine is None or theirs is None:
            return mine is theirs and one == other
        assumed.add(pair)
        if self._schemas(mine[0], mine[1].value, theirs[0], theirs[1].value, assumed):
            return True
        self._differs.add(pair)
        return False


def _equal(one: Any, other: Any) -> bool:
    """JSON's equality of plain values: ``1`` isn't ``true``."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_equal(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(value, other[key]) for key, value in one.items())
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _said(value: dict[str, Any]) -> set[str]:
    return {key for key in value if key not in PROSE and (not key.startswith("x-") or key in _EXTENSIONS)}


def _unordered(value: Any) -> list[str]:
    return sorted(map(repr, value)) if isinstance(value, list) else [repr(value)]
