"""What every group of invariants offers: statements, and the scripts that try to break them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ....model import Case, Invariant, Spec
from ..client import Gate
from ..policy import Policy
from ..scenes import Scene, says
from ..script import Script

#: The scripts of an invariant, by case name; none where the policy doesn't mention what it is about.
Scripts = Callable[[Policy, Spec], Iterable[tuple[str, Sequence[Script]]]]

#: Judges one case; raises ``CheckFailure`` or ``NotEvaluated``.
Judge = Callable[[Case, Gate], None]

NOT_IN_POLICY = "not-in-policy"


@dataclass(frozen=True, slots=True)
class Rule:
    """An invariant, and either the scripts that judge it or cases with a judge of their own (``cases``, ``judge``)."""

    invariant: Invariant
    scripts: Scripts | None = None
    cases: Callable[[Policy, Spec], Iterable[Case]] | None = None
    judge: Judge | None = None


def rounds(spec: Spec, usual: int) -> int:
    """How often a race or a drawn sample is tried: five times as often at night."""
    return usual * 5 if spec.profile == "nightly" else usual


def seeded(policy: Policy, name: str, number: int, build: Callable[[Scene], None]) -> list[Script]:
    """The same scene with ``number`` different draws."""
    made = []
    for seed in range(number):
        scene = Scene(policy, f"{name}#{seed}", seed)
        build(scene)
        made.append(scene.script())
    return made


def asks(policy: Policy) -> bool:
    """Whether the policy has approvals at all."""
    return policy.model.approval is not None and says(policy, "ask")
