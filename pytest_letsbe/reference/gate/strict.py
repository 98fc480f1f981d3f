"""The second correct gate: nothing on disk, and everything above the lowest tier is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .gate import ReferenceGate
from .rules import ALLOW, ASK


class StrictGate(ReferenceGate):
    """Always asks, except for the tools of the first tier; keeps its state in memory, through ``restart`` too."""

    def _place(self) -> Path | None:
        return None

    def restart(self, hard: bool = True) -> dict[str, Any]:
        """Only the faults end: what was in memory would have been on the disk of a real one."""
        self._faults.clear()
        return {}

    def _decide(self, call: Mapping[str, Any]) -> str:
        decision = super()._decide(call)
        tool = self._rules.policy["tools"].get(call["tool"], {})
        return ASK if decision == ALLOW and tool.get("tier") != self._rules.tiers[0] else decision
