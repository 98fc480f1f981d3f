"""The second correct gate: nothing on disk, and everything above the lowest tier is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .memory import MemoryGate
from .rules import ALLOW, ASK


class StrictGate(MemoryGate):
    """Always asks, except for the tools of the first tier."""

    def _decide(self, call: Mapping[str, Any]) -> str:
        decision = super()._decide(call)
        tool = self._rules.policy["tools"].get(call["tool"], {})
        return ASK if decision == ALLOW and tool.get("tier") != self._rules.tiers[0] else decision
