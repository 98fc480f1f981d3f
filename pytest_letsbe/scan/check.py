"""What both checks share: one scan, an item for every group of rules, failures that say what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from .. import corpora
from ..model import Case, CheckFailure, Invariant, Location, Spec, UsageError, Vacuous
from ..targets.base import Target
from . import rows
from .engine import Engine
from .finding import Finding
from .repo import Result, Wanted, groups, rules_of, run
from .rule import Rule, Sample

SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Group:
    spec: Spec
    name: str
    rules: tuple[Rule, ...] = field(default=(), repr=False)


class ScanCheck:
    """See ``checks.base.Check``; ``references`` and ``secrets`` fill in the words."""

    name: str
    role: str | None = None
    options: type[msgspec.Struct]
    liveness: Invariant
    nothing_found: Invariant
    coverage = Invariant(
        "coverage", "Every text file was read: a file too large or unreadable is a hole, not a pass.", "issue 3, 7"
    )
    exceptions = Invariant(
        "exceptions-valid",
        "Every exception has a rule, a reason and a date to come, and still matches something.",
        "import-linter, unmatched_ignore_imports_alerting",
    )

    def __init__(self) -> None:
        self._results: dict[tuple[Path, bytes], Result | UsageError] = {}

    @property
    def invariants(self) -> tuple[Invariant, ...]:
        return (self.liveness, self.nothing_found, self.coverage, self.exceptions)

    @property
    def preconditions(self) -> frozenset[str]:
        return frozenset({self.liveness.id})

    def cases(self, spec: Spec) -> list[Case]:
        """One case a group of rules; the rules are read here, so that a bad row is told before anything runs."""
        rules = rules_of(self._wanted(spec), spec.root)
        for rule in rules:
            if not rule.trusted and rule.match:  # ours are proven by pointing pytest at the corpora
                self._samples_hold(rule, Engine([rule]))
        found = groups(rules)
        cases = [self._case(self.liveness, "canary", spec)]
        for name, members in found.items():
            cases.append(self._case(self.nothing_found, name, spec, tuple(members)))
        cases.append(self._case(self.coverage, "files", spec))
        cases.append(self._case(self.exceptions, "inline", spec))
        if getattr(spec.options, "baseline", None):
            cases.append(self._case(self.exceptions, "baseline", spec))
        return cases

    def run(self, case: Case, target: Target | None = None) -> None:
        group: _Group = case.data
        result = self._result(group.spec)
        if case.invariant == self.liveness.id:
            self._judge_liveness(result)
        elif case.invariant == self.coverage.id:
            self._judge_coverage(result)
        elif case.invariant == self.exceptions.id:
            self._judge_exceptions(case, result)
        else:
            self._judge_group(group, result)

    def canaries(self) -> Iterable[Sample]:
        """Texts that any scanner of this kind must find."""
        raise NotImplementedError

    def filled(self, sample: Sample, name: str, seed: int = 0) -> str:
        """The text of a sample; rows of secrets hold templates."""
        return sample.text

    def corpus_cases(self, path: Path) -> list[Case]:
        """One case for each row of a corpus file."""
        found = corpora.read(path, rows.SECTIONS)
        return [Case(self.name, row.section, row.id or "row", row.location, data=row) for row in found]

    def validate(self, case: Case) -> None:
        """Every sample of a row holds, with the fast engine and without."""
        rule = rows.parse(case.data, self.name, trusted=True)
        for engine in (Engine([rule]), Engine([rule], fast=False)):
            self._samples_hold(rule, engine)

    def _samples_hold(self, rule: Rule, engine: Engine) -> None:
        for wanted, samples in (("match", rule.match), ("not_match", rule.not_match)):
            for number, sample in enumerate(samples):
                text = self.filled(sample, f"{rule.id}/{wanted}/{number}")
                judged = engine.judge(sample.path, text.encode())
                found = bool((judged and judged.findings) or engine.judge_path(sample.path))
                if found != (wanted == "match"):
                    what = "isn't found" if wanted == "match" else "is found"
                    raise UsageError(
                        f"{rule.id}: sample {number + 1} of {wanted} {what} ({engine.name})", rule.location
                    )

    def _case(self, invariant: Invariant, name: str, spec: Spec, rules: tuple[Rule, ...] = ()) -> Case:
        return Case(self.name, invariant.id, name, spec.location, max(1, len(rules)), _Group(spec, name, rules))

    def _wanted(self, spec: Spec) -> Wanted:
        return Wanted.of(spec)

    def _result(self, spec: Spec) -> Result:
        key = (spec.root, msgspec.json.encode(spec.options))
        if key not in self._results:
            try:
                self._results[key] = self._scan(spec)
            except UsageError as error:
                self._results[key] = error
        found = self._results[key]
        if isinstance(found, UsageError):
            raise CheckFailure(f"the scan couldn't be done: {found}", location=found.location)
        return found

    def _scan(self, spec: Spec) -> Result:
        return run([self._wanted(spec)], spec.root)

    def _judge_liveness(self, result: Result) -> None:
        for canary in self.canaries():
            judged = result.engine.judge(canary.path, canary.text.encode())
            if judged is None or not judged.findings:
                raise CheckFailure("the scanner doesn't find what was planted for it: its other answers prove nothing")
        if not result.stats.files:
            raise Vacuous("the scanner saw no file: is the manifest in the repo, and is anything committed?")

    def _judge_group(self, group: _Group, result: Result) -> None:
        found = [f for f in result.outcome.open if f.group == group.name and f.check == self.name]
        if found:
            raise CheckFailure(_sentence(found), evidence=_evidence(found), location=_place(found[0]))

    def _judge_coverage(self, result: Result) -> None:
        holes = sorted(result.stats.holes)
        if holes:
            mend = "make them readable, or name them under exclude with a comment that says why"
            raise CheckFailure(f"{len(holes)} files weren't scanned", evidence=[*_few(holes), f"mend: {mend}"])

    def _judge_exceptions(self, case: Case, result: Result) -> None:
        kind = "baseline" if case.name == "baseline" else "inline"
        problems = [p for p in result.outcome.problems if p.kind == kind and p.check == self.name]
        if problems:
            first = problems[0]
            more = _few([str(problem) for problem in problems]) if len(problems) > 1 else []
            raise CheckFailure(first.message, evidence=more, location=Location(first.path, first.line, first.column))


def _sentence(found: Sequence[Finding]) -> str:
    return found[0].message + (f" (and {len(found) - 1} more)" if len(found) > 1 else "")


def _evidence(found: Sequence[Finding]) -> list[str]:
    lines = _few([str(finding) for finding in found]) if len(found) > 1 else []
    lines += [f"mend: {mend}" for mend in dict.fromkeys(f.mend for f in found[:SHOWN]) if mend]
    return [*lines, f"or accept it for a time, in the line: letsbe: allow {found[0].rule} until YYYY-MM-DD reason ..."]


def _few(lines: Sequence[str]) -> list[str]:
    more = len(lines) - SHOWN
    return [*lines[:SHOWN], *([f"+{more} more"] if more > 0 else [])]


def _place(finding: Finding) -> Location:
    return Location(finding.path, finding.line, finding.column)
