"""The required-check matrix: case outcomes in, one verdict a check out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .manifest import Manifest
from .waivers import Waiver

#: What counts of a check's cases are reported, in this order.
COUNTED = ("passed", "failed", "skipped", "waived", "not_evaluated")

SATISFIED = frozenset({"passed", "waived"})


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case after a run. ``outcome``: passed, failed, skipped, waived, not_evaluated, vacuous, deselected."""

    id: str
    check: str
    invariant: str
    case: str
    outcome: str
    message: str = ""
    samples: int = 0
    failed_samples: tuple[str, ...] = ()
    seconds: float = 0.0
    retried: bool = False
    where: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One check's verdict: ``passed``, ``failed``, ``missing``, ``vacuous``, ``waived`` or ``not-evaluated``."""

    check: str
    required: bool
    status: str
    counts: Mapping[str, int]
    reasons: tuple[str, ...] = ()

    @property
    def satisfied(self) -> bool:
        return not self.required or self.status in SATISFIED


def judge(manifest: Manifest, results: Iterable[CaseResult], today: date) -> list[Row]:
    """Every required or declared check, sorted, each with its verdict.

    A case left out (``deselected``) says nothing; whether a waiver still covers something isn't judged then.
    """
    by_check: dict[str, list[CaseResult]] = {name: [] for name in (*manifest.required, *manifest.checks)}
    for result in results:
        by_check.setdefault(result.check, []).append(result)
    everything = [result for group in by_check.values() for result in group]
    rows = []
    for name in sorted({*by_check, *manifest.removed, *(w.check for w in manifest.waivers)}):
        waivers = [w for w in manifest.waivers if w.check == name]
        rows.append(_row(name, manifest, by_check.get(name, []), waivers, everything, today))
    return rows


def satisfied(rows: Sequence[Row]) -> bool:
    """Whether nothing stands between this run and a release. A matrix that requires nothing proves nothing."""
    return any(row.required for row in rows) and all(row.satisfied for row in rows)


def _row(
    name: str,
    manifest: Manifest,
    results: Sequence[CaseResult],
    waivers: Sequence[Waiver],
    everything: Sequence[CaseResult],
    today: date,
) -> Row:
    counts = Counter(r.outcome for r in results)
    whole = next((w for w in waivers if w.id == name and not w.expired(today)), None)
    status, reasons = _verdict(name, manifest, results, counts, whole)
    stale = [problem for w in waivers if (problem := _problem(w, everything, status, today))]
    if whole is not None and status in {"missing", "vacuous", "not-evaluated", "failed"}:
        status, reasons = "waived", [f"waived until {whole.until}: {whole.reason}"]
    # A waiver that no longer holds blocks the release even where its check isn't required: it says that
    # somebody owes an answer.
    if stale:
        status, reasons = "failed", [*stale, *reasons]
    required = name in manifest.required or name in manifest.removed or bool(stale)
    return Row(name, required, status, {key: counts.get(key, 0) for key in COUNTED}, tuple(reasons))


def _verdict(
    name: str, manifest: Manifest, results: Sequence[CaseResult], counts: Mapping[str, int], whole: Waiver | None
) -> tuple[str, list[str]]:
    if name in manifest.removed and not results:
        waiver = f"waive: [{{id: {name}, until: ..., reason: ...}}]"
        return "missing", [f"{manifest.removed[name]}: removed by `require` without a waiver for {name!r} ({waiver})"]
    if not results and name not in manifest.checks:
        return "missing", [f"not in {manifest.path.name}"]
    messages = [r.message for r in results if r.outcome in {"not_evaluated", "vacuous", "skipped"} and r.message]
    if counts.get("failed"):
        return "failed", [*_by_invariant(results), *_distinct(messages)]
    retried = [r.id for r in results if r.retried]
    if retried:
        return "failed", [f"passed only when retried: {_some(retried)}"]
    if counts.get("not_evaluated") or counts.get("skipped"):
        return "not-evaluated", _distinct(messages) or ["a case was skipped"]
    if counts.get("vacuous") or not any(counts.get(key) for key in ("passed", "waived")):
        return "vacuous", _distinct(messages) or ["no case ran"]
    if not counts.get("passed"):
        return "waived", [f"{counts['waived']} waived"]
    return "passed", []


def _by_invariant(results: Sequence[CaseResult], most: int = 8) -> list[str]:
    """How many cases of each invariant failed, the most first."""
    ran = Counter(r.invariant for r in results if r.outcome != "deselected")
    failed = Counter(r.invariant for r in results if r.outcome == "failed").most_common()
    lines = [f"{name}: {count:,} of {ran[name]:,} failed" for name, count in failed[:most]]
    return lines + ([f"+{len(failed) - most} more invariants"] if len(failed) > most else [])


def _problem(waiver: Waiver, everything: Sequence[CaseResult], status: str, today: date) -> str | None:
    if waiver.expired(today):
        return f"{waiver.location}: the waiver for {waiver.id} expired on {waiver.until}"
    if any(r.outcome == "deselected" for r in everything):
        return None
    if waiver.id == waiver.check:
        return None if status != "passed" else f"{waiver.location}: {waiver.id} passes: take its waiver out"
    covered = [r for r in everything if waiver.covers(f"{r.check}::{r.invariant}[{r.case}]")]
    if not covered:
        return f"{waiver.location}: the waiver for {waiver.id} matches no case"
    if all(r.outcome == "passed" for r in covered):
        return f"{waiver.location}: {waiver.id} passes: take its waiver out"
    return None


def _distinct(messages: Iterable[str], most: int = 3) -> list[str]:
    seen = list(dict.fromkeys(messages))
    return seen[:most] + ([f"+{len(seen) - most} more reasons"] if len(seen) > most else [])


def _some(ids: Sequence[str], most: int = 5) -> str:
    return ", ".join(ids[:most]) + (f" +{len(ids) - most} more" if len(ids) > most else "")
