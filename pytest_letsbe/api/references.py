"""Every reference of a document, where it stands and whether it leads anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..strict_yaml import YamlPath

#: Below these keys stands data of the API, in which `$ref` is a word like any other.
DATA = frozenset({"example", "default", "const", "enum", "value"})


def references(value: Any, path: YamlPath = ()) -> Iterator[tuple[YamlPath, str]]:
    """All ``$ref`` with their places, in the order of the document; those in examples are data."""
    if isinstance(value, dict):
        for key, child in value.items():
            if key == "$ref" and isinstance(child, str) and not _names_properties(path):
                yield (*path, key), child
            elif not (key in DATA and not _names_properties(path)) and not _is_schema_examples(key, child):
                yield from references(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from references(child, (*path, index))


def _names_properties(path: YamlPath) -> bool:
    """Whether the keys at this place are names that the API chose."""
    return bool(path) and path[-1] in ("properties", "patternProperties", "schemas", "parameters", "responses")


def _is_schema_examples(key: str, child: Any) -> bool:
    return key == "examples" and isinstance(child, list)
