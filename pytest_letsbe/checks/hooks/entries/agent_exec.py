"""agent-exec: the documented entry for CI, `openclaw agent exec`, with the config pinned."""

from __future__ import annotations

from ..fake_model import Script
from ..lab import Lab
from ..sentinel import Effect
from .base import Entry


def play(lab: Lab) -> list[Effect]:
    effects = [lab.ledger.exec(), lab.ledger.wrapped()]
    script = Script([[effect.call] for effect in effects])
    config, folder = str(lab.home.config), str(lab.home.workspace)
    lab.one_shot(script, "agent", "exec", script.prompt, "--config", config, "--cwd", folder, "--json")
    return effects


ENTRY = Entry("agent-exec", "`openclaw agent exec`", play)
