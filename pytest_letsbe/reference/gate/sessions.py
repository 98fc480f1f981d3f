"""Sessions: the level each was given, and who spawned it."""

from __future__ import annotations

from typing import Any

from .rules import Rules
from .store import Store

#: Ancestors looked at; a longer line, or a ring, gets the lowest level.
MOST_ANCESTORS = 32


class Sessions:
    """What the store holds of sessions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def set_level(self, session: str, level: int) -> None:
        self._store.put("level", session, level)

    def meet(self, session: str, parent: Any) -> None:
        """Remember who spawned a session: once a child, always a child."""
        if isinstance(parent, str) and parent and parent != session and self._store.get("parent", session) is None:
            self._store.put("parent", session, parent)

    def level(self, session: str, rules: Rules) -> int:
        """The lowest level of the session and of its ancestors; one that was never set is the policy's first."""
        lowest = len(rules.levels) - 1
        inherits = (rules.policy.get("subagents") or {}).get("inherit") == "min"
        for _ in range(MOST_ANCESTORS):
            level = self._store.get("level", session)
            lowest = min(lowest, rules.levels.index(level) if level in rules.levels else 0)
            parent = self._store.get("parent", session)
            if parent is None or not inherits:
                return int(rules.levels[lowest])
            session = parent
        return int(rules.levels[0])
