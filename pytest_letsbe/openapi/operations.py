"""What an OpenAPI document offers: operations with parameters, bodies, responses and security, 2.0 read as 3."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .load import Document, Place
from .schema import Node, Part
from .servers import base_paths

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
#: Headers that other parts of a description speak of (OpenAPI 3.1, 4.8.12.1).
IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
#: Keywords of a 2.0 parameter that are none of a schema.
_NO_SCHEMA = frozenset({"name", "in", "required", "description", "collectionFormat", "allowEmptyValue", "schema"})
_TEMPLATE = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, eq=False)
class Value:
    """A parameter or header: where it stands, whether it must be there, and its schema."""

    name: str
    where: str
    place: Place
    required: bool
    schema: Node | None
    media: str = ""


@dataclass(frozen=True, eq=False)
class Media:
    """One media type of a body."""

    name: str
    place: Place
    schema: Node | None


@dataclass(frozen=True, eq=False)
class Body:
    """A request's body, or a response's content."""

    place: Place
    required: bool
    media: dict[str, Media]


@dataclass(frozen=True, eq=False)
class Response:
    """One status of an operation."""

    place: Place
    body: Body
    headers: dict[str, Value]


@dataclass(eq=False)
class Operation:
    """A method of a path, of a webhook or of a callback."""

    doc: Document
    method: str
    path: str
    place: Place
    #: The path item that it stands in.
    item: Place
    parameters: dict[tuple[str, str], Value] = field(default_factory=dict)
    body: Body | None = None
    responses: dict[str, Response] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def key(self) -> tuple[str, str]:
        return self.method, template(self.path)

    def flag(self, keyword: str) -> Any:
        return self.place.get(keyword)

    def own_bases(self) -> set[str] | None:
        """The base paths of its own servers, or of its path's; None when it has those of the document."""
        servers = self.place.get("servers", list) or self.item.get("servers", list)
        return base_paths(servers) if servers else None

    def callbacks(self) -> Iterator[Operation]:
        below = self.place / "callbacks"
        for name in below.value if isinstance(below.value, dict) else ():
            callback = self.doc.follow(below / name)
            for expression in callback.value if isinstance(callback.value, dict) else ():
                if not expression.startswith("x-"):
                    yield from _methods(self.doc, callback / expression, f"{name} {expression}")


def template(path: str) -> str:
    """A path without the names of its parameters and without a slash at its end."""
    return _TEMPLATE.sub("{}", path).rstrip("/") or "/"


def operations(doc: Document) -> list[Operation]:
    """All methods of all paths."""
    paths = doc.follow(doc.top / "paths")
    found = []
    for path in paths.value if isinstance(paths.value, dict) else ():
        if not path.startswith("x-"):
            found += list(_methods(doc, paths / path, path))
    return found


def webhooks(doc: Document) -> list[Operation]:
    """All methods of all webhooks: here the API is the one that asks."""
    found = []
    for keyword in ("webhooks", "x-webhooks"):
        hooks = doc.top / keyword
        for name in hooks.value if isinstance(hooks.value, dict) else ():
            found += list(_methods(doc, hooks / name, name))
    return found


def bases(doc: Document) -> set[str]:
    """The paths below which the servers offer the API."""
    if isinstance(doc.top.get("basePath"), str):
        return base_paths([{"url": doc.top.get("basePath")}])
    return base_paths(doc.top.get("servers", list))


def security(operation: Operation) -> list[dict[str, list[str]]]:
    """The alternatives an operation asks for; one empty alternative means that it asks for nothing."""
    said = operation.place.value.get("security", operation.doc.top.value.get("security"))
    if not isinstance(said, list) or not said:
        return [{}]
    return [
        {name: [str(scope) for scope in scopes] if isinstance(scopes, list) else [] for name, scopes in one.items()}
        for one in said
        if isinstance(one, dict)
    ] or [{}]


def _methods(doc: Document, item: Place, path: str) -> Iterator[Operation]:
    item = _path_item(doc, item)
    if not isinstance(item.value, dict):
        return
    for key in item.value:
        if key.lower() in METHODS and isinstance(item.value[key], dict):
            yield _operation(doc, key.lower(), path, item, item / key)


def _path_item(doc: Document, item: Place) -> Place:
    """A path item may have methods beside its ``$ref``."""
    if not isinstance(item.value, dict) or "$ref" not in item.value:
        return item
    target = doc.follow(item)
    own = {key: value for key, value in item.value.items() if key != "$ref"}
    if not own or not isinstance(target.value, dict):
        return target
    return Place(item.file, item.pointer, {**target.value, **own}) if target.file is item.file else target


def _operation(doc: Document, method: str, path: str, item: Place, place: Place) -> Operation:
    found = Operation(doc, method, path, place, item)
    names = _TEMPLATE.findall(path)
    bodies, forms = [], []
    for holder in (item, place):
        listed = holder / "parameters"
        for index in range(len(listed.value) if isinstance(listed.value, list) else 0):
            parameter = doc.follow(listed / index)
            where, name = str(parameter.get("in")), str(parameter.get("name"))
            if not isinstance(parameter.value, dict) or not parameter.value:
                continue
            if where == "body":
                bodies.append(parameter)
            elif where == "formData":
                forms.append(parameter)
            elif where != "header" or name.lower() not in IGNORED_HEADERS:
                key = on_the_wire(where, name, names)
                found.parameters[where, key] = _value(doc, parameter, name, where)
    found.body = _body(doc, place, bodies, forms)
    responses = place / "responses"
    for status in responses.value if isinstance(responses.value, dict) else ():
        if not status.startswith("x-"):
            found.responses[status.upper() if status != "default" else status] = _response(
                doc, place, responses / status
            )
    return found


def on_the_wire(where: str, name: str, names: list[str]) -> str:
    """What a parameter is told apart by: headers have no case, and the names in a path's template are free."""
    if where == "header":
        return name.lower()
    return str(names.index(f"{{{name}}}")) if where == "path" and f"{{{name}}}" in names else name


def _value(doc: Document, place: Place, name: str, where: str) -> Value:
    required = place.get("required") is True or where == "path"
    content = place / "content"
    if isinstance(content.value, dict) and content.value:
        media = next(iter(content.value))
        return Value(name, where, place, required, _schema(doc, content / media), media)
    return Value(name, where, place, required, _schema(doc, place) or _inline(doc, place))


def _inline(doc: Document, place: Place) -> Node | None:
    """2.0 writes the schema of a parameter or header beside its name."""
    if doc.version >= (3, 0) or "type" not in place.value:
        return None
    return Node((Part(doc, place, _NO_SCHEMA),))


def _schema(doc: Document, place: Place) -> Node | None:
    schema = place / "schema"
    return Node((Part(doc, schema),)) if isinstance(schema.value, dict | bool) else None


def _body(doc: Document, place: Place, bodies: list[Place], forms: list[Place]) -> Body | None:
    if doc.version < (3, 0):
        consumes = place.get("consumes", list) or doc.top.get("consumes", list)
        if bodies:
            media = {str(name): Media(str(name), bodies[-1], _schema(doc, bodies[-1])) for name in consumes or ["*/*"]}
            return Body(bodies[-1], bodies[-1].get("required") is True, media)
        if forms:
            return _form(doc, place, forms, [str(name) for name in consumes])
        return None
    said = place / "requestBody"
    if not isinstance(said.value, dict):
        return None
    body = doc.follow(said)
    return Body(body, body.get("required") is True, _content(doc, body))


def _form(doc: Document, place: Place, forms: list[Place], consumes: list[str]) -> Body:
    """2.0's form fields as the object that 3 writes."""
    properties = {str(form.get("name")): {k: v for k, v in form.value.items() if k not in _NO_SCHEMA} for form in forms}
    required = [str(form.get("name")) for form in forms if form.get("required") is True]
    schema = Place(
        place.file, (*place.pointer, "parameters"), {"type": "object", "properties": properties, "required": required}
    )
    names = consumes or ["application/x-www-form-urlencoded"]
    return Body(schema, bool(required), {name: Media(name, schema, Node((Part(doc, schema),))) for name in names})


def _content(doc: Document, place: Place) -> dict[str, Media]:
    content = place / "content"
    names = content.value if isinstance(content.value, dict) else ()
    found = {}
    for name in names:
        media = doc.follow(content / name)
        found[name] = Media(name, media, _schema(doc, media))
    return found


def _response(doc: Document, operation: Place, place: Place) -> Response:
    response = doc.follow(place)
    headers = response / "headers"
    found = {}
    for name in headers.value if isinstance(headers.value, dict) else ():
        if name.lower() != "content-type":
            found[name.lower()] = _value(doc, doc.follow(headers / name), name, "header")
    content = _content(doc, response)
    if doc.version < (3, 0) and isinstance((response / "schema").value, dict):
        produces = operation.get("produces", list) or doc.top.get("produces", list) or ["*/*"]
        content = {str(name): Media(str(name), response, _schema(doc, response)) for name in produces}
    return Response(response, Body(response, False, content), found)
