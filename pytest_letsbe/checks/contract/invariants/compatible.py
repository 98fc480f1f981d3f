"""compatible: whoever was served by the old description is served by the new one; each break is an item of its own."""

from __future__ import annotations

from collections.abc import Iterable

from ....model import Case, CheckFailure, Invariant, Noted, UsageError, Vacuous
from ....openapi.diff import diff
from ....openapi.report import Finding, Report, witness_lines
from ..base_spec import new_description, old_description
from ..contract import Contract
from ..hurt import hurt_by, is_judged
from .base import Rule, Server

COMPATIBLE = Invariant(
    "compatible",
    "Every request of the old description is still taken, and every response of the new one was foreseen by the old.",
    "Liskov and Wing, behavioural subtyping, 1994; rule names as oasdiff's",
)

#: The item that is always there: what couldn't be judged stays within ``max_unknown``.
GATE = "no-more-unknown-than-allowed"

#: So many hurt interactions are shown.
MOST = 5


def _cases(contract: Contract) -> Iterable[Case]:
    if contract.options.base is None:
        return
    try:
        report = diff(old_description(contract), new_description(contract))
    except (UsageError, Vacuous) as problem:
        yield contract.case("compatible", GATE, getattr(problem, "location", None), problem)
        return
    yield contract.case("compatible", GATE, None, report, samples=max(1, report.operations))
    taken: set[str] = set()
    for finding in report.breaks:
        name, number = finding.case, 2
        while name in taken:
            name, number = f"{finding.case}-{number}", number + 1
        taken.add(name)
        yield contract.case("compatible", name, finding.location, finding)


def _judge(case: Case, server: Server) -> None:
    contract: Contract = case.data.contract
    found = case.data.data
    if isinstance(found, Vacuous):
        raise found
    if isinstance(found, UsageError):
        said = str(found).removeprefix(f"{found.location}: ")
        raise CheckFailure(f"the descriptions can't be compared: {said}", location=found.location)
    if isinstance(found, Report):
        _gate(found, contract.options.max_unknown)
        return
    _judge_finding(contract, found)


def _judge_finding(contract: Contract, finding: Finding) -> None:
    sentence = f"{finding.rule}: {finding.where}: {finding.message}"
    pacts = list(contract.pacts())
    hurt = hurt_by(finding, pacts, contract.routes) if is_judged(finding) else []
    names = ", ".join(sorted({pact.consumer for pact in pacts}))
    if contract.options.judge == "consumers" and is_judged(finding) and names and not hurt:
        raise Noted(f"note: {sentence}; no recorded interaction of {names} uses it, so the break is lowered to a note")
    more = [f"the same in {finding.also} more places"] if finding.also else []
    mend = "mend: keep what was promised, deprecate it first, or waive this item with a reason"
    witness = [line.strip() for line in witness_lines(finding)]
    whom = [one.line() for one in hurt[:MOST]] + ([f"+{len(hurt) - MOST} more"] if len(hurt) > MOST else [])
    if names and not hurt:
        whom = [f"hurts no recorded interaction of {names}" if is_judged(finding) else f"may hurt {names}"]
    raise CheckFailure(sentence, evidence=[*witness, *more, *whom, mend], location=finding.location)


def _gate(report: Report, most: int) -> None:
    if report.operations == 0:
        raise Vacuous("the descriptions have no operation in common: nothing was compared")
    if len(report.unknown) > most:
        raise CheckFailure(
            f"{len(report.unknown)} changes couldn't be judged, max_unknown allows {most}",
            evidence=[finding.line() for finding in report.unknown],
        )


RULES = (Rule(COMPATIBLE, _cases, _judge),)
