"""What every group of invariants offers: an invariant, the name of a scenario, and how it is played."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ....model import Invariant
from ..campaign import Stage

#: Plays one scenario; raises ``CheckFailure`` or ``NotEvaluated``.
Play = Callable[[Stage], None]


@dataclass(frozen=True, slots=True)
class Scenario:
    """``every`` judges all statements in this scenario, not only its own invariant's."""

    invariant: Invariant
    name: str
    play: Play
    every: bool = False

    def wanted(self) -> frozenset[str] | None:
        return None if self.every else frozenset({self.invariant.id})
