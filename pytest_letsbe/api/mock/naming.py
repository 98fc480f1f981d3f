"""By which name a thing that was created is read again: by links (OpenAPI 3.1, 4.8.20) or by how paths are built."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..description import Description, Operation
from .store import own_parameter

_BODY = "$response.body#/"


@dataclass(frozen=True, slots=True)
class Naming:
    """``item`` reads one thing by its ``parameter``; its value stands under one of ``keys`` in the answer."""

    item: Operation
    parameter: str
    keys: tuple[str, ...]


def naming(description: Description, operation: Operation) -> Naming | None:
    """How things that the operation creates are named; None where none can be read again."""
    return next(_linked(description, operation), None) or _below(description, operation)


def _linked(description: Description, operation: Operation) -> Iterator[Naming]:
    for status, raw in operation.responses.items():
        response = description.follow(raw)
        links = response.get("links") if status.startswith("2") and isinstance(response, dict) else None
        for one in links.values() if isinstance(links, dict) else ():
            link = description.follow(one)
            item = _target(description, link) if isinstance(link, dict) else None
            name = own_parameter(item) if item is not None else None
            given = link.get("parameters") if item is not None else None
            if item is None or name is None or item.method != "get" or not isinstance(given, dict):
                continue
            said = given.get(name, given.get(f"path.{name}"))
            if isinstance(said, str) and said.startswith(_BODY) and "/" not in said.removeprefix(_BODY):
                key = said.removeprefix(_BODY).replace("~1", "/").replace("~0", "~")
                yield Naming(item, name, (key,))


def _target(description: Description, link: dict[str, Any]) -> Operation | None:
    wanted, reference = link.get("operationId"), str(link.get("operationRef", ""))
    for operation in description.operations:
        place = operation.path.replace("~", "~0").replace("/", "~1")
        if wanted is not None and operation.raw.get("operationId") == wanted:
            return operation
        if reference == f"#/paths/{place}/{operation.method}":
            return operation
    return None


def _below(description: Description, operation: Operation) -> Naming | None:
    """``GET /tenants/{tenantId}`` of ``POST /tenants``."""
    for item in description.operations:
        head, _, tail = item.path.rpartition("/")
        if item.method == "get" and head == operation.path and tail.startswith("{"):
            name = own_parameter(item)
            return Naming(item, name, ("id", name)) if name else None
    return None
