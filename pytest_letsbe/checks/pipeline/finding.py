"""What a rule is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...model import Invariant, Location

if TYPE_CHECKING:
    from .repo import Repo


@dataclass(frozen=True, slots=True)
class Finding:
    """A violated rule: where, what, and how to mend it."""

    location: Location
    sentence: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.location}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Rule:
    """An invariant and the pure function that looks for its violations.

    ``scope`` is ``file`` (an item for each workflow file), or the name of the one item there is.
    """

    invariant: Invariant
    find: Callable[[Repo], Iterable[Finding]]
    scope: str = "file"
    mend: str = ""
