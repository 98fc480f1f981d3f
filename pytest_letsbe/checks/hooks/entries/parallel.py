"""parallel: one turn of the model asks for several calls at once."""

from __future__ import annotations

from ..fake_model import Script
from ..lab import Lab
from ..sentinel import Effect
from .base import Entry

CALLS = 4


def play(lab: Lab) -> list[Effect]:
    effects = [lab.ledger.exec(f"exec {n} of {CALLS} in one turn") for n in range(1, CALLS + 1)]
    effects.append(lab.ledger.wrapped())
    lab.turn(Script([[effect.call for effect in effects]]))
    return effects


ENTRY = Entry("parallel", f"{CALLS + 1} tool calls in one turn of the gateway", play)
