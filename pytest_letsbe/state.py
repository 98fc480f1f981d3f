"""What one pytest session knows, in its config's stash; light, because every session loads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .checks import Checks
    from .manifest import Manifest
    from .model import Case, UsageError
    from .runner import Runner


@dataclass(frozen=True, slots=True)
class Loaded:
    """A manifest with its runners, one a check, in the manifest's order."""

    manifest: Manifest
    runners: dict[str, Runner]
    told: Counter[str] = field(default_factory=Counter)  # findings of each invariant that were shown

    def cases(self) -> Iterator[Case]:
        for runner in self.runners.values():
            yield from runner.cases


@dataclass(slots=True)
class State:
    """The manifests of a session, the usage errors it met, and all checks once they were asked for."""

    manifests: dict[Path, Loaded] = field(default_factory=dict)
    errors: list[UsageError] = field(default_factory=list)
    checks: Checks | None = None

    def raise_errors(self) -> None:
        if self.errors:
            raise pytest.UsageError("\n".join(map(str, self.errors)))

    def close(self) -> None:
        for loaded in self.manifests.values():
            for runner in loaded.runners.values():
                runner.close()


STATE = pytest.StashKey[State]()
