"""compatible: whoever was served by the old description is served by the new one; each break is an item of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ....api.pact import Interaction, load_pact
from ....model import Case, CheckFailure, Invariant, UsageError, Vacuous
from ....openapi.diff import diff
from ....openapi.report import Finding, Report, witness_lines
from ..base_spec import new_description, old_description
from ..contract import Contract
from .base import Rule, Server

COMPATIBLE = Invariant(
    "compatible",
    "Every request of the old description is still taken, and every response of the new one was foreseen by the old.",
    "Liskov and Wing, behavioural subtyping, 1994; rule names as oasdiff's",
)

#: The item that is always there: what couldn't be judged stays within ``max_unknown``.
GATE = "no-more-unknown-than-allowed"

_OPERATION = re.compile(r"(?P<method>[A-Z]+) (?P<path>/\S*)")


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
        raise CheckFailure(f"the descriptions can't be compared: {found}", location=found.location)
    if isinstance(found, Report):
        _gate(found, contract.options.max_unknown)
        return
    finding: Finding = found
    sentence = f"{finding.rule}: {finding.where}: {finding.message}"
    more = [f"the same in {finding.also} more places"] if finding.also else []
    mend = "mend: keep what was promised, deprecate it first, or waive this item with a reason"
    evidence = [*(line.strip() for line in witness_lines(finding)), *more, *_hurt(contract, finding), mend]
    raise CheckFailure(sentence, evidence=evidence, location=finding.location)


def _gate(report: Report, most: int) -> None:
    if report.operations == 0:
        raise Vacuous("the descriptions have no operation in common: nothing was compared")
    if len(report.unknown) > most:
        raise CheckFailure(
            f"{len(report.unknown)} changes couldn't be judged, max_unknown allows {most}",
            evidence=[finding.line() for finding in report.unknown],
        )


def _hurt(contract: Contract, finding: Finding) -> Iterator[str]:
    """Which consumers the break reaches, by what they recorded."""
    said = _OPERATION.search(finding.where)
    paths = [path for pattern in contract.options.consumers for path in sorted(contract.spec.root.glob(pattern))]
    if said is None or not paths:
        return
    template = re.compile(re.sub(r"\\\{[^{}]*\\\}", "[^/]+", re.escape(said["path"])) + r"/?\Z")
    hurt = []
    for path in paths:
        hurt += list(_broken(contract, path, said["method"], template))
    yield from hurt or [f"no interaction that {len(paths)} consumers recorded is hurt"]


def _broken(contract: Contract, path: Path, method: str, template: re.Pattern[str]) -> Iterator[str]:
    try:
        pact = load_pact(path, shown_as=path.name)
    except UsageError:
        return  # the invariant `consumer` says so
    for interaction in pact.interactions:
        if interaction.method.upper() == method and template.search(interaction.path):
            problems = _problems(contract, interaction)
            if problems:
                yield f'hurts {pact.consumer}, "{interaction.description}": {problems[0]}'


def _problems(contract: Contract, interaction: Interaction) -> list[str]:
    return contract.provider.problems(interaction)


RULES = (Rule(COMPATIBLE, _cases, _judge),)
