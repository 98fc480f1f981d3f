"""The suite proves itself: every mutant must fail with its expected invariant, every correct target must pass."""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from .checks import Checks
from .checks.base import Check, IsCostly, OpensTarget, ProvesItself, Rests, Waits
from .data import data_dir
from .model import Case, CheckFailure, Location, Spec, UsageError
from .progress import Progress
from .runner import Runner
from .targets import connect
from .targets.spec import TargetSpec

#: Outside the expected invariant, one case in so many is run: the matrix shows what else a fault touches.
STRIDE = 25
#: A correct target is run on one case in so many.
CORRECT_STRIDE = 3
#: Of a check with thousands of cases about so many are run on a correct target, and outside the expected invariant.
MOST_CORRECT, MOST_TOUCHED = 800, 60
#: A target of the suite's own answers at once, or it is the fault.
TIMEOUT = 20.0


@dataclass(frozen=True, slots=True)
class Subject:
    """A faulty target with the invariant that must catch it, or a correct one (``expected`` is None).

    Its class may say more: ``first`` is part of the name of the case that should catch it; ``check_options`` is what
    the manifest would give its check; a static method ``build(folder)`` writes a repo into the folder and returns the
    options, for checks that judge a tree.
    """

    check: str
    name: str
    statement: str
    expected: str | None
    path: Path


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the suite said about one subject: the first failing case of each invariant that failed."""

    subject: Subject
    failed: dict[str, str] = field(default_factory=dict)
    not_evaluated: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def killed(self) -> bool:
        return self.subject.expected in self.failed

    @property
    def ok(self) -> bool:
        """A mutant was caught by what it violates; a correct target passed everything there is."""
        if self.subject.expected is not None:
            return self.killed
        return not self.failed and not self.not_evaluated


def subjects(check: str) -> list[Subject]:
    """The classes of ``mutants/<check>/*.py`` that say which invariant is ``expected`` to catch them."""
    found = []
    for path in sorted((data_dir("mutants") / check).glob("[a-z]*.py")):
        module = _module(path)
        for name, member in vars(module).items():
            if inspect.isclass(member) and member.__module__ == module.__name__ and "expected" in vars(member):
                statement = (inspect.getdoc(member) or name).splitlines()[0]
                found.append(Subject(check, name, statement, vars(member)["expected"], path))
    return found


def judge(subject: Subject, *, every: bool = False) -> Outcome:
    """Run the suite on one subject; an invariant ends at its first failing case."""
    with tempfile.TemporaryDirectory(prefix="letsbe-subject-") as folder:
        return _judge(subject, Path(folder), every=every)


def _judge(subject: Subject, folder: Path, *, every: bool) -> Outcome:
    started = time.monotonic()
    runner = _runner(subject, folder)
    failed: dict[str, str] = {}
    not_evaluated: set[str] = set()
    try:
        before = [case for case in runner.cases if case.invariant in runner.check.preconditions]
        chosen = _chosen(runner.cases, subject, every=every)
        for case in [*before, *(case for case in chosen if case.invariant not in runner.check.preconditions)]:
            if case.invariant in failed:
                continue
            end = runner.end_of(case)
            if end.outcome == "failed" and isinstance(end.error, CheckFailure):
                failed[case.invariant] = f"{case.id}: {end.error.sentence}"
            elif end.outcome == "vacuous":  # the matrix is red for it as well
                failed[case.invariant] = f"{case.id}: {end.error}"
            elif end.outcome != "passed":
                not_evaluated.add(case.invariant)
    finally:
        if isinstance(runner.check, Rests):
            runner.check.rest()
        else:
            runner.close()
    left = tuple(sorted(not_evaluated - failed.keys()))
    return Outcome(subject, failed, left, time.monotonic() - started)


def _runner(subject: Subject, folder: Path) -> Runner:
    check = _checks()[subject.check]
    member = getattr(_module(subject.path), subject.name)
    if hasattr(member, "build"):
        spec = _spec(subject.check, json.dumps(member.build(folder)), folder)
        cases = check.cases(spec)
    else:
        options = json.dumps(getattr(member, "check_options", {}))
        spec, cases = _spec(subject.check, options, Path.cwd()), _cases(subject.check, options)
    described = _target(check, subject)
    if described is None or check.role is None:
        return Runner(check, cases)
    where = Location(str(subject.path))
    if isinstance(check, OpensTarget):
        return Runner(check, cases, check.open(described, spec, where))
    return Runner(check, cases, connect(described, role=check.role, root=Path.cwd(), location=where))


def _target(check: Check, subject: Subject) -> TargetSpec | None:
    if isinstance(check, ProvesItself):
        return check.subject_target(subject.path, subject.name)
    return TargetSpec(python=f"{subject.path}:{subject.name}", timeout=TIMEOUT)


@cache
def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"letsbe_mutants_{path.parent.name}_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise UsageError("isn't a Python file", Location(str(path)))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _checks() -> Checks:
    """One registry for each process: making the cases costs as much as many a mutant."""
    return Checks()


@cache
def _cases(name: str, options: str) -> list[Case]:
    return _checks()[name].cases(_spec(name, options, Path.cwd()))


def _spec(name: str, options: str, root: Path) -> Spec:
    converted: Any = msgspec.convert(json.loads(options), _checks()[name].options)
    return Spec(name, converted, root, Location("letsbe.yaml"))


def _chosen(cases: Sequence[Case], subject: Subject, *, every: bool) -> Iterator[Case]:
    """The expected invariant whole and first, then one case in so many of the others; the first of each in any case.

    Of a costly check a mutant meets its expected invariant, and a sample of the cases that aren't costly.
    """
    if every:
        yield from cases
        return
    first = getattr(getattr(_module(subject.path), subject.name), "first", "")
    mine = [case for case in cases if case.invariant == subject.expected]
    yield from sorted(mine, key=lambda case: first not in case.name)
    stride = max(CORRECT_STRIDE, len(cases) // MOST_CORRECT) if subject.expected is None else STRIDE
    check = _checks()[subject.check]
    if subject.expected is not None and isinstance(check, IsCostly):
        cheap = [case for case in cases if case.invariant != subject.expected and not check.costly(case)]
        yield from cheap[:: max(STRIDE, len(cheap) // MOST_TOUCHED)]
        return
    seen: set[str] = set()
    for index, case in enumerate(cases):
        if case.invariant != subject.expected and (index % stride == 0 or case.invariant not in seen):
            seen.add(case.invariant)
            yield case


def run(checks: Sequence[str], *, every: bool = False, quiet: bool = True) -> list[Outcome]:
    """Judge all subjects of the checks on all cores; the outcomes stand in the order of their files."""
    todo = [subject for check in checks for subject in subjects(check)]
    outcomes: dict[Subject, Outcome] = {}
    with Progress("selfcheck", len(todo), quiet=quiet) as progress:
        for each, together in _shifts(todo):
            with ProcessPoolExecutor((os.cpu_count() or 1) * each) as pool:
                for future in as_completed([pool.submit(judge, subject, every=every) for subject in together]):
                    outcome = future.result()
                    outcomes[outcome.subject] = outcome
                    progress.step(f"{outcome.subject.check} {outcome.subject.name} {outcome.seconds:.1f} s")
    return [outcomes[subject] for subject in todo]


def _shifts(todo: Sequence[Subject]) -> Iterator[tuple[int, list[Subject]]]:
    """Which subjects are judged beside each other, and how many at once on a core.

    Correct ones first: they meet every invariant, take longest, and none should be waited for at the end.
    """
    shifts: dict[int, list[Subject]] = {}
    for subject in sorted(todo, key=lambda subject: subject.expected is not None):
        check = _checks()[subject.check]
        shifts.setdefault(check.subjects_per_core if isinstance(check, Waits) else 1, []).append(subject)
    yield from shifts.items()
