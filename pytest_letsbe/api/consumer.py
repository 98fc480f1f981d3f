"""A consumer's Pact against a provider's description: whether what it sends is taken and what it reads is promised.

No broker and no running provider: the same comparison as "bi-directional" contract testing, on two files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from .description import Description, Operation
from .messages import Messages, Request, is_json, match_media_type
from .pact import ABSENT, Interaction, Pact, leaves
from .routes import Route, Routes
from .schemas import Schemas
from .undescribed import undescribed

#: Headers that every server may send and no description names (OpenAPI 3.1, 4.8.17, on Content-Type; RFC 9110).
_COMMON = frozenset({"content-type", "content-length", "date", "server", "connection", "transfer-encoding", "vary"})


@dataclass(frozen=True, slots=True)
class Use:
    """What one interaction relies on. Fields are paths such as ``$.items[*].id``, parameters ``query:limit``."""

    consumer: str
    interaction: str
    operation: str
    status: int
    parameters: frozenset[str]
    sends: frozenset[str]
    reads: frozenset[str]
    headers: frozenset[str]

    def reads_field(self, operation: str, field: str) -> bool:
        """Whether the answer's field, or one inside it, is read."""
        inside = (f"{field}.", f"{field}[")
        return self.operation == operation and any(r == field or r.startswith(inside) for r in self.reads)

    def sends_field(self, operation: str, field: str) -> bool:
        """Whether the request holds the field."""
        return self.operation == operation and field in self.sends


def uses(pact: Pact, description: Description) -> list[Use]:
    """What a consumer uses of a provider; interactions that meet no operation aren't among them."""
    routes = Routes(description)
    found = []
    for interaction in pact.interactions:
        route = routes.find(interaction.path)
        operation = route.operations.get(interaction.method) if route is not None else None
        if route is None or operation is None:
            continue
        query = {f"query:{name}" for name, _ in parse_qsl(interaction.query, keep_blank_values=True)}
        sent = {f"header:{name.lower()}" for name in interaction.headers}
        found.append(
            Use(
                consumer=pact.consumer,
                interaction=interaction.description,
                operation=operation.label,
                status=interaction.status,
                parameters=frozenset({*query, *sent, *(f"path:{name}" for name in route.values)}),
                sends=frozenset(leaves(interaction.body)),
                reads=frozenset(leaves(interaction.reads)),
                headers=frozenset(name.lower() for name in interaction.response_headers),
            )
        )
    return found


class Provider:
    """The provider's description as a judge of interactions."""

    def __init__(self, description: Description) -> None:
        self._messages = Messages(description)
        self._description = description
        self._routes = Routes(description)
        self._schemas = Schemas(description, partial=True)

    def problems(self, interaction: Interaction) -> list[str]:
        """Why the provider doesn't keep to what the consumer expects; empty when it does."""
        route = self._routes.find(interaction.path)
        if route is None:
            return [f"no path of the description matches {interaction.path}"]
        operation = route.operations.get(interaction.method)
        if operation is None:
            return [f"{route.path} has no {interaction.method}; it has {', '.join(sorted(route.operations))}"]
        # A consumer that expects to be refused may send what is wrong.
        asks = [] if 400 <= interaction.status < 500 else list(self._request(interaction, operation, route))
        return [*asks, *self._response(interaction, operation)]

    def _request(self, interaction: Interaction, operation: Operation, route: Route) -> Iterator[str]:
        known = {p.get("name") for p in operation.parameters if p.get("in") == "query"}
        known |= _secret_parameters(self._description)
        for name in dict.fromkeys(name for name, _ in parse_qsl(interaction.query, keep_blank_values=True)):
            if name not in known and name.partition("[")[0] not in known:
                yield f"it sends query parameter {name!r}, which {operation.label} doesn't have"
        if interaction.body is not ABSENT and "requestBody" not in operation.raw:
            yield f"it sends a body, which {operation.label} doesn't take"
        body = b"" if interaction.body is ABSENT else _encoded(interaction.body, interaction.headers)
        request = Request(operation, route.values, interaction.query, interaction.headers, body)
        for problem in self._messages.problems_of_request(request):
            yield f"it sends what {operation.label} refuses: {problem}"

    def _response(self, interaction: Interaction, operation: Operation) -> Iterator[str]:
        key = operation.documents(interaction.status)
        if key is None:
            yield f"it expects status {interaction.status}, which {operation.label} doesn't document"
            return
        documented = self._description.follow(operation.responses[key])
        promised = documented.get("headers") if isinstance(documented, dict) else None
        names = {str(name).lower() for name in promised} if isinstance(promised, dict) else set()
        for name in interaction.response_headers:
            if name.lower() not in names | _COMMON:
                yield f"it reads header {name!r}, which isn't promised for status {interaction.status}"
        if interaction.reads is ABSENT:
            return
        content = self._messages.media_types(documented)
        given = next((v for k, v in interaction.response_headers.items() if k.lower() == "content-type"), "")
        media = match_media_type(given, content)
        if media is None:
            promised_types = ", ".join(content) or "no body"
            yield f"it reads {given or 'a body'}, and status {interaction.status} promises {promised_types}"
        elif is_json(media) and isinstance(content[media], dict) and "schema" in content[media]:
            at = (*self._messages.place(operation, "responses", key), "content", media, "schema")
            schema = content[media]["schema"]
            unknown = [
                f"{field} isn't described" for field in undescribed(self._description, schema, interaction.reads)
            ]
            for error in [*unknown, *self._schemas.errors(at, interaction.reads, "response")]:
                yield f"it reads what status {interaction.status} doesn't promise: {error}"


def _secret_parameters(description: Description) -> set[str]:
    """Query parameters of security schemes."""
    components = description.data.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else None
    found = schemes.values() if isinstance(schemes, dict) else ()
    return {str(s.get("name")) for s in found if isinstance(s, dict) and s.get("in") == "query"}


def _encoded(body: Any, headers: Mapping[str, str]) -> bytes:
    kind = next((v for k, v in headers.items() if k.lower() == "content-type"), "")
    return body.encode() if isinstance(body, str) and not is_json(kind) else json.dumps(body).encode()
