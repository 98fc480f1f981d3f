"""The suite proves itself: every mutant must fail with its expected invariant, every correct target must pass."""

from __future__ import annotations

import importlib.util
import inspect
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec

from .checks import Checks
from .data import data_dir
from .model import Case, CheckFailure, Location, Spec
from .runner import Runner
from .targets import connect
from .targets.spec import TargetSpec

#: Outside the expected invariant, one case in so many is run: the matrix shows what else a fault touches.
STRIDE = 25
#: A correct target is run on one case in so many.
CORRECT_STRIDE = 3
#: A target of the suite's own answers at once, or it is the fault.
TIMEOUT = 20.0


@dataclass(frozen=True, slots=True)
class Subject:
    """A faulty target with the invariant that must catch it, or a correct one (``expected`` is None)."""

    check: str
    name: str
    statement: str
    expected: str | None
    path: Path

    @property
    def target(self) -> TargetSpec:
        return TargetSpec(python=f"{self.path}:{self.name}", timeout=TIMEOUT)


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
        spec = importlib.util.spec_from_file_location(f"letsbe_mutants_{check}_{path.stem}", path)
        if spec is None or spec.loader is None:
            continue
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for name, member in vars(module).items():
            if inspect.isclass(member) and member.__module__ == module.__name__ and "expected" in vars(member):
                statement = (inspect.getdoc(member) or name).splitlines()[0]
                found.append(Subject(check, name, statement, vars(member)["expected"], path))
    return found


def judge(subject: Subject, *, every: bool = False) -> Outcome:
    """Run the suite on one subject; an invariant ends at its first failing case."""
    started = time.monotonic()
    check = _checks()[subject.check]
    target = connect(subject.target, role=check.role or "", root=Path.cwd(), location=Location(str(subject.path)))
    runner = Runner(check, _cases(subject.check), target)
    failed: dict[str, str] = {}
    not_evaluated: set[str] = set()
    try:
        for case in _chosen(runner.cases, subject, every=every):
            if case.invariant in failed:
                continue
            end = runner.end_of(case)
            if end.outcome == "failed" and isinstance(end.error, CheckFailure):
                failed[case.invariant] = f"{case.id}: {end.error.sentence}"
            elif end.outcome != "passed":
                not_evaluated.add(case.invariant)
    finally:
        runner.close()
    left = tuple(sorted(not_evaluated - failed.keys()))
    return Outcome(subject, failed, left, time.monotonic() - started)


@cache
def _checks() -> Checks:
    """One registry for each process: making the cases costs as much as many a mutant."""
    return Checks()


@cache
def _cases(name: str) -> list[Case]:
    check = _checks()[name]
    options = msgspec.convert({}, check.options)
    return check.cases(Spec(name, options, Path.cwd(), Location("letsbe.yaml")))


def _chosen(cases: Sequence[Case], subject: Subject, *, every: bool) -> Iterator[Case]:
    """The expected invariant whole and first, then one case in so many of the others; the first of each in any case."""
    if every:
        yield from cases
        return
    yield from (case for case in cases if case.invariant == subject.expected)
    stride = CORRECT_STRIDE if subject.expected is None else STRIDE
    seen: set[str] = set()
    for index, case in enumerate(cases):
        if case.invariant != subject.expected and (index % stride == 0 or case.invariant not in seen):
            seen.add(case.invariant)
            yield case


def run(checks: Sequence[str], progress: Callable[[Outcome], None], *, every: bool = False) -> list[Outcome]:
    """Judge all subjects of the checks, two at a time on two cores; in the order of their files."""
    todo = [subject for check in checks for subject in subjects(check)]
    outcomes: dict[Subject, Outcome] = {}
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        futures = [pool.submit(judge, subject, every=every) for subject in todo]
        for future in as_completed(futures):
            outcome = future.result()
            outcomes[outcome.subject] = outcome
            progress(outcome)
    return [outcomes[subject] for subject in todo]
