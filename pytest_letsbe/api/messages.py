"""Requests and responses of one description, judged: what is wrong with a message, in sentences."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from ..strict_yaml import YamlPath
from .description import Description, Operation
from .schemas import Direction, Schemas

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Request:
    """A request of one operation; ``path`` holds decoded placeholders, ``query`` is the raw query string."""

    operation: Operation
    path: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """A response of one operation."""

    operation: Operation
    status: int
    headers: Mapping[str, str]
    body: bytes


class Messages:
    """Judges messages by a description of version 3 or Swagger 2."""

    def __init__(self, description: Description) -> None:
        self.description = description
        self.schemas = Schemas(description)

    def problems_of_request(self, request: Request) -> list[str]:
        """What the description doesn't allow in a request: parameters, media type, body."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        return [*self._parameters(request, headers), *self._request_body(request, headers)]

    def problems_of_response(self, response: Response) -> list[str]:
        """What the description doesn't promise of a response: status, media type, headers, body."""
        operation, key = response.operation, response.operation.documents(response.status)
        if key is None:
            known = ", ".join(operation.responses) or "none"
            return [f"status {response.status} isn't documented for {operation.label} (documented: {known})"]
        documented = self.description.follow(operation.responses[key])
        if not isinstance(documented, dict):
            return [f"the description of status {key} can't be read"]
        at = self.place(operation, "responses", key)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return [*self._headers(documented, at, headers), *self._response_body(response, documented, at, headers)]

    def place(self, operation: Operation, *steps: str) -> YamlPath:
        """Where a part of an operation stands, behind references too: the path for ``Schemas``."""
        at: YamlPath = operation.at
        value: Any = operation.raw
        root_item = self.description.data["paths"][operation.path]
        if isinstance(root_item, dict) and isinstance(root_item.get("$ref"), str):
            at = (*_local(root_item["$ref"]), operation.method)
        for step in steps:
            at, value = (*at, step), value[step]
            while isinstance(value, dict) and isinstance(value.get("$ref"), str):
                at, value = _local(value["$ref"]), self.description.resolve(value["$ref"])
        return at

    def media_types(self, holder: Any) -> Mapping[str, Any]:
        """The ``content`` of a Request Body or Response Object."""
        found = holder.get("content") if isinstance(holder, dict) else None
        return found if isinstance(found, dict) else {}

    def _parameters(self, request: Request, headers: Mapping[str, str]) -> Iterator[str]:
        query = parse_qsl(request.query, keep_blank_values=True)
        cookies = dict(part.strip().partition("=")[::2] for part in headers.get("cookie", "").split(";") if part)
        for parameter in request.operation.parameters:
            where, name = parameter.get("in"), str(parameter.get("name"))
            if where in ("body", "formData"):
                continue
            if where == "header" and name.lower() in ("accept", "content-type", "authorization"):
                continue  # OpenAPI 3.1, 4.8.12: described elsewhere
            if where == "query":
                values = [value for key, value in query if key == name]
            else:
                one = {"path": request.path.get(name), "header": headers.get(name.lower())}.get(
                    str(where), cookies.get(name)
                )
                values = [] if one is None else [one]
            if not values:
                if parameter.get("required"):
                    yield f"{where} parameter {name!r} is missing"
            elif problem := self._value(parameter, values):
                yield f"{where} parameter {name!r}: {problem}"

    def _value(self, parameter: Mapping[str, Any], values: Sequence[str]) -> str:
        """Empty when one reading of the text is allowed: on the wire a number and its text look the same."""
        schema = parameter.get("schema")
        if not isinstance(schema, dict) or parameter.get("style") == "deepObject":
            return ""
        first = ""
        for reading in _readings(values, parameter, self._types(schema)):
            errors = self.schemas.errors_of(schema, reading, "request")
            if not errors:
                return ""
            first = first or errors[0]
        return first

    def _types(self, schema: Mapping[str, Any]) -> set[str]:
        """The types that a schema names, behind a reference too."""
        found = self.description.follow(schema)
        kind = found.get("type") if isinstance(found, dict) else None
        return set(kind) if isinstance(kind, list) else {kind} if isinstance(kind, str) else set()

    def _request_body(self, request: Request, headers: Mapping[str, str]) -> Iterator[str]:
        raw = self.description.follow(request.operation.raw.get("requestBody"))
        if not isinstance(raw, dict):
            return
        if not request.body:
            if raw.get("required"):
                yield "the body is missing"
            return
        content = self.media_types(raw)
        key = match_media_type(headers.get("content-type", ""), content)
        if key is None:
            yield f"content type {headers.get('content-type', '')!r} isn't one of {', '.join(content)}"
            return
        at = (*self.place(request.operation, "requestBody"), "content", key)
        yield from self._body(request.body, key, content[key], at, "request")

    def _headers(self, documented: Mapping[str, Any], at: YamlPath, headers: Mapping[str, str]) -> Iterator[str]:
        found = documented.get("headers")
        for name, raw in found.items() if isinstance(found, dict) else ():
            header = self.description.follow(raw)
            if not isinstance(header, dict) or name.lower() == "content-type":
                continue
            value = headers.get(name.lower())
            if value is None:
                if header.get("required"):
                    yield f"header {name!r} is missing"
            elif isinstance(header.get("schema"), dict):
                readings = list(_readings([value], header, self._types(header["schema"])))
                errors = [self.schemas.errors_of(header["schema"], reading, "response") for reading in readings]
                if all(errors):
                    yield f"header {name!r}: {errors[0][0]}"

    def _response_body(
        self, response: Response, documented: Mapping[str, Any], at: YamlPath, headers: Mapping[str, str]
    ) -> Iterator[str]:
        content = self.media_types(documented)
        if not content or response.operation.method == "head" or response.status == 304:
            return
        given = headers.get("content-type", "")
        key = match_media_type(given, content)
        if key is None:
            yield f"content type {given!r} isn't one of {', '.join(content)}"
            return
        yield from self._body(response.body, key, content[key], (*at, "content", key), "response")

    def _body(self, body: bytes, key: str, media: Any, at: YamlPath, direction: Direction) -> Iterator[str]:
        if not is_json(key) or not isinstance(media, dict) or "schema" not in media:
            return
        try:
            value = parse_json(body)
        except ValueError as error:
            yield f"the body is no JSON: {error}"
            return
        for problem in self.schemas.errors((*at, "schema"), value, direction):
            yield f"the body at {problem}"


def parse_json(body: bytes) -> Any:
    """JSON by RFC 8259, without NaN and infinities. Raises ValueError."""

    def refuse(text: str) -> Any:
        raise ValueError(f"{text} isn't a number of JSON")

    try:
        return json.loads(body.decode("utf-8"), parse_constant=refuse)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def is_json(media_type: str) -> bool:
    essence = media_type.partition(";")[0].strip().lower()
    return essence in ("application/json", "text/json") or essence.endswith("+json")


def match_media_type(given: str, content: Mapping[str, Any]) -> str | None:
    """The key of ``content`` that a content type falls under: the exact one, then a range (RFC 9110, 12.5.1)."""
    essence = given.partition(";")[0].strip().lower()
    keys = {key.partition(";")[0].strip().lower(): key for key in content}
    for wanted in (essence, essence.partition("/")[0] + "/*", "*/*"):
        if wanted in keys and essence:
            return keys[wanted]
    return None


def _readings(values: Sequence[str], parameter: Mapping[str, Any], types: set[str]) -> Iterator[Any]:
    """The values that a text may stand for."""
    if "array" in types:
        explode = parameter.get("explode", parameter.get("in") in ("query", "cookie"))
        separator = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(str(parameter.get("style")), ",")
        parts = list(values) if explode else [part for value in values for part in value.split(separator)]
        yield [_scalar(part) for part in parts]
        yield parts
        return
    if len(values) > 1:
        yield list(values)
        return
    yield values[0]
    scalar = _scalar(values[0])
    if not isinstance(scalar, str):
        yield scalar
    if types == {"object"} and "," in values[0]:
        parts = values[0].split(",")
        yield dict(zip(parts[::2], map(_scalar, parts[1::2]), strict=False))


def _scalar(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    if text == "null":
        return None
    if _NUMBER.match(text) and len(text) < 300:
        number = json.loads(text)
        return number if not isinstance(number, float) or math.isfinite(number) else text
    return text


def _local(reference: str) -> YamlPath:
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in reference.partition("#")[2].split("/")[1:])
