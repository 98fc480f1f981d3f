"""The paths below which servers offer an API, their variables filled in (OpenAPI 3.1, 4.8.5 and 4.8.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product
from typing import Any

_VARIABLE = re.compile(r"\{([^{}]*)\}")
#: More spellings of one server than this aren't looked at.
MOST = 64


def base_paths(servers: list[Any]) -> set[str]:
    """The path of each server, with every value that its variables may have; ``{""}`` without a server."""
    return {_path(url) for server in servers if isinstance(server, dict) for url in _urls(server)} or {""}


def _urls(server: dict[str, Any]) -> Iterator[str]:
    url = str(server.get("url", ""))
    said = server.get("variables")
    variables = {name: one for name, one in said.items() if isinstance(one, dict)} if isinstance(said, dict) else {}
    names = [name for name in dict.fromkeys(_VARIABLE.findall(url)) if name in variables]
    values = [variables[name].get("enum") or [variables[name].get("default", "")] for name in names]
    listed = [value if isinstance(value, list) else [value] for value in values]
    for chosen in islice(product(*listed), MOST):
        filled = dict(zip(names, chosen, strict=True))
        yield _VARIABLE.sub(lambda found, filled=filled: str(filled.get(found[1], found[0])), url)  # type: ignore[misc]


def _path(url: str) -> str:
    """Without scheme, host (or the variable that stands for both), query and slash at the end."""
    path = re.sub(r"^([^/?#]*:)?//[^/?#]*|^\{[^}]*\}(?=/|$)|[?#].*", "", url).strip("/")
    return f"/{path}" if path else ""
