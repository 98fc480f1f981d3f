"""The third correct gate: it permits whatever the protocol leaves open; the reference's caution is no rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import approvals, audit
from .memory import MemoryGate
from .rules import ASK, DENY, Rules, denied, size
from .sessions import MOST_ANCESTORS, Sessions


class LenientRules(Rules):
    """Only what stands in `match` word for word is denied; a line that can't be read is asked about."""

    def decide(self, level: Any, tool: Any, args: Any) -> str:
        word = super().decide(level, tool, args)
        if word != DENY or not isinstance(tool, str):
            return word
        described = self.policy["tools"].get(tool)
        shell = None if described is None else described.get("shell_arg")
        if described is None or shell is None or not self.fits(described, args):
            return word
        most = self.limits.get("args_bytes")
        if most is not None and size(args) > most:
            return word
        rules = [rule for rule in self.policy.get("deny") or [] if rule["tool"] == tool]
        if any(args[shell] == text for rule in rules for text in denied(rule)):
            return word
        return ASK if self.cell(level, described["tier"]) != DENY else DENY


class LenientSessions(Sessions):
    """A parent is what this call says; one whose level was never set bounds nothing."""

    def meet(self, session: str, parent: Any) -> None:
        known = parent if isinstance(parent, str) and parent and parent != session else None
        self._store.put("parent", session, known)

    def level(self, session: str, rules: Rules) -> int:
        inherits = (rules.policy.get("subagents") or {}).get("inherit") == "min"
        own = self._store.get("level", session)
        lowest = rules.levels.index(own) if own in rules.levels else 0
        for _ in range(MOST_ANCESTORS if inherits else 0):
            parent = self._store.get("parent", session)
            if parent is None:
                break
            level = self._store.get("level", parent)
            lowest = min(lowest, rules.levels.index(level)) if level in rules.levels else lowest
            session = parent
        return int(rules.levels[lowest])


class LenientGate(MemoryGate):
    """A key that comes back is decided anew, a rate's windows are fixed, what was approved can't be denied any more."""

    RULES = LenientRules
    OPEN = (approvals.PENDING,)

    def _open(self) -> None:
        super()._open()
        self._sessions = LenientSessions(self._store)

    def _retry_key(self, call: Mapping[str, Any]) -> str:
        return audit.canonical([call["tenant"], call["session"], call["idempotency"], self._content(call)])

    def _spend(self, approval: Any, call: dict[str, Any]) -> dict[str, Any]:
        if isinstance(call.get("session"), str):
            self._sessions.meet(call["session"], call.get("parent"))
        return super()._spend(approval, call)

    def _window(self, call: Mapping[str, Any]) -> tuple[str, list[int]]:
        rate = self._rules.limits["rate"]
        wide = max(1, round(rate["per_s"] * 1000))
        begun = self._now() // wide * wide
        key = audit.canonical([call.get(name) for name in rate["key"]])
        return key, [at for at in self._store.get("runs", key) or [] if at >= begun]
