"""What a stateful mock remembers: things by collection and name, the described examples being there from the start."""

from __future__ import annotations

import copy
from typing import Any

from ..description import Description, Operation


class Store:
    """Things of collections: ``/tenants/{tenantId}`` names one of ``/tenants``."""

    def __init__(self, description: Description) -> None:
        self._description = description
        self._things: dict[tuple[str, str], dict[str, Any]] = {}
        self._kept: set[str] = set()
        for operation in description.operations:
            if operation.method == "get" and (name := own_parameter(operation)):
                self._kept.add(collection(operation.path))
                value, example = self._seed(operation, name)
                if value is not None and isinstance(example, dict):
                    self.put(operation.path, value, example)

    def keeps(self, path: str) -> bool:
        """Whether things of this collection can be read back, so that one not there is a 404."""
        return collection(path) in self._kept

    def get(self, path: str, name: str) -> dict[str, Any] | None:
        found = self._things.get((collection(path), name))
        return None if found is None else copy.deepcopy(found)

    def put(self, path: str, name: str, thing: dict[str, Any]) -> None:
        self._things[collection(path), name] = copy.deepcopy(thing)

    def fresh(self, path: str, schema: dict[str, Any]) -> int:
        """A number that names nothing of this collection yet, within the schema's bounds."""
        low = schema.get("minimum", 1)
        number = int(low) if isinstance(low, int | float) and not isinstance(low, bool) else 1
        while (collection(path), str(number)) in self._things:
            number += 1
        return number

    def delete(self, path: str, name: str) -> None:
        self._things.pop((collection(path), name), None)

    def all(self, path: str) -> list[dict[str, Any]]:
        return [copy.deepcopy(thing) for (where, _), thing in self._things.items() if where == path]

    def _seed(self, operation: Operation, name: str) -> tuple[str | None, Any]:
        parameter = next((p for p in operation.parameters if p.get("in") == "path" and p.get("name") == name), {})
        value = first_example(self._description, parameter)
        response = self._description.follow(
            next((operation.responses[s] for s in ("200", "2XX") if s in operation.responses), None)
        )
        content = response.get("content") if isinstance(response, dict) else None
        media: Any = next(iter(content.values()), {}) if isinstance(content, dict) else {}
        return (None if value is None else str(value)), first_example(self._description, media)


def collection(path: str) -> str:
    """``/tenants`` of ``/tenants/{tenantId}``; any other path is its own."""
    head, _, tail = path.rstrip("/").rpartition("/")
    return head if tail.startswith("{") else path


def own_parameter(operation: Operation) -> str | None:
    """The placeholder that a path ends with."""
    tail = operation.path.rstrip("/").rpartition("/")[2]
    return tail[1:-1] if tail.startswith("{") and tail.endswith("}") else None


def first_example(description: Description, holder: Any) -> Any:
    """``example``, the first of ``examples``, or that of the schema; None where there is none."""
    if not isinstance(holder, dict):
        return None
    if "example" in holder:
        return holder["example"]
    many = holder.get("examples")
    if isinstance(many, dict) and many:
        found = description.follow(next(iter(many.values())))
        return found.get("value") if isinstance(found, dict) else None
    if isinstance(many, list) and many:
        return many[0]
    return first_example(description, description.follow(holder["schema"])) if "schema" in holder else None
