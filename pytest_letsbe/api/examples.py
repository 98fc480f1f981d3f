"""Every example of a description with the schema it must match."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..strict_yaml import YamlPath
from .description import Description
from .references import DATA
from .schemas import Direction, pointer


@dataclass(frozen=True, slots=True)
class Example:
    """A value, where it stands, and the schema it exemplifies; both directions where a schema holds it itself."""

    at: YamlPath
    value: Any
    schema: str
    directions: tuple[Direction, ...]


def examples(description: Description) -> Iterator[Example]:
    """Examples of bodies, parameters, headers and schemas. What stands behind a reference is told where it stands."""
    yield from _walk(description, description.data, (), ("request", "response"))


def _walk(description: Description, value: Any, path: YamlPath, directions: tuple[Direction, ...]) -> Iterator[Example]:
    if isinstance(value, list):
        for index, child in enumerate(value):
            yield from _walk(description, child, (*path, index), directions)
    if not isinstance(value, dict):
        return
    if isinstance(value.get("schema"), dict) or (path and path[-1] == "schema"):
        yield from _held(description, value, path, directions)
    elif _is_schema(path):
        yield from _of_schema(value, path, directions)
    for key, child in value.items():
        if (key in DATA or key == "examples") and not _is_naming(path):
            continue
        yield from _walk(description, child, (*path, key), _direction(key, directions))


def _direction(key: str, directions: tuple[Direction, ...]) -> tuple[Direction, ...]:
    if key in ("responses", "headers"):
        return ("response",)
    return ("request",) if key in ("requestBody", "requestBodies", "parameters") else directions


def _held(
    description: Description, value: dict[str, Any], path: YamlPath, directions: tuple[Direction, ...]
) -> Iterator[Example]:
    """Of a Media Type, Parameter or Header Object, which holds its examples beside the schema."""
    if path[-1:] == ("schema",):
        yield from _of_schema(value, path, directions)
        return
    schema = pointer((*path, "schema"))
    if "example" in value:
        yield Example((*path, "example"), value["example"], schema, directions)
    many = value.get("examples")
    for name, entry in many.items() if isinstance(many, dict) else ():
        found = description.follow(entry)
        if isinstance(found, dict) and "value" in found:
            place = (*path, "examples", name, *(("value",) if "value" in entry else ()))
            yield Example(place, found["value"], schema, directions)
    if description.is_swagger and isinstance(many, dict):
        for name, entry in many.items():  # Swagger 2 has them by media type
            yield Example((*path, "examples", name), entry, schema, directions)


def _of_schema(value: dict[str, Any], path: YamlPath, directions: tuple[Direction, ...]) -> Iterator[Example]:
    if "example" in value:
        yield Example((*path, "example"), value["example"], pointer(path), directions)
    many = value.get("examples")
    for index, entry in enumerate(many) if isinstance(many, list) else ():
        yield Example((*path, "examples", index), entry, pointer(path), directions)


def _is_schema(path: YamlPath) -> bool:
    """Whether a Schema Object stands here, by the place alone."""
    if len(path) < 2:
        return False
    last, before = path[-1], path[-2]
    if before in ("schemas", "definitions", "$defs", "properties", "patternProperties"):
        return True
    if isinstance(last, int):
        return before in ("allOf", "anyOf", "oneOf", "prefixItems")
    return last in ("items", "additionalProperties", "not", "schema")


def _is_naming(path: YamlPath) -> bool:
    return bool(path) and path[-1] in ("properties", "patternProperties", "schemas", "definitions", "$defs")
