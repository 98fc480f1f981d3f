"""Pact files (V2 to V4), read and written: what a consumer sends, and what it reads of the answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ..model import Location, UsageError
from .description import read

#: Stands for a body that isn't there; None would be the JSON null.
ABSENT: Any = object()


@dataclass(frozen=True, slots=True)
class Interaction:
    """One request and the answer that is expected of it; ``body`` and ``reads`` are JSON values or text."""

    description: str
    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = ABSENT
    status: int = 200
    response_headers: Mapping[str, str] = field(default_factory=dict)
    reads: Any = ABSENT
    at: Location | None = None


@dataclass(frozen=True, slots=True)
class Pact:
    """A consumer's file."""

    consumer: str
    provider: str
    interactions: tuple[Interaction, ...]
    at: Location


def load_pact(path: Path, *, shown_as: str | None = None) -> Pact:
    """Read a file. Raises UsageError with the place of what isn't a Pact; messages other than HTTP are left out."""
    document = read(path, shown_as or str(path))
    data = document.data
    if not isinstance(data, dict) or not isinstance(data.get("interactions"), list):
        raise UsageError("is no Pact file: it needs consumer, provider and a list of interactions", document.at())
    found = []
    for index, raw in enumerate(data["interactions"]):
        where = document.at("interactions", index)
        if not isinstance(raw, dict):
            raise UsageError("an interaction is a mapping", where)
        if str(raw.get("type", "Synchronous/HTTP")) == "Synchronous/HTTP":
            found.append(_interaction(raw, where))
    return Pact(_name(data, "consumer") or path.stem, _name(data, "provider"), tuple(found), document.at())


def write_pact(pact: Pact) -> str:
    """The file as text, in version 4; the same interactions give the same text."""
    return json.dumps(
        {
            "consumer": {"name": pact.consumer},
            "provider": {"name": pact.provider},
            "interactions": [_written(interaction) for interaction in pact.interactions],
            "metadata": {"pactSpecification": {"version": "4.0"}},
        },
        indent=2,
        ensure_ascii=False,
    )


def leaves(value: Any, path: str = "$") -> Iterable[str]:
    """Every field of a value, inner ones before what holds them: ``$.items[*].id``."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from leaves(child, f"{path}.{key}")
            yield f"{path}.{key}"
    elif isinstance(value, list):
        for child in value:
            yield from leaves(child, f"{path}[*]")


def _interaction(raw: Mapping[str, Any], where: Location) -> Interaction:
    request, response = raw.get("request"), raw.get("response")
    if not isinstance(request, dict) or not isinstance(response, dict) or not isinstance(request.get("path"), str):
        raise UsageError("an interaction needs a request with a path, and a response", where)
    status = response.get("status", 200)
    if not isinstance(status, int) or isinstance(status, bool):
        raise UsageError(f"status {status!r} isn't a number", where)
    headers, answered = _headers(request.get("headers")), _headers(response.get("headers"))
    body, content_type = _body(request)
    reads, reads_type = _body(response)
    return Interaction(
        description=str(raw.get("description") or f"{request.get('method', 'GET')} {request['path']}"),
        method=str(request.get("method", "GET")).upper(),
        path=request["path"],
        query=_query(request.get("query")),
        headers=_typed(headers, content_type, body),
        body=body,
        status=status,
        response_headers=_typed(answered, reads_type, reads),
        reads=reads,
        at=where,
    )


def _typed(headers: dict[str, str], content_type: str, body: Any) -> dict[str, str]:
    """With the body's type among the headers; a body that is JSON is JSON until somebody says otherwise."""
    if body is ABSENT or any(name.lower() == "content-type" for name in headers):
        return headers
    return {**headers, "Content-Type": content_type or ("text/plain" if isinstance(body, str) else "application/json")}


def _body(part: Mapping[str, Any]) -> tuple[Any, str]:
    if "body" not in part or part["body"] is None:
        return ABSENT, ""
    body = part["body"]
    if (
        isinstance(body, dict)
        and "content" in body
        and body.keys() <= {"content", "contentType", "encoded", "contentTypeHint"}
    ):
        content, kind = body["content"], str(body.get("contentType", ""))
        if isinstance(content, str) and "json" in kind and body.get("encoded") in (True, "json", "JSON"):
            try:
                content = json.loads(content)
            except ValueError:
                return content, kind
        return content, kind
    return body, ""


def _headers(raw: Any) -> dict[str, str]:
    items = raw.items() if isinstance(raw, dict) else ()
    return {str(name): ", ".join(map(str, value)) if isinstance(value, list) else str(value) for name, value in items}


def _query(raw: Any) -> str:
    if isinstance(raw, dict):
        pairs = [(k, str(one)) for k, many in raw.items() for one in (many if isinstance(many, list) else [many])]
        return urlencode(pairs)
    return str(raw or "").lstrip("?")


def _name(data: Mapping[str, Any], side: str) -> str:
    found = data.get(side)
    return str(found.get("name", "")) if isinstance(found, dict) else ""


def _written(interaction: Interaction) -> dict[str, Any]:
    from urllib.parse import parse_qs

    request: dict[str, Any] = {"method": interaction.method, "path": interaction.path}
    if interaction.query:
        request["query"] = parse_qs(interaction.query, keep_blank_values=True)
    response: dict[str, Any] = {"status": interaction.status}
    for part, headers, body in (
        (request, interaction.headers, interaction.body),
        (response, interaction.response_headers, interaction.reads),
    ):
        if headers:
            part["headers"] = {name: [value] for name, value in headers.items()}
        if body is not ABSENT:
            kind = next((v for k, v in headers.items() if k.lower() == "content-type"), "application/json")
            part["body"] = {"content": body, "contentType": kind, "encoded": False}
    return {
        "type": "Synchronous/HTTP",
        "description": interaction.description,
        "pending": False,
        "request": request,
        "response": response,
    }
