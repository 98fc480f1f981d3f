"""pricing: a quote is the sum of its lines, rounded by one rule, within its bounds, and for what is sold only."""

from __future__ import annotations

from ...model import Case, Invariant, Spec
from ...targets.base import Target
from . import amounts, bounds, relations
from .options import PricingOptions
from .rule import Rule
from .shop import Shop

_RULES: tuple[Rule, ...] = (*amounts.RULES, *relations.RULES, *bounds.RULES)


class PricingCheck:
    """See ``checks.base.Check``."""

    name = "pricing"
    role = "pricing"
    options = PricingOptions
    preconditions = frozenset({amounts.LIVENESS.id})
    invariants: tuple[Invariant, ...] = tuple(dict.fromkeys(rule.invariant for rule in _RULES))

    def __init__(self) -> None:
        self._shops: dict[tuple[Target, int], Shop] = {}

    def costly(self, case: Case) -> bool:
        """Hypothesis shrinks what each invariant finds."""
        return True

    def cases(self, spec: Spec) -> list[Case]:
        order = {invariant.id: place for place, invariant in enumerate(self.invariants)}
        found = [
            Case(self.name, rule.invariant.id, rule.case, spec.location, rule.samples, (rule, spec))
            for rule in _RULES
            if rule.applies(spec.options)
        ]
        return sorted(found, key=lambda case: (order[case.invariant], case.name))

    def run(self, case: Case, target: Target | None) -> None:
        if target is None:
            raise ValueError("pricing needs a target")
        rule, spec = case.data
        key = (target, id(spec))
        if key not in self._shops:
            self._shops[key] = Shop(target, spec.options)
        rule.judge(self._shops[key], spec.profile)
