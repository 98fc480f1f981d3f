"""Whether two schemas say the same but for their prose: the short cut past everything that didn't change."""

from __future__ import annotations

from typing import Any

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
_SETS = frozenset({"required", "type", "enum"})


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
        if not self._schemas(left, right, assumed):
            return False
        self._proven |= assumed
        return True

    def _schemas(self, left: Part, right: Part, assumed: set[tuple[Any, ...]]) -> bool:
        one, other = left.place.value, right.place.value
        if not isinstance(one, dict) or not isinstance(other, dict):
            return type(one) is type(other) and one == other
        keys = _said(one) - left.drop
        if keys != _said(other) - right.drop:
            return False
        return all(self._keyword(key, left, right, assumed) for key in keys)

    def _keyword(self, key: str, left: Part, right: Part, assumed: set[tuple[Any, ...]]) -> bool:
        one, other = left.place.value[key], right.place.value[key]
        if key == "$ref":
            return self._references(left, right, assumed)
        deep = _steps(key, one)
        if deep is None:
            return _unordered(one) == _unordered(other) if key in _SETS else bool(one == other)
        if deep != _steps(key, other):
            return False
        pairs = ((left.child(key, *step).parts[0], right.child(key, *step).parts[0]) for step in deep)
        return all(self._schemas(mine, theirs, assumed) for mine, theirs in pairs)

    def _references(self, left: Part, right: Part, assumed: set[tuple[Any, ...]]) -> bool:
        mine = left.doc.target(left.place, str(left.place.value["$ref"]))
        theirs = right.doc.target(right.place, str(right.place.value["$ref"]))
        if mine is None or theirs is None:
            return mine is theirs and left.place.value["$ref"] == right.place.value["$ref"]
        pair = (id(mine.file), mine.pointer, id(theirs.file), theirs.pointer)
        if pair in self._differs:
            return False
        if pair in self._proven or pair in assumed:
            return True
        assumed.add(pair)
        if self._schemas(Part(left.doc, mine), Part(right.doc, theirs), assumed):
            return True
        self._differs.add(pair)
        return False


def _said(value: dict[str, Any]) -> set[str]:
    return {key for key in value if key not in PROSE and (not key.startswith("x-") or key == "x-extensible-enum")}


def _steps(key: str, value: Any) -> list[tuple[Any, ...]] | None:
    """Where the schemas below a keyword stand; None when it holds none."""
    if key in _SCHEMA and isinstance(value, dict | bool):
        return [()]
    if key in _LISTS and isinstance(value, list):
        return [(index,) for index in range(len(value))]
    if key in _MAPS and isinstance(value, dict):
        return [(name,) for name in sorted(value)]
    return None


def _unordered(value: Any) -> list[str]:
    return sorted(map(repr, value)) if isinstance(value, list) else [repr(value)]
