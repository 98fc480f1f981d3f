"""Which operation a request is for: paths with placeholders, those without first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from .description import Description, Operation

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Route:
    """A path and its operations; ``values`` are the placeholders' values, decoded."""

    path: str
    operations: Mapping[str, Operation]
    values: Mapping[str, str]


class Routes:
    """The paths of one description, below the base path that it (Swagger 2) or its first server names."""

    def __init__(self, description: Description) -> None:
        self.base = base_path(description)
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in description.operations:
            by_path.setdefault(operation.path, {})[operation.method.upper()] = operation
        self._routes = sorted(
            ((_pattern(path), path, operations) for path, operations in by_path.items()),
            key=lambda route: (route[1].count("{"), -len(route[1])),
        )

    def find(self, path: str) -> Route | None:
        """The route of a path as it stands in the request line, encoded, without its query."""
        for candidate in dict.fromkeys([path.removeprefix(self.base), path]) if self.base else [path]:
            for pattern, template, operations in self._routes:
                if found := pattern.fullmatch(candidate):
                    names = _PLACEHOLDER.findall(template)
                    values = {name: unquote(value) for name, value in zip(names, found.groups(), strict=True)}
                    return Route(template, operations, values)
        return None


def base_path(description: Description) -> str:
    """``/v1``, or empty."""
    data = description.data
    if description.is_swagger:
        return str(data.get("basePath") or "").rstrip("/")
    servers = data.get("servers")
    first = servers[0].get("url") if isinstance(servers, list) and servers and isinstance(servers[0], dict) else ""
    return urlsplit(str(first or "")).path.rstrip("/")


def _pattern(path: str) -> re.Pattern[str]:
    parts = _PLACEHOLDER.split(path)
    return re.compile("".join("([^/]+)" if index % 2 else re.escape(part) for index, part in enumerate(parts)))
