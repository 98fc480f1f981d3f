"""Runs a check's cases on its target: liveness first, deaths counted, everything closed at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .checks.base import Check, HoldsResources, OpensTarget
from .manifest import CheckEntry
from .model import Case, CheckFailure, LetsbeError, Location, Noted, NotEvaluated, Vacuous
from .targets import Connector, connect
from .targets.base import Target, TargetDead

#: A target that dies this often, or this often by saying nothing until its deadline, isn't started again.
MAX_DEATHS = 50
MAX_SILENT_DEATHS = 3


@dataclass(frozen=True, slots=True)
class Ended:
    """How a case ended: ``passed``, ``failed``, ``not_evaluated`` or ``vacuous``, and what was raised."""

    outcome: str
    error: LetsbeError | None = None


class Runner:
    """One check, its cases, and the target they share.

    Args:
        target: what is under test; None for a check that needs none. Its first request starts it.
        target_location: where a reader mends a target that died.
    """

    def __init__(
        self,
        check: Check,
        cases: list[Case],
        target: Target | None = None,
        *,
        target_location: Location | None = None,
    ) -> None:
        self.check = check
        self.cases = cases
        self.target = target
        self._target_location = target_location
        self._deaths = 0
        self._silent = 0
        self._given_up: str | None = None
        self._asked = False
        self._proven: set[str] = set()
        self._unmet: dict[str, str] = {}  # preconditions that don't hold, by case, and why

    def run(self, case: Case) -> None:
        """Judge one case; raises ``CheckFailure``, ``NotEvaluated`` or ``Vacuous``; ``Noted`` is a pass."""
        if case.samples == 0:
            raise Vacuous(f"{case.id} has no sample")
        if case.invariant not in self.check.preconditions:
            self._require_liveness()
            self._judge(case)
            return
        try:
            self._judge(case)
        except (CheckFailure, NotEvaluated, Vacuous) as problem:
            self._unmet[case.id] = f"{case.invariant} doesn't hold ({problem})"
            raise
        self._unmet.pop(case.id, None)  # a rerun may pass
        self._proven.add(case.id)

    def end_of(self, case: Case) -> Ended:
        """``run`` as a value, for callers without pytest."""
        try:
            self.run(case)
        except CheckFailure as failure:
            return Ended("failed", failure)
        except NotEvaluated as why:
            return Ended("not_evaluated", why)
        except Vacuous as why:
            return Ended("vacuous", why)
        except Noted as note:
            return Ended("passed", note)
        return Ended("passed")

    def close(self) -> None:
        if self.target is not None:
            self.target.close()
        if isinstance(self.check, HoldsResources):
            self.check.close()

    def _require_liveness(self) -> None:
        """Judge the preconditions that no item has. A death that no item tells is told by the one that asked."""
        if not self._asked and not self._unmet and self._given_up is None:
            self._asked = True
            for case in self.cases:
                if case.invariant not in self.check.preconditions or case.id in self._proven:
                    continue
                try:
                    self._judge(case)
                except (CheckFailure, NotEvaluated, Vacuous) as problem:
                    self._unmet[case.id] = f"{case.invariant} doesn't hold ({_told(problem)})"
                    if isinstance(problem, TargetDead):
                        raise
                    break
        if self._unmet:
            raise NotEvaluated(next(iter(self._unmet.values())))
        if self._given_up is not None:
            raise NotEvaluated(self._given_up)

    def _judge(self, case: Case) -> None:
        try:
            self.check.run(case, self.target)
        except TargetDead as death:
            self._deaths += 1
            self._silent += death.silent
            if self._deaths >= MAX_DEATHS or self._silent >= MAX_SILENT_DEATHS:
                self._given_up = f"the target died {self._deaths} times in this run; it wasn't started again"
            if death.location is None:
                death.location = self._target_location
            raise


def _told(problem: LetsbeError) -> str:
    """The sentence, and of a finding the first of its evidence: what is blocked by it shows nothing else."""
    evidence = problem.evidence[:2] if isinstance(problem, CheckFailure) else ()
    return "; ".join([str(problem), *evidence])


def runner(entry: CheckEntry, connectors: Mapping[str, Connector]) -> Runner:
    """The runner of one manifest entry; ``connectors`` are the ways to reach a target that others registered."""
    cases = entry.check.cases(entry.spec)
    if entry.target is None or entry.check.role is None:
        return Runner(entry.check, cases)
    if isinstance(entry.check, OpensTarget):
        opened = entry.check.open(entry.target, entry.spec, entry.target_location)
        return Runner(entry.check, cases, opened, target_location=entry.target_location)
    target = connect(
        entry.target,
        role=entry.check.role,
        root=entry.spec.root,
        location=entry.target_location,
        connectors=connectors,
    )
    return Runner(entry.check, cases, target, target_location=entry.target_location)
