"""Judges values by the schemas of a description, whichever version of OpenAPI wrote them.

Schemas of 3.0 and Swagger 2 (``nullable``, ``exclusiveMinimum: true``, no siblings of ``$ref``) are rewritten to
JSON Schema 2020-12, which 3.1 speaks. A property that is ``readOnly`` may be absent from a request although it is
required, and one that is ``writeOnly`` from a response (OpenAPI 3.0, 4.7.24.2; 3.1 leaves it to the application).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from ..model import CheckFailure
from ..strict_yaml import YamlPath
from .description import Description

Direction = Literal["request", "response"]
_ROOT = "letsbe:description"
_DATA = ("example", "examples", "default", "const", "enum")


class Schemas:
    """Validators of one description, each made once.

    Args:
        partial: judge a part of a value, from which anything may be absent.
    """

    def __init__(self, description: Description, *, partial: bool = False) -> None:
        self._description = description
        self._partial = partial
        self._validators: dict[tuple[str, Direction], Any] = {}
        self._registries: dict[Direction, Any] = {}

    def errors(self, at: YamlPath, value: Any, direction: Direction) -> list[str]:
        """What is wrong with a value by the schema that stands at ``at``: ``/grams: 0 is less than 1``."""
        return self.errors_by(pointer(at), value, direction)

    def errors_by(self, reference: str, value: Any, direction: Direction) -> list[str]:
        """As ``errors``, for a schema named by a JSON pointer (``#/components/schemas/Parcel``)."""
        validator = self._validator(reference, direction)
        if isinstance(validator, str):
            return [validator]
        return [describe_error(error) for error in validator.iter_errors(value)]

    def errors_of(self, schema: Mapping[str, Any], value: Any, direction: Direction) -> list[str]:
        """As ``errors``, for a schema that stands anywhere; its references are those of the description."""
        key = (json.dumps(schema, sort_keys=True, default=str), direction)
        if key not in self._validators:
            modern = rewrite(schema, direction, old=self._is_old)
            modern = only_part(modern) if self._partial else modern
            self._validators[key] = self._made(_absolute(modern), direction)
        validator = self._validators[key]
        return [validator] if isinstance(validator, str) else [describe_error(e) for e in validator.iter_errors(value)]

    def _validator(self, reference: str, direction: Direction) -> Any:
        key = (reference, direction)
        if key not in self._validators:
            self._validators[key] = self._made({"$ref": f"{_ROOT}{reference}"}, direction)
        return self._validators[key]

    def _made(self, schema: Any, direction: Direction) -> Any:
        rs = jsonschema_rs()
        try:
            return rs.Draft202012Validator(schema, registry=self._registry(direction), validate_formats=True)
        except (rs.ValidationError, rs.ReferencingError, ValueError) as error:
            return f"its schema can't be used: {str(error).splitlines()[0]}"

    @property
    def _is_old(self) -> bool:
        return self._description.version[:3] not in ("3.1", "3.2")

    def _registry(self, direction: Direction) -> Any:
        if direction not in self._registries:
            rs = jsonschema_rs()
            document = rewrite(self._description.data, direction, old=self._is_old)
            document = only_part(document) if self._partial else document
            self._registries[direction] = rs.Registry([(_ROOT, document)], draft=rs.Draft202012)
        return self._registries[direction]


def _absolute(schema: Any) -> Any:
    """The same schema with references into the description."""
    if isinstance(schema, list):
        return [_absolute(child) for child in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: f"{_ROOT}{child}" if key == "$ref" and str(child).startswith("#") else _absolute(child)
        for key, child in schema.items()
    }


def describe_error(error: Any) -> str:
    """One violation: where in the value, what, and which part of the schema says so."""
    where = "/" + "/".join(map(str, error.instance_path))
    keyword = "/".join(str(part) for part in list(error.schema_path)[-3:])
    text = str(error.message)
    return f"{where}: {text if len(text) < 200 else text[:200] + '...'} (schema: .../{keyword})"


def pointer(path: YamlPath) -> str:
    """A place as the fragment of a URI: ``#/paths/~1tenants/get``."""
    parts = [_escape(str(part).replace("~", "~0").replace("/", "~1")) for part in path]
    return "#" + "".join(f"/{part}" for part in parts)


def _escape(part: str) -> str:
    from urllib.parse import quote

    return quote(part, safe="~!$&'()*+,;=:@-._")


def rewrite(value: Any, direction: Direction, *, old: bool) -> Any:
    """The same document with schemas that mean in JSON Schema 2020-12 what they mean in this direction."""
    if isinstance(value, list):
        return [rewrite(child, direction, old=old) for child in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("$ref"), str):
        return {"$ref": value["$ref"]} if old else value
    result = {
        key: child if key in _DATA and not isinstance(child, dict) else rewrite(child, direction, old=old)
        for key, child in value.items()
        if key not in ("$schema", "$id")
    }
    _relax_required(result, direction)
    if old:
        _modernise(result)
    return result


def only_part(value: Any) -> Any:
    """The same document with schemas for a part of a value: nothing is required."""
    if isinstance(value, list):
        return [only_part(child) for child in value]
    if not isinstance(value, dict):
        return value
    minimal = ("required", "minProperties", "minItems")
    return {k: only_part(v) for k, v in value.items() if k not in minimal or isinstance(v, dict)}


def _relax_required(schema: dict[str, Any], direction: Direction) -> None:
    required, properties = schema.get("required"), schema.get("properties")
    if isinstance(required, list) and isinstance(properties, dict):
        flag = "readOnly" if direction == "request" else "writeOnly"
        schema["required"] = [
            name for name in required if not (isinstance(properties.get(name), dict) and properties[name].get(flag))
        ]


def _modernise(schema: dict[str, Any]) -> None:
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(schema.get(exclusive), bool) and schema.pop(exclusive) and limit in schema:
            schema[exclusive] = schema.pop(limit)
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
    if schema.get("type") == "file":  # Swagger 2: anything at all
        del schema["type"]


def jsonschema_rs() -> Any:
    """The library that judges values; the sentence that mends its absence otherwise."""
    try:
        import jsonschema_rs as library
    except ImportError:
        raise CheckFailure(
            "schemas are judged by jsonschema-rs, which is missing: pip install 'pytest-letsbe[contract]'"
        ) from None
    return library
