"""A merged verdict for people (Markdown, for a job's summary) and for CI servers (JUnit)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from .verdict import CaseVerdict, CheckVerdict, Merged, PackageVerdict

_LONGEST = 500
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~!])")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SAID = {"not_evaluated": "not evaluated", "deselected": "ran in no run", "skipped": "skipped", "waived": "waived"}


def to_markdown(merged: Merged) -> str:
    """One table a package; the first line says whether the gate is open."""
    verdict = "satisfied" if merged.satisfied else "**not satisfied**"
    lines = [f"## letsbe: {verdict}", ""]
    if not merged.packages:
        lines += ["There is no report, so nothing is proven.", ""]
    for package in merged.packages:
        lines += _table(package)
    return "\n".join(lines)


def _table(package: PackageVerdict) -> list[str]:
    commits = ", ".join(commit[:12] if commit else "no commit" for commit in package.commits)
    lines = [f"### {_cell(package.name)} ({_cell(commits)})", ""]
    lines += [f"- **{_cell(reason)}**" for reason in package.reasons]
    if package.reasons:
        lines.append("")
    lines += ["| check | status | passed | failed | other | reasons |", "|---|---|--:|--:|--:|---|"]
    for check in sorted(package.checks, key=lambda check: (not check.required, check.name)):
        status = check.status if check.satisfied else f"**{check.status}**"
        name = _cell(check.name) + ("" if check.required else " (not required)")
        counts = check.counts
        other = len(check.cases) - counts.passed - counts.failed
        reasons = "<br>".join(map(_cell, check.reasons))
        lines.append(f"| {name} | {status} | {counts.passed} | {counts.failed} | {other} | {reasons} |")
    return [*lines, ""]


def _cell(text: str) -> str:
    line = _MARKUP.sub(r"\\\1", " ".join(_NOT_XML.sub("\ufffd", text).split()))
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip("\\") + "…"


def to_junit(merged: Merged) -> str:
    """A suite a package: a testcase for every case, and one for each check, so that a missing check is red too."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="letsbe">']
    if not merged.packages:
        lines += _suite("letsbe", [_testcase("letsbe", "reports", failure="there is no report")])
    for package in merged.packages:
        lines += _suite(package.name, _testcases(package))
    return "\n".join([*lines, "</testsuites>", ""])


def _suite(name: str, testcases: Iterable[str]) -> list[str]:
    inside = list(testcases)
    failures = sum("<failure" in testcase for testcase in inside)
    skipped = sum("<skipped" in testcase for testcase in inside)
    numbers = f'tests="{len(inside)}" failures="{failures}" errors="0" skipped="{skipped}"'
    return [f"  <testsuite name={_attribute(name)} {numbers}>", *inside, "  </testsuite>"]


def _testcases(package: PackageVerdict) -> Iterable[str]:
    for check in package.checks:
        for case in check.cases:
            yield _of_case(f"{package.name}.{check.name}", case, waived=check.status == "waived")
    for check in package.checks:
        yield _of_check(package.name, check)
    if package.reasons:
        yield _testcase(package.name, "reports", failure="; ".join(package.reasons))


def _of_case(owner: str, case: CaseVerdict, *, waived: bool) -> str:
    if case.outcome == "failed" and not waived:
        return _testcase(owner, case.id, case.seconds, failure=case.message or "failed")
    said = "waived with its check" if case.outcome == "failed" else _SAID.get(case.outcome)
    return _testcase(owner, case.id, case.seconds, skipped=said and f"{said}: {case.message}".rstrip(": "))


def _of_check(owner: str, check: CheckVerdict) -> str:
    why = f"{check.status}: {'; '.join(check.reasons)}".rstrip(": ")
    if check.status == "passed":
        return _testcase(owner, check.name)
    if check.required and not check.satisfied:
        return _testcase(owner, check.name, failure=why)
    return _testcase(owner, check.name, skipped=why)


def _testcase(
    owner: str, name: str, seconds: float = 0.0, *, failure: str | None = None, skipped: str | None = None
) -> str:
    head = f'    <testcase classname={_attribute(owner)} name={_attribute(name)} time="{seconds:.3f}"'
    if failure is not None:
        first = next(iter(failure.splitlines()), failure)
        return f"{head}><failure message={_attribute(first)}>{escape(_NOT_XML.sub('�', failure))}</failure></testcase>"
    if skipped is not None:
        return f"{head}><skipped message={_attribute(skipped)}/></testcase>"
    return f"{head}/>"


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", text))
