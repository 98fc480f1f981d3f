"""What the fixtures of this check are made of; pytest itself stays outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ...api.client import ContractClient, Seen
from ...api.description import describe
from ...api.mock.http import MockServer
from ...api.mock.service import MockService
from ...model import UsageError
from ...openapi.diff import diff
from ...openapi.report import Report
from ...runner import Runner
from .base_spec import new_description, old_description
from .check import ContractCheck
from .contract import Contract


def client(runner: Runner) -> ContractClient:
    """A client of the runner's server; what it sees counts for the coverage of the same run."""
    contract = contract_of(runner)
    check = runner.check
    if not isinstance(check, ContractCheck):
        raise UsageError("`contract` isn't the suite's own check here")
    server = check.server(contract, runner.target)

    def count(seen: Seen) -> None:
        exercised = server.watched.of(seen.operation.label)
        exercised.saw(seen.status)
        exercised.parameters.update(seen.parameters)

    return ContractClient(contract.require(), server.url, count)


@contextmanager
def mocks(runner: Callable[[], Runner | None], root: Path) -> Iterator[Callable[..., MockServer]]:
    """A maker of running mocks, all ended with the block."""
    running: list[MockServer] = []

    def make(spec: str | Path | None = None, *, stateful: bool = False, seed: int = 0) -> MockServer:
        if spec is None:
            found = runner()
            if found is None:
                raise UsageError("letsbe.yaml has no check `contract`: name the description to mock")
            description = contract_of(found).require()
        else:
            description = describe(root / spec, shown_as=str(spec))
        server = MockServer(MockService(description, stateful=stateful, seed=seed)).start()
        running.append(server)
        return server

    try:
        yield make
    finally:
        for server in running:
            server.close()


def compare(runner: Callable[[], Runner | None], root: Path) -> Callable[..., Report]:
    """A comparer of two descriptions: of the manifest's base and its description when none is named.

    It returns a ``Report``: ``verdict`` (compatible, breaking, unknown), ``breaks``, ``unknown``, ``text()``.
    """

    def run(old: str | Path | None = None, new: str | Path | None = None) -> Report:
        if (old is None) != (new is None):
            raise UsageError("contract_diff takes both descriptions, or none for those of the manifest")
        if old is not None and new is not None:
            return diff(root / old, root / new)
        found = runner()
        if found is None:
            raise UsageError("letsbe.yaml has no check `contract`: name the two descriptions to compare")
        contract = contract_of(found)
        return diff(old_description(contract), new_description(contract))

    return run


def contract_of(runner: Runner) -> Contract:
    """The contract that the runner's cases prove."""
    contract: Contract = runner.cases[0].data.contract
    return contract
