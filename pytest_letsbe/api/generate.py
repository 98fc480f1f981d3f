"""A valid value for a schema, built from its keywords; the same seed gives the same value."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from re import _constants as sre
from re import _parser
from typing import Any

from .description import Description

_FORMATS = {
    "date-time": "2026-03-01T12:00:00Z",
    "date": "2026-03-01",
    "time": "12:00:00Z",
    "duration": "PT5M",
    "email": "someone@letsbe.test",
    "idn-email": "someone@letsbe.test",
    "hostname": "host.letsbe.test",
    "ipv4": "192.0.2.7",
    "ipv6": "2001:db8::7",
    "uri": "https://letsbe.test/x",
    "url": "https://letsbe.test/x",
    "iri": "https://letsbe.test/x",
    "uri-reference": "/x",
    "iri-reference": "/x",
    "uri-template": "/x/{y}",
    "json-pointer": "/x",
    "regex": "x",
    "byte": "bGV0c2Jl",
}
_DEEP = 12


class Generator:
    """Values for the schemas of one description."""

    def __init__(self, description: Description, seed: int = 0) -> None:
        self._description = description
        self._random = random.Random(seed)  # noqa: S311  (data for a mock)

    def value(self, schema: Any, depth: int = 0) -> Any:
        """A value that the schema allows, as far as its keywords can be fulfilled one by one; judge it after."""
        schema = self._flat(schema)
        if not isinstance(schema, dict) or depth > _DEEP:
            return None
        for key in ("const", "example", "default"):
            if key in schema:
                return schema[key]
        for key in ("enum", "examples"):
            if isinstance(schema.get(key), list) and schema[key]:
                return schema[key][0]
        for key in ("oneOf", "anyOf"):
            branches = schema.get(key)
            if isinstance(branches, list) and branches:
                rest = {name: part for name, part in schema.items() if name != key}
                return self.value(_merge(rest, self._flat(branches[0])), depth + 1)
        return self._of_type(_type(schema), schema, depth)

    def text(self, schema: Mapping[str, Any]) -> str:
        """A string for ``pattern``, ``format`` and lengths; different at each call where the pattern allows it."""
        pattern, least = schema.get("pattern"), int(schema.get("minLength", 0))
        if isinstance(pattern, str):
            return self._matching(pattern)
        if schema.get("format") == "uuid":
            digits = f"{self._random.getrandbits(128):032x}"
            return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
        found = _FORMATS.get(str(schema.get("format")), "text")
        found = found if len(found) >= least else found + "x" * (least - len(found))
        most = schema.get("maxLength")
        return found[:most] if isinstance(most, int) and "format" not in schema else found

    def _flat(self, schema: Any) -> Any:
        """Behind references, and with ``allOf`` folded in."""
        found = self._description.follow(schema)
        if isinstance(schema, dict) and "$ref" in schema and isinstance(found, dict) and len(schema) > 1:
            found = _merge({k: v for k, v in schema.items() if k != "$ref"}, found)
        if isinstance(found, dict) and isinstance(found.get("allOf"), list):
            merged: Any = {key: part for key, part in found.items() if key != "allOf"}
            for part in found["allOf"]:
                merged = _merge(merged, self._flat(part))
            return merged
        return found

    def _of_type(self, kind: str, schema: dict[str, Any], depth: int) -> Any:
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            least = max(int(schema.get("minItems", 0)), 1 if depth < 3 and schema.get("maxItems", 1) else 0)
            prefix = [self.value(part, depth + 1) for part in schema.get("prefixItems", [])]
            return prefix + [self.value(schema.get("items", {}), depth + 1) for _ in range(max(0, least - len(prefix)))]
        if kind in ("integer", "number"):
            return _number(schema, kind)
        if kind == "boolean":
            return True
        return None if kind == "null" else self.text(schema)

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties") or {}
        required = [str(name) for name in schema.get("required", [])]
        names = [n for n in properties if n in required or depth < 4]
        result = {name: self.value(properties[name], depth + 1) for name in names}
        extra = schema.get("additionalProperties")
        for name in required:
            if name not in result:
                result[name] = self.value(extra if isinstance(extra, dict) else {}, depth + 1)
        for number in range(int(schema.get("minProperties", 0)) - len(result)):
            result[f"key{number}"] = self.value(extra if isinstance(extra, dict) else {"type": "string"}, depth + 1)
        return result

    def _matching(self, pattern: str) -> str:
        try:
            return "".join(self._piece(op, argument) for op, argument in _parser.parse(pattern))
        except (re.error, _UnknownPieceError, RecursionError):
            return "text"

    def _piece(self, op: Any, argument: Any) -> str:
        if op == sre.AT or op in (sre.ASSERT, sre.ASSERT_NOT):
            return ""
        if op == sre.LITERAL:
            return chr(argument)
        if op == sre.IN:
            return self._random.choice(_members(argument))
        if op == sre.ANY or op == sre.NOT_LITERAL:
            return "x" if argument != ord("x") else "y"
        if op == sre.BRANCH:
            return "".join(self._piece(*part) for part in argument[1][0])
        if op == sre.SUBPATTERN:
            return "".join(self._piece(*part) for part in argument[-1])
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            least, most, parts = argument
            times = least if least else min(1, int(most))
            return "".join(self._piece(*part) for _ in range(times) for part in parts)
        raise _UnknownPieceError


class _UnknownPieceError(Exception):
    """A part of a regular expression that isn't built here."""


def _members(argument: Sequence[Any]) -> list[str]:
    found: list[str] = []
    for op, value in argument:
        if op == sre.NEGATE:
            banned = set(_members([part for part in argument if part[0] != sre.NEGATE]))
            return [c for c in "xyz012 -_" if c not in banned]
        if op == sre.LITERAL:
            found.append(chr(value))
        elif op == sre.RANGE:
            found += [chr(code) for code in range(value[0], min(value[1], value[0] + 100) + 1)]
        elif op == sre.CATEGORY:
            digit, space = value == sre.CATEGORY_DIGIT, value == sre.CATEGORY_SPACE
            found += list("0123456789") if digit else [" "] if space else list("abcxyz")
    if not found:
        raise _UnknownPieceError
    return found


def _type(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        return str(next((k for k in kind if k != "null"), "null"))
    if isinstance(kind, str):
        return kind
    return "object" if "properties" in schema or "required" in schema else "array" if "items" in schema else "string"


def _number(schema: Mapping[str, Any], kind: str) -> Any:
    step = schema.get("multipleOf", 1 if kind == "integer" else None)
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    value: Any = low if low is not None else 1
    if isinstance(above, int | float) and not isinstance(above, bool):
        value = max(value, above + (step or 1)) if low is not None else above + (step or 1)
    if low is None and isinstance(high, int | float):
        value = min(value, high)
    if isinstance(below, int | float) and not isinstance(below, bool) and value >= below:
        value = below - (step or 1)
    return -(-value // step) * step if step else value


def _merge(left: Any, right: Any) -> Any:
    """Both schemas at once, as far as keywords add up."""
    if not isinstance(left, dict) or not isinstance(right, dict):
        return left if isinstance(left, dict) else right
    both = {**left, **right}
    if "properties" in left and "properties" in right:
        both["properties"] = {**left["properties"], **right["properties"]}
    if "required" in left and "required" in right:
        both["required"] = list(dict.fromkeys([*left["required"], *right["required"]]))
    return both
