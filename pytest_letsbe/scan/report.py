"""A scan as text, JSON and Markdown. None of them has a value to leak: findings hold masks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from .exceptions import Problem
from .finding import Finding, fingerprint
from .repo import Result

RULE_OF_PROBLEMS = "exceptions-valid"


def all_findings(result: Result) -> list[Finding]:
    """Open findings, and the exceptions that can't hold as findings of their own."""
    return sorted([*result.outcome.open, *(_as_finding(problem) for problem in result.outcome.problems)])


def _as_finding(problem: Problem) -> Finding:
    print_ = fingerprint(RULE_OF_PROBLEMS, f"{problem.path}\0{problem.message}")
    return Finding(
        problem.path, problem.line, problem.column, problem.column + 1, RULE_OF_PROBLEMS, problem.check, problem.kind,
        "error", print_, problem.message,
    )  # fmt: skip


def text(result: Result, *, colour: bool = False) -> str:
    """One line a finding, then what to do about each rule, then what was seen."""
    red, dim, off = ("\x1b[31m", "\x1b[2m", "\x1b[0m") if colour else ("", "", "")
    found = all_findings(result)
    lines = [f"{f.path}:{f.line}:{f.column}: {red}{f.message}{off} {dim}[{f.rule}]{off}" for f in found]
    mends = {f.rule: f.mend for f in found if f.mend}
    lines += [f"  {rule}: {mend}" for rule, mend in sorted(mends.items())]
    return "\n".join([*lines, _closing(result, found)])


def _closing(result: Result, found: Sequence[Finding]) -> str:
    stats = result.stats
    seen = f"{stats.files:,} files, {stats.bytes / 1e6:.1f} MB in {stats.seconds:.2f} s"
    more = [f"{stats.cached:,} known to be clean"] if stats.cached else []
    more += [f"{stats.left_out[why]:,} {why}" for why in sorted(stats.left_out)]
    more += [f"{len(result.outcome.accepted)} accepted"] if result.outcome.accepted else []
    verdict = f"{len(found)} findings" if found else "no findings"
    holes = "".join(f"\nnot scanned: {hole}" for hole in sorted(stats.holes))
    notes = "".join(f"\nnote: {note}" for note in stats.notes)
    return f"{verdict} in {seen}" + (f" ({', '.join(more)})" if more else "") + holes + notes


def as_json(result: Result) -> str:
    """The fixed shape: ``{"findings": [...], "stats": {...}}``, the same bytes for the same scan but its seconds."""
    stats = result.stats.as_json() | {"accepted": len(result.outcome.accepted), "rules": len(result.rules)}
    return json.dumps({"findings": [f.as_json() for f in all_findings(result)], "stats": stats}, indent=1)


def markdown(result: Result) -> str:
    """A job summary: the count by rule, then the places."""
    found = all_findings(result)
    lines = [f"### letsbe scan: {len(found)} findings" if found else "### letsbe scan: no findings", ""]
    if found:
        lines += ["| rule | findings | mend |", "|---|---|---|"]
        mends = {f.rule: f.mend for f in found}
        lines += [
            f"| `{rule}` | {n} | {_cell(mends[rule])} |" for rule, n in sorted(Counter(f.rule for f in found).items())
        ]
        lines += ["", "| where | what |", "|---|---|"]
        lines += [f"| `{_cell(f.path)}:{f.line}:{f.column}` | {_cell(f.message)} |" for f in found[:100]]
        lines += [f"\n+{len(found) - 100} more"] if len(found) > 100 else []
        lines.append("")
    return "\n".join([*lines, _closing(result, found), ""])


def _cell(value: str) -> str:
    return value.replace("|", "\\|").replace("`", "'").replace("<", "&lt;").replace("\n", " ")
