"""The words every other module speaks: locations, invariants, cases, and how a case can end."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: A name inside a node id. No ``::``, no ``[``, no ``@`` (xdist reads ``@`` as a group).
NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)*\Z")


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file, 1-based; it prints as ``path:line`` or ``path:line:column``."""

    path: str
    line: int = 1
    column: int | None = None

    def __str__(self) -> str:
        tail = "" if self.column is None else f":{self.column}"
        return f"{self.path}:{self.line}{tail}"


@dataclass(frozen=True, slots=True)
class Invariant:
    """One precise statement inside a check.

    ``source`` names the paper, CVE, RFC or defect that the rule comes from.
    """

    id: str
    statement: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """An invariant applied to one piece of corpus data; it becomes one pytest item.

    ``samples`` is how many times the target is judged inside the case; zero proves nothing.
    ``data`` belongs to the check that made the case.
    """

    check: str
    invariant: str
    name: str
    location: Location | None = None
    samples: int = 1
    data: Any = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        for part in (self.check, self.invariant, self.name):
            if not NAME.match(part):
                raise ValueError(f"{part!r} can't stand in a node id: lower-case letters, digits, '.', '_', '-', '/'")

    @property
    def id(self) -> str:
        """The id a waiver names: ``redaction::no-leak[github-pat/url/base64]``."""
        return f"{self.check}::{self.invariant}[{self.name}]"


@dataclass(frozen=True, slots=True)
class Spec:
    """What a check is asked to prove: its options from the manifest, parsed, and where they stand.

    ``options`` is an instance of the check's own options struct; ``root`` the manifest's folder;
    ``profile`` one of ``pr``, ``nightly``, ``replay``; ``corpora`` are folders that other packages registered;
    ``update`` asks for baselines to be written instead of judged; ``keys`` tells where each option stands.
    """

    check: str
    options: Any
    root: Path
    location: Location
    profile: str = "pr"
    corpora: tuple[Path, ...] = ()
    update: bool = False
    keys: Mapping[str, Location] = field(default_factory=dict)

    def at(self, option: str) -> Location:
        """Where an option stands in the manifest; the check's own place for one that isn't written."""
        return self.keys.get(option, self.location)

    def file(self, option: str) -> Path:
        """The file that an option names, below the manifest's folder. UsageError where it isn't there."""
        name: str = getattr(self.options, option)
        path = self.root / name
        if not path.is_file():
            raise UsageError(f"{option}: there is no file {name!r}", self.at(option))
        return path


class LetsbeError(Exception):
    """Base of everything this distribution raises on purpose."""


class UsageError(LetsbeError):
    """The user's input is off: the message says where and how to mend it."""

    def __init__(self, message: str, location: Location | None = None) -> None:
        super().__init__(message if location is None else f"{location}: {message}")
        self.location = location


class CheckFailure(LetsbeError):
    """A finding: the target violated the statement.

    Args:
        sentence: what was violated, one line, without a whole secret.
        evidence: lines that show it.
        failed_samples: names of the samples that failed (all of them; the text shows five).
        location: where the reader should look; the case's own location when omitted.
    """

    def __init__(
        self,
        sentence: str,
        *,
        evidence: Sequence[str] = (),
        failed_samples: Sequence[str] = (),
        location: Location | None = None,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.evidence = tuple(evidence)
        self.failed_samples = tuple(failed_samples)
        self.location = location


class NotEvaluated(LetsbeError):
    """The statement could not be judged (an op is missing, liveness failed): never a pass."""


class Noted(LetsbeError):
    """A pass with something to say: the message stands in the report beside the passed case."""


class Vacuous(LetsbeError):
    """Something ran and proved nothing (zero tests, all skipped): never a pass."""
