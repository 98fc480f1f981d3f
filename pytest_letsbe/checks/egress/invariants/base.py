"""What every group of invariants offers, and the failure they share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ....model import Case, CheckFailure, Invariant, Location, Spec
from ..model import VectorClass
from ..policy import Policy
from ..target import ProxyTarget


@dataclass(frozen=True, slots=True)
class Plan:
    """What the cases of a run are made from. ``modes``: the policy modes that are proven."""

    spec: Spec
    policy: Policy
    modes: tuple[str, ...]
    classes: tuple[VectorClass, ...]


#: Judges one case; raises ``CheckFailure`` or ``NotEvaluated``.
Judge = Callable[[Case, ProxyTarget], None]


@dataclass(frozen=True, slots=True)
class Rule:
    """An invariant with its cases and its judge."""

    invariant: Invariant
    cases: Callable[[Plan], Iterable[Case]]
    judge: Judge


def case(invariant: Invariant, name: str, location: Location | None, samples: int = 1, data: Any = None) -> Case:
    return Case("egress", invariant.id, name, location, samples, data)


@dataclass(frozen=True, slots=True)
class Violation:
    """One failing sample: what is wrong, in a sentence, and the lines that show it."""

    sample: str
    sentence: str
    evidence: Sequence[str] = ()


def judge_all(violations: Sequence[Violation], *, more: Sequence[str] = ()) -> None:
    """Raise one failure for all failing samples: the first speaks, and each shows a line of what was seen."""
    if not violations:
        return
    lines = [f"{v.sample}: {line}" for v in violations[:5] for line in v.evidence[:2]]
    raise CheckFailure(
        violations[0].sentence,
        evidence=[*lines, *more],
        failed_samples=list(dict.fromkeys(v.sample for v in violations)),
    )
