"""What the reference controller must remember: written as JSON before anything is answered, read after a restart."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(slots=True)
class State:
    """One campaign, whole. ``deployed`` and ``returned`` hold the commands given in this epoch."""

    campaign: str
    plan: dict[str, Any]
    previous: dict[str, str]
    regions: dict[str, str]
    epoch: int = 1
    phase: str = "running"
    aborted: bool = False
    approved: list[str] = field(default_factory=list)
    deployed: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    wave: int = -1
    #: Seconds for which the open wave has been complete and healthy, or None while it isn't.
    soaked: int | None = None
    now: int | None = None
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def live(self) -> bool:
        """Whether another campaign has to wait: only the end, or an abort that was carried out, makes room."""
        return not (self.phase == "done" or (self.phase == "rolled_back" and self.aborted))


def dump(states: list[State]) -> str:
    # Not asdict: its deep copies cost more than all the rest of a tick.
    return json.dumps([{f.name: getattr(state, f.name) for f in fields(state)} for state in states])


def read(text: str) -> list[State]:
    return [State(**kept) for kept in json.loads(text)]
