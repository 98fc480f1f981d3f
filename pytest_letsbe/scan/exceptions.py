"""Which findings are accepted, and which exceptions can't hold: expired, without a reason, or matching nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from ..suggest import did_you_mean
from .allow import Allow
from .baseline import Accepted
from .finding import Finding


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """An exception that can't hold; ``kind`` is ``inline`` or ``baseline``."""

    path: str
    line: int
    column: int
    kind: str
    check: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


@dataclass(slots=True)
class Outcome:
    """``open`` findings fail; ``accepted`` ones come with the reason."""

    open: list[Finding] = field(default_factory=list)
    accepted: list[tuple[Finding, str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def judge(
    findings: Iterable[Finding],
    allows: Sequence[Allow],
    accepted: Sequence[Accepted],
    *,
    today: date,
    own: dict[str, str],
    foreign: Collection[str] = (),
    partial: bool = False,
) -> Outcome:
    """Lay the exceptions over the findings.

    Args:
        own: rule ids of the checks that were run, with their check.
        foreign: rule ids of checks that weren't run: their exceptions are somebody else's business.
        partial: only a part of the tree was scanned, so that an unmatched baseline entry proves nothing.
    """
    outcome = Outcome()
    used_allows: set[Allow] = set()
    used_entries: set[Accepted] = set()
    for finding in findings:
        allow = next(
            (a for a in allows if a.path == finding.path and a.covers(finding.rule, finding.check, finding.line)), None
        )
        entry = next((e for e in accepted if e.covers(finding)), None)
        if allow is not None:
            used_allows.add(allow)
        if entry is not None:
            used_entries.add(entry)
        if allow is not None and not allow.problem and not allow.expired(today):
            outcome.accepted.append((finding, "inSource", f"until {allow.until}: {allow.reason}"))
        elif entry is not None and today <= entry.until:
            outcome.accepted.append((finding, "external", f"until {entry.until}: {entry.reason}"))
        else:
            outcome.open.append(finding)
    for one in allows:
        if problem := _inline(one, one in used_allows, today, own, foreign):
            outcome.problems.append(problem)
    for one_entry in accepted:
        if problem := _entry(one_entry, one_entry in used_entries, today, own, partial):
            outcome.problems.append(problem)
    outcome.problems.sort()
    return outcome


def _inline(allow: Allow, used: bool, today: date, own: dict[str, str], foreign: Collection[str]) -> Problem | None:
    named_check, colons, rule = allow.rule.rpartition("::")
    if rule in own and (not colons or named_check == own[rule]):
        check = own[rule]
        if allow.problem:
            message = f"this exception can't hold: {allow.problem}"
        elif allow.expired(today):
            message = f"this exception for {rule} expired on {allow.until} ({allow.reason}): mend the finding, or argue a new date"  # noqa: E501
        elif not used:
            message = f"this exception for {rule} matches nothing any more: remove it"
        else:
            return None
        return Problem(allow.path, allow.line, allow.column, "inline", check, message)
    if rule in foreign or (colons and named_check not in set(own.values())):
        return None
    check = next(iter(sorted(set(own.values()))), "secrets")
    message = f"this exception names no rule of ours, {rule!r}{did_you_mean(rule, own)}; write check::rule for a rule of another check"  # noqa: E501
    return Problem(allow.path, allow.line, allow.column, "inline", check, message)


def _entry(entry: Accepted, used: bool, today: date, own: dict[str, str], partial: bool) -> Problem | None:
    where = entry.location
    check = own.get(entry.rule)
    if check is None:
        message = f"this entry names no rule, {entry.rule!r}{did_you_mean(entry.rule, own)}"
    elif today > entry.until:
        message = f"this entry for {entry.rule} expired on {entry.until} ({entry.reason})"
    elif not used and not partial:
        message = f"this entry for {entry.rule} in {entry.path} matches nothing any more: remove it"
    else:
        return None
    return Problem(where.path, where.line, where.column or 1, "baseline", check or "secrets", message)
