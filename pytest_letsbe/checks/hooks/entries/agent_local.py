"""agent-local: a one-shot turn without a gateway, `openclaw agent --local`."""

from __future__ import annotations

from ..fake_model import Script
from ..lab import Lab
from ..sentinel import Effect
from .base import Entry


def play(lab: Lab) -> list[Effect]:
    effects = [lab.ledger.exec(), lab.ledger.wrapped()]
    script = Script([[effect.call] for effect in effects])
    lab.one_shot(script, "agent", "--local", "--session-id", script.id, "--message", script.prompt, "--json")
    return effects


ENTRY = Entry("agent-local", "`openclaw agent --local`", play)
