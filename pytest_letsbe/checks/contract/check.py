"""contract: the API keeps to its description, the description to itself, and both to what consumers read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ...model import Case, CheckFailure, Invariant, Location, NotEvaluated, Spec, Vacuous
from ...targets.base import Target
from ...targets.spec import TargetSpec
from .contract import Contract
from .invariants import compatible, conforms, consumer, coverage, liveness, valid
from .invariants.base import Rule
from .options import ContractOptions
from .server import ApiServer, open_target

_RULES: tuple[Rule, ...] = (
    *liveness.RULES,
    *valid.RULES,
    *conforms.RULES,
    *compatible.RULES,
    *consumer.RULES,
    *coverage.RULES,
)


class ContractCheck:
    """See ``checks.base.Check``."""

    name = "contract"
    role = "api"
    options = ContractOptions
    #: None: what the server is needed for waits for its liveness, and the rest is judged all the same.
    preconditions: frozenset[str] = frozenset()
    invariants: tuple[Invariant, ...] = tuple(dict.fromkeys(rule.invariant for rule in _RULES))

    def __init__(self) -> None:
        self._servers: dict[Any, ApiServer] = {}
        self._dead: dict[ApiServer, str] = {}

    def needs_target(self, options: ContractOptions) -> bool:
        """A consumer proves its own side against a description alone."""
        return options.target is not None

    def open(self, target: TargetSpec, spec: Spec, location: Location | None) -> Target:
        return open_target(target, spec, location)

    def subject_target(self, path: Path, name: str) -> TargetSpec | None:
        """Mutants of servers are started; the others are trees with a description and Pact files."""
        if not path.stem.startswith("server"):
            return None
        argv = [sys.executable, "-P", str(path), name, "{port}"]
        return TargetSpec(start=argv, url="http://127.0.0.1:{port}", timeout=30.0)

    def costly(self, case: Case) -> bool:
        """A mutant meets what must catch it; the others would each start a server or an engine."""
        return True

    def cases(self, spec: Spec) -> list[Case]:
        contract = Contract(spec)
        found = [case for rule in _RULES for case in rule.cases(contract)]
        order = {invariant.id: place for place, invariant in enumerate(self.invariants)}
        return sorted(found, key=lambda case: (order[case.invariant], case.name))

    def run(self, case: Case, target: Target | None) -> None:
        contract: Contract = case.data.contract
        server = self.server(contract, target)
        rule = next(rule for rule in _RULES if rule.invariant.id == case.invariant)
        if rule.needs_server:
            self._require_liveness(contract, server)
        rule.judge(case, server)

    def server(self, contract: Contract, target: Target | None) -> ApiServer:
        """The server of a contract, the same for all who ask."""
        key = (contract.key, target)
        if key not in self._servers:
            self._servers[key] = ApiServer(contract, target)
        return self._servers[key]

    def _require_liveness(self, contract: Contract, server: ApiServer) -> None:
        if server not in self._dead:
            self._dead[server] = ""
            for case in liveness.cases(contract):
                try:
                    liveness.judge(case, server)
                except (CheckFailure, Vacuous) as problem:
                    self._dead[server] = f"liveness doesn't hold ({problem})"
                    break
        if self._dead[server]:
            raise NotEvaluated(self._dead[server])
