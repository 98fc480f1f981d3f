"""onboarding: who took all steps and paid is provisioned, once, and nobody else; only the ledger counts."""

from __future__ import annotations

from pathlib import Path

from ...model import Case, Invariant, Spec
from ...targets.base import Target
from ...targets.spec import TargetSpec
from . import payment, resume, steps
from .options import OnboardingOptions
from .rule import Rule
from .visitor import Site, ledger

_RULES: tuple[Rule, ...] = (*payment.RULES, *resume.RULES, *steps.RULES)
#: A target of the suite's own answers at once, or it is the fault.
_SUBJECT_TIMEOUT = 20.0


class OnboardingCheck:
    """See ``checks.base.Check``."""

    name = "onboarding"
    role = "onboarding"
    options = OnboardingOptions
    preconditions = frozenset({payment.LIVENESS.id})
    invariants: tuple[Invariant, ...] = tuple(dict.fromkeys(rule.invariant for rule in _RULES))

    def __init__(self) -> None:
        self._ledger = ledger()
        self._sites: dict[tuple[Target, int], Site] = {}

    def costly(self, case: Case) -> bool:
        """A mutant waits for what never comes."""
        return True

    def cases(self, spec: Spec) -> list[Case]:
        order = {invariant.id: place for place, invariant in enumerate(self.invariants)}
        found = [
            Case(self.name, rule.invariant.id, rule.case, spec.location, rule.samples, (rule, spec)) for rule in _RULES
        ]
        return sorted(found, key=lambda case: (order[case.invariant], case.name))

    def run(self, case: Case, target: Target | None) -> None:
        if target is None:
            raise ValueError("onboarding needs a target")
        rule, spec = case.data
        key = (target, id(spec))
        if key not in self._sites:
            self._sites[key] = Site(target, spec.options, self._ledger)
        rule.judge(self._sites[key].reset(), spec.profile)

    def close(self) -> None:
        self._ledger.close()
        self._sites.clear()

    def subject_target(self, path: Path, name: str) -> TargetSpec | None:
        """A mutant may keep state that outlives its process."""
        return TargetSpec(python=f"{path}:{name}", env={"LETSBE_STATE": "{state}"}, timeout=_SUBJECT_TIMEOUT)
