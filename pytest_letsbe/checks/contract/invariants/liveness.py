"""liveness: there is something to prove, and the server does something that its description promises."""

from __future__ import annotations

from collections.abc import Iterable

from ....model import Case, CheckFailure, Invariant
from ..contract import Contract
from .base import Rule, Server

LIVENESS = Invariant(
    "liveness",
    "The description has operations, and its server starts and answers a permitted request with a success.",
    "a server that refuses everything keeps to any description that documents refusals",
)


def cases(contract: Contract) -> Iterable[Case]:
    yield contract.case("liveness", "document", contract.at())
    if contract.has_server:
        yield contract.case("liveness", "server")


def judge(case: Case, server: Server) -> None:
    contract: Contract = case.data.contract
    description = contract.require()
    if not contract.operations:
        what = "has no operation" if not description.operations else "has only operations under exclude"
        raise CheckFailure(f"{contract.options.spec} {what}: it proves nothing")
    if case.name == "server":
        _judge_server(contract, server)


def _judge_server(contract: Contract, server: Server) -> None:
    results = server.results()
    if results.errors:
        raise CheckFailure("the run of generated requests broke off", evidence=results.errors[:5])
    statuses: dict[int, int] = {}
    for seen in results.operations.values():
        for status, count in seen.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    if not results.asserted:
        errors = [error for seen in results.operations.values() for error in seen.errors]
        raise CheckFailure("no response was judged: the server answered nothing", evidence=errors[:5])
    if not any(status < 400 for status in statuses):
        told = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
        mend = (
            "give it credentials in schemathesis.toml ([auth.openapi.<scheme>])"
            if {401, 403} & statuses.keys()
            else "start it with data that the description's examples name"
        )
        raise CheckFailure("no request was answered with a success", evidence=[f"answers: {told}", f"mend: {mend}"])


RULES = (Rule(LIVENESS, cases, judge),)
