"""coverage: so much of the description was exercised, by generated requests and by the tests people wrote."""

from __future__ import annotations

from collections.abc import Iterable

from ....api.description import Operation
from ....model import Case, CheckFailure, Invariant
from ..contract import Contract
from ..results import Results
from .base import Rule, Server

COVERAGE = Invariant(
    "coverage",
    "The manifest's share of operations, successes, status codes and parameters was exercised.",
    "Martin-Lopez et al., Test Coverage Criteria for RESTful Web APIs, 2019",
)


def _cases(contract: Contract) -> Iterable[Case]:
    if not contract.has_server or contract.description is None:
        return
    for kind in ("operations", "successes", "statuses", "parameters"):
        if getattr(contract.options.coverage, kind):
            yield contract.case("coverage", kind)


def _judge(case: Case, server: Server) -> None:
    contract: Contract = case.data.contract
    results, operations = server.exercised(), contract.operations.values()
    wanted: set[str] = set()
    seen: set[str] = set()
    for operation in operations:
        all_of_it, exercised = _PARTS[case.name](contract, operation, results)
        wanted |= all_of_it
        seen |= exercised & all_of_it
    least = getattr(contract.options.coverage, case.name)
    share = len(seen) / len(wanted) if wanted else 1.0
    if share < least:
        missing = sorted(wanted - seen)
        more = [f"+{len(missing) - 12} more"] if len(missing) > 12 else []
        raise CheckFailure(
            f"{len(seen)} of {len(wanted)} {case.name} were exercised ({share:.0%}), and {least:.0%} are wanted",
            evidence=[*(f"not seen: {name}" for name in missing[:12]), *more],
        )


def _operations(contract: Contract, operation: Operation, results: Results) -> tuple[set[str], set[str]]:
    """An operation counts once it was answered, but not by a refusal at the door alone."""
    statuses = results.of(operation.label).statuses
    return {operation.label}, ({operation.label} if statuses.keys() - {401, 403} else set())


def _successes(contract: Contract, operation: Operation, results: Results) -> tuple[set[str], set[str]]:
    if not any(operation.documents(status) for status in (200, 201, 202, 204, 301, 302, 303)):
        return set(), set()
    good = [s for s in results.of(operation.label).statuses if 200 <= s < 400 and operation.documents(s)]
    return {operation.label}, ({operation.label} if good else set())


def _statuses(contract: Contract, operation: Operation, results: Results) -> tuple[set[str], set[str]]:
    wanted = {f"{operation.label} {key}" for key in operation.responses if key.lower() != "default"}
    found = {f"{operation.label} {operation.documents(status)}" for status in results.of(operation.label).statuses}
    return wanted, found


def _parameters(contract: Contract, operation: Operation, results: Results) -> tuple[set[str], set[str]]:
    def name(where: str, name: str) -> str:
        return f"{operation.label} {where} {name.lower() if where == 'header' else name}"

    declared = {
        name(str(p["in"]), str(p["name"]))
        for p in operation.parameters
        if p.get("in") in ("path", "query", "header", "cookie") and "name" in p
    }
    sent = {name(*entry.split(":", 1)) for entry in results.of(operation.label).parameters}
    return declared, sent


_PARTS = {"operations": _operations, "successes": _successes, "statuses": _statuses, "parameters": _parameters}

RULES = (Rule(COVERAGE, _cases, _judge, needs_server=True),)
