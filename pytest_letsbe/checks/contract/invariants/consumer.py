"""consumer: what each consumer recorded in its Pact file is taken and promised by the description."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ....api.pact import Pact, load_pact
from ....globbing import matching, shown_below
from ....model import Case, CheckFailure, Invariant, UsageError, Vacuous
from ..contract import Contract, slug
from .base import Rule, Server

CONSUMER = Invariant(
    "consumer",
    "What a consumer sends is what the API takes, and every status, header and field that it reads is described.",
    "consumer-driven contracts; Pact specification V4",
)


def _cases(contract: Contract) -> Iterable[Case]:
    for number, pattern in enumerate(contract.options.consumers):
        paths = matching(contract.spec.root, pattern, option="consumers", location=contract.spec.at("consumers"))
        if not paths:
            yield contract.case(
                "consumer", f"no-file-{number + 1}", None, f"no file matches {pattern!r} under consumers"
            )
        for path in paths:
            yield from _of_file(contract, path)


def _of_file(contract: Contract, path: Path) -> Iterable[Case]:
    shown = shown_below(contract.spec.root, path)
    try:
        pact = load_pact(path, shown_as=shown)
    except UsageError as error:
        yield contract.case("consumer", f"{slug(path.name)}/file", error.location, str(error))
        return
    if not pact.interactions:
        yield contract.case("consumer", f"{slug(pact.consumer)}/file", pact.at, pact)
    taken: set[str] = set()
    for interaction in pact.interactions:
        name, number = f"{slug(pact.consumer)}/{slug(interaction.description.replace('/', ' '))}", 2
        unique = name
        while unique in taken:
            unique, number = f"{name}-{number}", number + 1
        taken.add(unique)
        yield contract.case("consumer", unique, interaction.at, (pact, interaction))


def _judge(case: Case, server: Server) -> None:
    contract: Contract = case.data.contract
    if isinstance(case.data.data, str):
        raise CheckFailure(case.data.data)
    if isinstance(case.data.data, Pact):
        raise Vacuous(f"{case.data.data.at}: the Pact of {case.data.data.consumer} holds no HTTP interaction")
    pact, interaction = case.data.data
    problems = contract.provider.problems(interaction)
    if problems:
        sentence = f'{pact.consumer}, "{interaction.description}": {problems[0]}'
        mend = f"mend: {contract.options.spec} must describe it, or {pact.consumer} must do without"
        raise CheckFailure(sentence, evidence=[*problems[1:6], mend])


RULES = (Rule(CONSUMER, _cases, _judge),)
