"""subagent: an agent spawns another, which calls exec in a session of its own."""

from __future__ import annotations

import time

from ..fake_model import Script, ToolCall
from ..lab import Lab
from ..sentinel import LOOK, Effect
from .base import Entry


def play(lab: Lab) -> list[Effect]:
    effects = [lab.ledger.exec("exec of the sub-agent")]
    spawn(lab, Script([[effect.call] for effect in effects]))
    return effects


def spawn(lab: Lab, child: Script) -> None:
    """Let an agent spawn one that plays ``child``; returns when the child was told its last result, or never began."""
    lab.model.load(child)
    lab.turn(Script([[ToolCall("tool_call", {"id": "sessions_spawn", "args": {"task": child.prompt}})]]))
    begun, end = time.monotonic() + 60.0, time.monotonic() + lab.timeout
    while len(asked := lab.model.requests(child)) <= len(child.turns):
        if time.monotonic() > (end if asked else begun):
            return
        time.sleep(LOOK)


ENTRY = Entry("subagent", "`sessions_spawn` inside the gateway", play)
