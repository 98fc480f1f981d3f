"""gateway: an agent turn in the running gateway calls exec, and a plugin's tool through tool search."""

from __future__ import annotations

from ..fake_model import Script
from ..lab import Lab
from ..sentinel import Effect
from .base import Entry


def play(lab: Lab) -> list[Effect]:
    effects = [lab.ledger.exec(), lab.ledger.wrapped()]
    lab.turn(Script([[effect.call] for effect in effects]))
    return effects


ENTRY = Entry("gateway", "POST /v1/chat/completions of `openclaw gateway run`", play)
