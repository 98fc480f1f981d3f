"""A set of reports in, one verdict a package out: as it follows from the set, order and repetition can't matter."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

import msgspec

from .reports import Bundle, CaseCounts, CaseEntry, CheckEntry, Outcome, Report, Status, WaiverEntry, digest

_SHOWN = 5
#: The worse comes first; an outcome of a case in several runs, and a status of a check, is the worst of them.
_OUTCOMES: tuple[Outcome, ...] = ("failed", "not_evaluated", "waived", "passed", "skipped", "deselected")
_STATUSES: tuple[Status, ...] = ("failed", "vacuous", "not-evaluated", "missing", "waived", "passed")
_SATISFIED = frozenset({"passed", "waived"})
_UNDECIDED = frozenset({"not_evaluated", "skipped"})
_UNPROVEN = _UNDECIDED | {"failed", "error"}
_MESSAGES = 3
#: A run's own tally of its cases; the merged cases have a better one.
_TALLY = re.compile(r"\d+ (?:failed|waived)\Z")

_Run: TypeAlias = tuple[CheckEntry, list[CaseEntry]]
_Problem: TypeAlias = tuple[Status, str]


@dataclass(frozen=True, slots=True)
class CaseVerdict:
    """One case over all runs; ``flaky`` when it failed in one and passed in another."""

    id: str
    outcome: Outcome
    message: str
    seconds: float
    flaky: bool = False
    where: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckVerdict:
    name: str
    status: Status
    required: bool
    counts: CaseCounts
    reasons: tuple[str, ...]
    cases: tuple[CaseVerdict, ...]

    @property
    def satisfied(self) -> bool:
        return self.status in _SATISFIED


@dataclass(frozen=True, slots=True)
class PackageVerdict:
    """``reasons`` are those that no single check has: a lost shard, two commits."""

    name: str
    commits: tuple[str | None, ...]
    reasons: tuple[str, ...]
    checks: tuple[CheckVerdict, ...]
    waivers: tuple[WaiverEntry, ...] = ()

    @property
    def satisfied(self) -> bool:
        return not self.reasons and all(check.satisfied for check in self.checks if check.required)


@dataclass(frozen=True, slots=True)
class Merged:
    """Distinct reports in a fixed order, and what they prove together."""

    reports: tuple[Report, ...]
    packages: tuple[PackageVerdict, ...]

    @property
    def satisfied(self) -> bool:
        return bool(self.packages) and all(package.satisfied for package in self.packages)

    @property
    def exit_code(self) -> int:
        return 0 if self.satisfied else 1

    def to_json(self) -> str:
        """A file that can be merged again: the verdict for readers, the reports for the next merge."""
        packages = [
            {
                "package": package.name,
                "commits": package.commits,
                "satisfied": package.satisfied,
                "reasons": package.reasons,
                "checks": {
                    c.name: {"status": c.status, "required": c.required, "counts": c.counts, "reasons": c.reasons}
                    for c in package.checks
                },
            }
            for package in self.packages
        ]
        whole = {
            "schema": "letsbe-merge/1",
            "satisfied": self.satisfied,
            "packages": packages,
            "reports": self.reports,
        }
        return msgspec.json.format(msgspec.json.encode(whole, order="deterministic"), indent=1).decode() + "\n"


def merge(parts: Iterable[Report | Bundle | Merged]) -> Merged:
    """Merge reports, and files that were merged before."""
    found: dict[str, Report] = {}
    for part in parts:
        for report in [part] if isinstance(part, Report) else part.reports:
            found[digest(report)] = report
    by_package: dict[str, list[Report]] = defaultdict(list)
    for key in sorted(found):
        by_package[found[key].package].append(found[key])
    packages = tuple(_package(name, by_package[name]) for name in sorted(by_package))
    return Merged(tuple(found[key] for key in sorted(found)), packages)


def _package(name: str, reports: Sequence[Report]) -> PackageVerdict:
    commits = tuple(
        sorted({report.commit for report in reports}, key=lambda commit: (commit is not None, commit or ""))
    )
    names = {check for report in reports for check in report.checks}
    names |= {case.check for report in reports for case in report.cases}
    checks = tuple(_check(check, reports) for check in sorted(names))
    reasons = []
    if len(commits) > 1:
        reasons.append(f"reports of {len(commits)} commits: {_some([commit or 'no commit' for commit in commits])}")
    reasons += _lost_shards(reports)
    if not any(check.required for check in checks):
        reasons.append("no check is required, so nothing is proven")
    waivers = {waiver for report in reports for waiver in report.waivers}
    by_day = sorted(waivers, key=lambda waiver: (waiver.until, waiver.id, waiver.reason))
    return PackageVerdict(name, commits, tuple(reasons), checks, tuple(by_day))


def _lost_shards(reports: Sequence[Report]) -> list[str]:
    seen: dict[int, set[int]] = defaultdict(set)
    for report in reports:
        if report.shard is not None:
            seen[report.shard[1]].add(report.shard[0])
    reasons = []
    for count in sorted(seen):
        # A report may claim a billion shards: name the first few that are lost, and don't list the rest.
        lost = count - len(seen[count])
        if lost:
            named = [str(i) for i in range(1, len(seen[count]) + _SHOWN + 1) if i <= count and i not in seen[count]]
            reasons.append(f"{lost} of {count} shards lost: {_some(named, lost)}")
    return reasons


def _check(name: str, reports: Sequence[Report]) -> CheckVerdict:
    runs: dict[str, list[CaseEntry]] = defaultdict(list)
    entries: list[_Run] = []
    for report in reports:
        own = [case for case in report.cases if case.check == name]
        for case in own:
            runs[case.id].append(case)
        if name in report.checks:
            entries.append((report.checks[name], own))
    cases = tuple(_case(case, group) for case, group in sorted(runs.items()))
    counts = _count(cases)
    status, reasons = _judge(entries, cases, counts)
    required = any(entry.required for entry, _ in entries)
    return CheckVerdict(name, status, required, counts, tuple(sorted(set(reasons))), cases)


def _judge(entries: Sequence[_Run], cases: Sequence[CaseVerdict], counts: CaseCounts) -> tuple[Status, list[str]]:
    said = [problem for entry, own in entries for problem in _said(entry, own, alone=not cases)]
    waivers = [entry for entry, own in entries if _waives_all(entry, own)]
    if waivers and all(status != "failed" for status, _ in said):
        return "waived", [reason for entry in waivers for reason in entry.reasons]
    problems = [*said, *_shown_by(cases, vacuous=_are_vacuous(entries))]
    if problems:
        return min((status for status, _ in problems), key=_STATUSES.index), [
            reason for _, reason in problems if reason
        ]
    if counts.waived and not counts.passed:
        return "waived", [f"{counts.waived} waived"]
    return ("passed", []) if cases else ("missing", ["no run has a case of it"])


def _waives_all(entry: CheckEntry, own: Sequence[CaseEntry]) -> bool:
    """Whether the run waived the check itself, and not merely its cases one by one."""
    outcomes = {case.outcome for case in own}
    return entry.status == "waived" and ("waived" not in outcomes or bool(outcomes & _UNPROVEN))


def _said(entry: CheckEntry, own: Sequence[CaseEntry], *, alone: bool) -> list[_Problem]:
    """What a run's own verdict adds to its cases: an expired waiver, a check that is missing.

    A run that left cases out knows less than the others do, unless it failed. ``alone``: no run has a case.
    """
    outcomes = {case.outcome for case in own}
    if entry.status == "failed":
        return [("failed", "" if _TALLY.match(reason) else reason) for reason in entry.reasons or ("",)]
    if entry.status in _SATISFIED:
        return [("vacuous", "no case is listed")] if alone and entry.status == "passed" else []
    if alone or (own and not outcomes & {*_UNPROVEN, "deselected"}):
        return [(entry.status, reason) for reason in entry.reasons or ("",)]
    return []


def _shown_by(cases: Sequence[CaseVerdict], *, vacuous: bool) -> list[_Problem]:
    """What the cases say, over all runs."""
    problems: list[_Problem] = []
    if failed := [case.id for case in cases if case.outcome == "failed"]:
        problems.append(("failed", f"{len(failed)} failed: {_some(failed)}"))
    if flaky := [case.id for case in cases if case.flaky]:
        problems.append(("failed", f"flaky, failed in one run and passed in another: {_some(flaky)}"))
    if lost := [case.id for case in cases if case.outcome == "deselected"]:
        problems.append(("missing", f"{len(lost)} ran in no run: {_some(lost)}"))
    if undecided := [case for case in cases if case.outcome in _UNDECIDED]:
        status: Status = "vacuous" if vacuous else "not-evaluated"
        problems.append((status, f"{len(undecided)} proved nothing: {_some([case.id for case in undecided])}"))
        messages = sorted({case.message for case in undecided if case.message})
        problems += [(status, message) for message in messages[:_MESSAGES]]
    return problems


def _are_vacuous(entries: Sequence[_Run]) -> bool:
    """Whether the runs whose cases proved nothing call the check vacuous, and none calls it not evaluated."""
    said = {entry.status for entry, own in entries if any(case.outcome in _UNDECIDED for case in own)}
    return "vacuous" in said and "not-evaluated" not in said


def _case(id: str, runs: Sequence[CaseEntry]) -> CaseVerdict:
    outcomes = {_plain(run.outcome) for run in runs}
    outcome = min(outcomes, key=_OUTCOMES.index)
    flaky = outcome == "failed" and bool(outcomes & {"passed", "waived"})
    telling = sorted(
        (run.message, run.where, run.evidence) for run in runs if run.message and _plain(run.outcome) == outcome
    )
    message, where, evidence = telling[0] if telling else ("", "", ())
    return CaseVerdict(id, outcome, message, max(run.seconds for run in runs), flaky, where, evidence)


def _plain(outcome: Outcome) -> Outcome:
    return "failed" if outcome == "error" else outcome


def _count(cases: Sequence[CaseVerdict]) -> CaseCounts:
    tally = Counter(case.outcome for case in cases)
    return CaseCounts(**{name: tally[cast("Outcome", name)] for name in CaseCounts.__struct_fields__})


def _some(ids: Sequence[str], of: int | None = None) -> str:
    more = (len(ids) if of is None else of) - _SHOWN
    return ", ".join(ids[:_SHOWN]) + (f" +{more} more" if more > 0 else "")
