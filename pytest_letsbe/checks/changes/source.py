"""The server's word on a change: recorded API answers in a folder, or the live server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from ...model import NotEvaluated, UsageError

#: What a recording may hold, and the path of the API it is an answer of.
ANSWERS: Mapping[str, str] = {
    "pull": "pulls/{n}",
    "reviews": "pulls/{n}/reviews",
    "commits": "pulls/{n}/commits",
    "statuses": "commits/{sha}/statuses",
    "branch_protections": "branch_protections",
    "users": "collaborators",
}
#: Composed answers, for which the API has no single path.
COMPOSED = ("teams", "runs", "history", "refs")


class Source(Protocol):
    """Answers by name; None where there is none."""

    def answer(self, name: str) -> Any: ...


class Nothing:
    """No data at all."""

    def answer(self, name: str) -> Any:
        return None


class Recorded:
    """A folder with ``<name>.json`` files."""

    def __init__(self, folder: Path, shown_as: str) -> None:
        self.folder = folder
        self._shown = shown_as
        self._read: dict[str, Any] = {}

    def answer(self, name: str) -> Any:
        """Raises ``UsageError`` for a file that isn't JSON."""
        if name not in self._read:
            path = self.folder / f"{name}.json"
            try:
                self._read[name] = json.loads(path.read_bytes()) if path.is_file() else None
            except (ValueError, RecursionError):
                raise UsageError(f"{self._shown}/{name}.json isn't JSON") from None
        return self._read[name]


def rows(source: Source, name: str) -> list[Mapping[str, Any]]:
    """A list of objects.

    Raises:
        NotEvaluated: there is no such data; nothing is assumed.
    """
    found = source.answer(name)
    if isinstance(found, dict) and isinstance(found.get(name), list):
        found = found[name]
    if not isinstance(found, list):
        raise NotEvaluated(f"there is no {name}.json ({ANSWERS.get(name, 'composed')}): nobody knows")
    if not all(isinstance(row, dict) for row in found):
        raise NotEvaluated(f"{name}.json holds something else than objects: nobody knows what it says")
    return found


def one(source: Source, name: str) -> Mapping[str, Any]:
    """An object; ``NotEvaluated`` without it."""
    found = source.answer(name)
    if not isinstance(found, dict):
        raise NotEvaluated(f"there is no {name}.json ({ANSWERS.get(name, 'composed')}): nobody knows")
    return found


def login(user: object) -> str:
    """A user's login in lower case: the server compares them so."""
    return str(user.get("login") or user.get("username") or "").lower() if isinstance(user, dict) else ""
