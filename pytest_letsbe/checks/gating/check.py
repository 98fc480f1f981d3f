"""gating: nothing runs but what the policy permits or a person approved, and only the ledger counts."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...data import data_dir
from ...model import Case, Invariant, Spec
from ...targets.base import Target
from ...targets.spec import TargetSpec
from . import policy as policies
from .client import Gate
from .invariants import RULES
from .invariants.base import NOT_IN_POLICY, Rule
from .judge import run_scripts
from .ledger import Ledger
from .options import GatingOptions
from .policy import Policy
from .shell import corpus

#: ``policy: builtin``, and where it lies.
BUILTIN = "builtin"

#: A target of the suite's own answers at once, or it is the fault.
SUBJECT_TIMEOUT = 20.0

#: Invariants whose scripts wait in real time, and how many scripts make a cheap case at most: see ``costly``.
SLOW = frozenset({"timeout-closed", "error-blocks", "crash-atomicity", "obfuscation-closure", "single-use-race"})
FEW = 4


class GatingCheck:
    """See ``checks.base.Check``."""

    name = "gating"
    role = "gate"
    options = GatingOptions
    preconditions = frozenset({"liveness", "engaged"})
    subjects_per_core = 2
    invariants: tuple[Invariant, ...] = tuple(dict.fromkeys(rule.invariant for rule in RULES))

    def __init__(self) -> None:
        self._ledger = Ledger()
        self._gates: dict[Target, Gate] = {}

    def cases(self, spec: Spec) -> list[Case]:
        policy = replace(load_policy(spec), seed=spec.options.seed)
        cases: list[Case] = []
        for rule in RULES:
            cases += _cases(rule, policy, spec)
        order = {invariant.id: place for place, invariant in enumerate(self.invariants)}
        made = {invariant for case in cases for invariant in [case.invariant]}
        cases += [
            Case(self.name, invariant.id, NOT_IN_POLICY, spec.location, 1)
            for invariant in self.invariants
            if invariant.id not in made
        ]
        return sorted(cases, key=lambda case: (order[case.invariant], case.name))

    def run(self, case: Case, target: Target | None) -> None:
        if target is None:
            raise ValueError("gating needs a target")
        if case.name == NOT_IN_POLICY:
            return
        if target not in self._gates:
            self._gates[target] = Gate(target, self._ledger)
        case.data(case, self._gates[target])

    def corpus_cases(self, path: Path) -> list[Case]:
        """One case for each row of a corpus file, which ``validate`` judges."""
        return corpus.validation_cases(path)

    def validate(self, case: Case) -> None:
        corpus.validate(case)

    def costly(self, case: Case) -> bool:
        """What waits in real time, kills processes, or plays so many scripts that the sample would be all there is."""
        return case.invariant in SLOW or case.samples > FEW

    def close(self) -> None:
        self._ledger.close()
        self._gates.clear()

    def subject_target(self, path: Path, name: str) -> TargetSpec | None:
        """A mutant may keep state that outlives its process; one with ``run`` is a program, ``{here}`` its folder."""
        run = _attribute(path, name, "run")
        if run is not None:
            argv = [str(word).replace("{here}", str(path.parent)) for word in run]
            return TargetSpec(run=argv, timeout=SUBJECT_TIMEOUT)
        return TargetSpec(python=f"{path}:{name}", env={"LETSBE_STATE": "{state}"}, timeout=SUBJECT_TIMEOUT)


def _attribute(path: Path, name: str, attribute: str) -> Any:
    """What a class of a file says about itself; the file is read, not kept as a module."""
    return getattr(runpy.run_path(str(path)).get(name), attribute, None)


def load_policy(spec: Spec) -> Policy:
    """The policy of a manifest. Raises UsageError."""
    if spec.options.policy == BUILTIN:
        return policies.load(data_dir("corpora") / "gating" / "policy" / "default.yaml")
    return policies.load(spec.file("policy"), shown_as=spec.options.policy)


def _cases(rule: Rule, policy: Policy, spec: Spec) -> list[Case]:
    """The rule's cases; what ``run`` calls is their ``data``."""
    if rule.cases is not None:
        return [
            Case(case.check, case.invariant, case.name, case.location, case.samples, _Own(rule, case))
            for case in rule.cases(policy, spec)
        ]
    if rule.scripts is None:
        raise ValueError(f"{rule.invariant.id} has neither scripts nor cases")
    invariant = rule.invariant
    made = []
    for name, scripts in rule.scripts(policy, spec):
        data = _Scripted(tuple(scripts), spec.root, invariant.statement)
        made.append(Case("gating", invariant.id, name, spec.location, len(data.scripts), data))
    return made


class _Scripted:
    """Judges a case by its scripts."""

    def __init__(self, scripts: tuple[object, ...], root: Path, statement: str) -> None:
        self.scripts = scripts
        self._root = root
        self._statement = statement

    def __call__(self, case: Case, gate: Gate) -> None:
        run_scripts(case, gate, self.scripts, self._root, self._statement)  # type: ignore[arg-type]


class _Own:
    """Judges a case in the rule's own way, with the data the rule gave it."""

    def __init__(self, rule: Rule, case: Case) -> None:
        self._judge = rule.judge
        self.case = case

    def __call__(self, case: Case, gate: Gate) -> None:
        if self._judge is None:
            raise ValueError(f"{case.id} has no judge")
        self._judge(self.case, gate)
