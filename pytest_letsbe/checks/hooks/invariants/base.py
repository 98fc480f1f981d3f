"""What every group of invariants offers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ....model import CheckFailure, Invariant
from ..lab import Lab
from ..options import HooksOptions
from ..sentinel import Effect

#: Seconds a ledger is watched after a turn that mustn't have an effect: what runs in the background shows by then.
SETTLE = 0.4


@dataclass(frozen=True, slots=True)
class Rule:
    """An invariant, the names of its cases, and the judge of one: it returns, or raises what a case may."""

    invariant: Invariant
    names: Callable[[HooksOptions], Iterable[str]]
    judge: Callable[[Lab, str], None]


def clean_or_fail(lab: Lab, effects: Sequence[Effect], sentence: str, *evidence: str, seconds: float = SETTLE) -> None:
    """Fail when one of the effects happened within so many seconds."""
    ran = lab.ledger.stays_clean(effects, seconds)
    if ran:
        raise CheckFailure(sentence, evidence=[*evidence, f"the ledger says that ran: {_list(ran)}"])


def dirty_or_fail(lab: Lab, effects: Sequence[Effect], sentence: str, *evidence: str) -> None:
    """Fail unless all of the effects happened."""
    ran = lab.ledger.wait(effects, 15.0)
    if len(ran) < len(effects):
        missing = [effect for effect in effects if effect not in ran]
        raise CheckFailure(sentence, evidence=[*evidence, f"the ledger misses: {_list(missing)}"])


def _list(effects: Iterable[Effect]) -> str:
    return ", ".join(effect.label for effect in effects)
