"""Fields of a value that its schema doesn't speak of: nobody promised them, whatever a server sends today."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .description import Description

_DEEP = 24


def undescribed(description: Description, schema: Any, value: Any) -> Iterator[str]:
    """Paths such as ``$.items[*].colour``. Where any branch of a composition speaks of a field, it is described."""
    yield from dict.fromkeys(_walk(description, [schema], value, "$", 0))


def _walk(description: Description, schemas: list[Any], value: Any, path: str, depth: int) -> Iterator[str]:
    parts = [part for schema in schemas for part in _parts(description, schema, 0)]
    if depth > _DEEP:
        return
    if isinstance(value, list):
        inner = [part["items"] for part in parts if isinstance(part.get("items"), dict)]
        inner += [item for part in parts for item in part.get("prefixItems", [])]
        for child in value if inner else ():
            yield from _walk(description, inner, child, f"{path}[*]", depth + 1)
    elif isinstance(value, dict):
        is_free = _is_free(parts)
        for key, child in value.items():
            found = [schema for part in parts for schema in _of(part, key)]
            if found:
                yield from _walk(description, found, child, f"{path}.{key}", depth + 1)
            elif not is_free:
                yield f"{path}.{key}"


def _parts(description: Description, schema: Any, depth: int) -> Iterator[dict[str, Any]]:
    """The schema and all branches of its compositions, behind references."""
    found = description.follow(schema)
    if not isinstance(found, dict) or depth > _DEEP:
        return
    yield found
    if isinstance(schema, dict) and "$ref" in schema and len(schema) > 1:
        yield {key: part for key, part in schema.items() if key != "$ref"}
    for key in ("allOf", "anyOf", "oneOf"):
        branches = found.get(key)
        for branch in branches if isinstance(branches, list) else ():
            yield from _parts(description, branch, depth + 1)
    for key in ("then", "else"):
        if key in found:
            yield from _parts(description, found[key], depth + 1)


def _of(part: dict[str, Any], key: str) -> Iterator[Any]:
    properties, patterns = part.get("properties"), part.get("patternProperties")
    if isinstance(properties, dict) and key in properties:
        yield properties[key]
    for pattern, schema in patterns.items() if isinstance(patterns, dict) else ():
        try:
            if re.search(pattern, key):
                yield schema
        except re.error:
            yield schema
    rest = part.get("additionalProperties", part.get("unevaluatedProperties"))
    if isinstance(rest, dict) and rest:
        yield rest


def _is_free(parts: list[dict[str, Any]]) -> bool:
    """An object of which nothing is said, or that says it may hold anything."""
    open_ended = any(part.get("additionalProperties") in (True, {}) for part in parts)
    return open_ended or not any("properties" in part or "patternProperties" in part for part in parts)
