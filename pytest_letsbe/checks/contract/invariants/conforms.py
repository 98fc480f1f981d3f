"""conforms: every response to generated requests is one that the description documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ....api.description import Description, Operation
from ....model import Case, CheckFailure, Invariant, Vacuous
from ..contract import Contract
from ..results import Exercised
from ..unknown import UNKNOWN, last_parameter
from .base import Rule, Server

CONFORMS = Invariant(
    "conforms",
    "Every response to a generated request has a documented status, content type, header and body, and none is a 500.",
    "Schemathesis, ICSE 2022, arXiv 2112.10328; OpenAPI 3.1, 4.8.16",
)

#: Errors of the engine that are a fault of the server, however many other requests it answered.
_NETWORK = ("connection", "timeout", "timed out", "network")


def _cases(contract: Contract) -> Iterable[Case]:
    if not contract.has_server or contract.description is None:
        return
    for name, operation in contract.operations.items():
        at = contract.at(*operation.at)
        yield contract.case("conforms", f"{name}/answered", at, (operation, "answered"))
        for check in (*contract.checks, UNKNOWN):
            if _applies(check, operation, contract.description):
                yield contract.case("conforms", f"{name}/{check}", at, (operation, check))


def _applies(check: str, operation: Operation, description: Description) -> bool:
    """Whether a check has anything to say of an operation."""
    responses = [r for r in map(description.follow, operation.responses.values()) if isinstance(r, dict)]
    if check == UNKNOWN:
        return last_parameter(operation) is not None
    if check == "auth-enforced":
        return bool(description.security(operation))
    if check == "response-headers":
        return any(response.get("headers") for response in responses)
    if check == "response-schema":
        return any("schema" in holder for response in responses for holder in _holders(response))
    return True


def _holders(response: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield response  # Swagger 2
    content = response.get("content")
    for media in content.values() if isinstance(content, dict) else ():
        if isinstance(media, dict):
            yield media


def _judge(case: Case, server: Server) -> None:
    operation, check = case.data.data
    seen = server.results().of(operation.label)
    if check == "answered":
        _judge_answers(operation, seen)
        return
    if not seen.answers:
        raise Vacuous(f"no response of {operation.label} was judged")
    found = [broken for broken in seen.broken if broken.check == check]
    if found:
        first, others = found[0], found[1:]
        more = [f"also: {broken.title}; {broken.curl}" for broken in others[:4]]
        raise CheckFailure(
            f"{operation.label}: {first.title[:1].lower()}{first.title[1:]}", evidence=[*first.lines, first.curl, *more]
        )


def _judge_answers(operation: Operation, seen: Exercised) -> None:
    broken = [error for error in seen.errors if any(word in error.lower() for word in _NETWORK)]
    if broken or (seen.errors and not seen.answers):
        raise CheckFailure(f"{operation.label} couldn't be exercised", evidence=(broken or seen.errors)[:5])
    if not seen.answers:
        raise Vacuous(f"{operation.label} was never called")


RULES = (Rule(CONFORMS, _cases, _judge, needs_server=True),)
