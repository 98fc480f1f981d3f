"""A rule of this check: an invariant, the names of its cases, and the judge of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from ....model import Case, Invariant, Spec
from ..bench import Bench
from ..options import PerfOptions

#: Judges one case; raises CheckFailure or NotEvaluated.
Judge: TypeAlias = Callable[[Case, Bench], None]


@dataclass(frozen=True, slots=True)
class Rule:
    """``names`` of the cases; ``wanted`` says whether these options have any."""

    invariant: Invariant
    names: tuple[str, ...]
    judge: Judge
    wanted: Callable[[PerfOptions], bool] = lambda options: True

    def cases(self, spec: Spec) -> list[Case]:
        if not self.wanted(spec.options):
            return []
        return [Case(spec.check, self.invariant.id, name, spec.location) for name in self.names]


WAYS = ("http", "connect")
