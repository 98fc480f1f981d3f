"""tools-invoke: a tool called over HTTP, without any agent."""

from __future__ import annotations

from ..lab import Lab
from ..sentinel import TOOL, Effect
from .base import Entry


def play(lab: Lab) -> list[Effect]:
    effect = lab.ledger.tool(f"POST /tools/invoke {TOOL}")
    lab.post("/tools/invoke", {"tool": TOOL, "args": dict(effect.call.args)})
    return [effect]


ENTRY = Entry("tools-invoke", "POST /tools/invoke of the gateway", play)
