"""One contract as its invariants see it: the description, the options, and names for its operations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from ...api.consumer import Provider
from ...api.description import Description, Operation, describe
from ...api.pact import Pact, load_pact
from ...api.routes import Routes
from ...globbing import matching
from ...model import Case, CheckFailure, Location, Spec, UsageError
from .options import ContractOptions
from .record import ALWAYS
from .settings import Settings, is_excluded

#: Phases by profile. `pr` finds what a fixed set of requests can find in seconds.
PHASES = {
    "pr": ("examples", "coverage", "fuzzing"),
    "replay": ("examples", "coverage", "fuzzing"),
    "nightly": ("examples", "coverage", "fuzzing", "stateful"),
}
MAX_EXAMPLES = {"pr": 15, "replay": 15, "nightly": 100}

_OUTSIDE = re.compile(r"[^a-z0-9._-]+")


class Contract:
    """What the manifest asks to be proven. ``description`` is None when it can't be read; ``problem`` says why."""

    def __init__(self, spec: Spec) -> None:
        options: ContractOptions = spec.options
        self.spec = spec
        self.options = options
        self.path = spec.root / options.spec
        self.description: Description | None = None
        self.problem: UsageError | None = None
        if not self.path.is_file():
            raise UsageError(f"there is no description {options.spec!r}", spec.at("spec"))
        try:
            self.description = describe(self.path, shown_as=options.spec)
        except UsageError as error:
            self.problem = error

    def require(self) -> Description:
        """The description. Raises CheckFailure where it can't be read."""
        if self.description is None:
            where = self.problem.location if self.problem is not None else None
            raise CheckFailure(f"the description can't be read: {self.problem}", location=where)
        return self.description

    @property
    def key(self) -> Any:
        """Two specs with the same key are the same contract."""
        return (self.spec.root, self.spec.profile, msgspec.json.encode(self.options))

    @property
    def has_server(self) -> bool:
        return self.options.target is not None

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """Operations that are called, by the name they have in a node id."""
        if self.description is None:
            return {}
        excluded = tuple(self.options.exclude)
        return named([o for o in self.description.operations if not is_excluded(o, excluded)])

    @cached_property
    def provider(self) -> Provider:
        """The description as the judge of its consumers."""
        return Provider(self.require())

    @cached_property
    def routes(self) -> Routes:
        """Which operation a recorded request is for."""
        return Routes(self.require())

    def pacts(self) -> Iterator[Pact]:
        """The consumers' files that can be read; the invariant ``consumer`` tells of the others."""
        for pattern in self.options.consumers:
            for path in matching(self.spec.root, pattern, option="consumers", location=self.spec.at("consumers")):
                try:
                    yield load_pact(path, shown_as=path.name)
                except UsageError:
                    continue

    @cached_property
    def checks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*ALWAYS, *self.options.checks]))

    def settings(self, auth: Mapping[str, dict[str, str]] | None = None) -> Settings:
        """How requests are generated in this profile."""
        profile = self.spec.profile
        return Settings(
            phases=tuple(self.options.phases or PHASES[profile]),
            checks=self.checks,
            max_examples=self.options.max_examples or MAX_EXAMPLES[profile],
            seed=None if profile == "nightly" else self.options.seed,
            exclude=tuple(self.options.exclude),
            config=self.config,
            auth=dict(auth or {}),
        )

    @property
    def config(self) -> Path | None:
        """schemathesis.toml: the one named, else the one beside the manifest."""
        if self.options.config is not None:
            return self.spec.file("config")
        beside = self.spec.root / "schemathesis.toml"
        return beside if beside.is_file() else None

    def at(self, *path: str | int) -> Location:
        """A place in the description."""
        return self.spec.location if self.description is None else self.description.at(*path)

    def case(self, invariant: str, name: str, at: Location | None = None, data: Any = None, samples: int = 1) -> Case:
        return Case(self.spec.check, invariant, name, at or self.spec.location, samples, Asked(self, data))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a case carries: its contract and what the invariant wants to know of it."""

    contract: Contract
    data: Any


def named(operations: list[Operation]) -> dict[str, Operation]:
    """Names for node ids: ``get/tenants/tenantid``; two that would be the same get a number."""
    found: dict[str, Operation] = {}
    for operation in operations:
        name, number = slug(operation.label.replace(" ", "/", 1)), 2
        unique = name
        while unique in found:
            unique, number = f"{name}-{number}", number + 1
        found[unique] = operation
    return found


def slug(text: str) -> str:
    """Any text as a part of a node id."""
    parts = [_OUTSIDE.sub("-", part.lower()).strip("-._") for part in text.split("/")]
    return "/".join(part for part in parts if part) or "root"
