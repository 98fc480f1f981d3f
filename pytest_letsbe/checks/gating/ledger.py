"""What the gate's executor posts to our ledger: one entry for each call that really ran."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, TypeAlias

from ... import ledger as shared
from ...ledger import Manner

__all__ = ["Book", "Entry", "Ledger", "Manner"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One run, as the executor told it; ``raw`` when it wasn't a JSON object."""

    rid: Any = None
    tool: Any = None
    args: Any = None
    session: Any = None
    tenant: Any = None
    raw: str = ""
    at: float = 0.0


Book: TypeAlias = shared.Book[Entry]


class Ledger(shared.Ledger[Entry]):
    """Books that count runs by their ``rid``."""

    def __init__(self) -> None:
        super().__init__(_entry, lambda entry: entry.rid)


def _entry(data: dict[str, Any] | None, raw: str) -> Entry:
    now = time.monotonic()
    if data is None:
        return Entry(raw=raw, at=now)
    told = {name: data.get(name) for name in ("rid", "tool", "args", "session", "tenant")}
    return Entry(**told, at=now)  # type: ignore[arg-type]
