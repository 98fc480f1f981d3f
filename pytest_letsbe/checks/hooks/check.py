"""hooks: in the real OpenClaw the package's plugin gates what runs, on every entry path, and redacts what returns."""

from __future__ import annotations

from ...model import Case, Invariant, Spec
from ...targets.base import Target
from .invariants import approvals, engaged, faults, liveness, redaction, restart
from .invariants.base import Rule
from .lab import Lab
from .options import HooksOptions

_RULES: tuple[Rule, ...] = (
    *liveness.RULES,
    *engaged.RULES,
    *faults.RULES,
    *approvals.RULES,
    *redaction.RULES,
    *restart.RULES,
)


class HooksCheck:
    """See ``checks.base.Check``. One OpenClaw serves all cases of a session; the first case starts it."""

    name = "hooks"
    role = None
    options = HooksOptions
    preconditions = frozenset({liveness.LIVENESS.id})
    invariants: tuple[Invariant, ...] = tuple(rule.invariant for rule in _RULES)

    def __init__(self) -> None:
        self._labs: dict[tuple[str, str], Lab] = {}

    def cases(self, spec: Spec) -> list[Case]:
        """In the order of the invariants: the restart comes last."""
        return [
            Case(self.name, rule.invariant.id, name, spec.location, data=spec)
            for rule in _RULES
            for name in sorted(rule.names(spec.options))
        ]

    def run(self, case: Case, target: Target | None) -> None:
        rule = next(rule for rule in _RULES if rule.invariant.id == case.invariant)
        rule.judge(self._lab(case.data), case.name)

    def costly(self, case: Case) -> bool:
        """Each of them takes seconds."""
        return True

    def close(self) -> None:
        """End OpenClaw with everything it started, and remove its home."""
        while self._labs:
            self._labs.popitem()[1].close()

    def _lab(self, spec: Spec) -> Lab:
        key = (str(spec.root), repr(spec.options))
        if key not in self._labs:
            self._labs[key] = Lab(spec.options, spec.root, spec.location)
        return self._labs[key]
