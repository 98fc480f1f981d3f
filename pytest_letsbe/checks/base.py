"""What a check is: cases from a spec, and a run of one case."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import msgspec

from ..model import Case, Invariant, Location, Spec
from ..targets.base import Target
from ..targets.spec import TargetSpec


class Check(Protocol):
    """One cell of the matrix.

    ``cases`` is pure and fast and returns them sorted. ``run`` returns None or raises ``CheckFailure``,
    ``NotEvaluated`` or ``Vacuous``; or ``Noted``, which is a pass that says something.
    """

    @property
    def name(self) -> str: ...

    @property
    def role(self) -> str | None:
        """The kind of target it drives (``redactor``), or None when it needs none."""

    @property
    def options(self) -> type[msgspec.Struct]:
        """The struct its entry in the manifest is read into. A check with a role has a field ``target``."""

    @property
    def invariants(self) -> tuple[Invariant, ...]: ...

    @property
    def preconditions(self) -> frozenset[str]:
        """Invariants (liveness) without which the others prove nothing: when one fails, the rest isn't evaluated."""

    def cases(self, spec: Spec) -> list[Case]: ...

    def run(self, case: Case, target: Target | None) -> None: ...


@runtime_checkable
class OpensTarget(Protocol):
    """A check that reaches its target in its own way, such as a proxy that must start inside a world of ours."""

    def open(self, target: TargetSpec, spec: Spec, location: Location | None) -> Target:
        """The target that the manifest describes; it starts at its first use, and ``close`` ends it."""


@runtime_checkable
class MayGoWithout(Protocol):
    """A check with a role that some manifests have no target for, as a consumer's side of a contract."""

    def needs_target(self, options: Any) -> bool:
        """Whether these options ask for a running target."""


@runtime_checkable
class HoldsResources(Protocol):
    """A check that keeps processes or folders between its cases."""

    def close(self) -> None:
        """End and remove them; a second call does nothing."""


@runtime_checkable
class Rests(HoldsResources, Protocol):
    """A check whose processes can serve the next run in this process, too: the selfcheck starts them once."""

    def rest(self) -> None:
        """Forget everything about the run that ends; what stays must end with this process at the latest."""


@runtime_checkable
class ProvesItself(Protocol):
    """A check whose mutants aren't plain ``python:`` targets."""

    def subject_target(self, path: Path, name: str) -> TargetSpec | None:
        """How to reach the mutant or correct target ``name`` of the file ``path``; None when it is a repo tree."""


@runtime_checkable
class IsCostly(Protocol):
    """A check with so many mutants or such slow cases that ``letsbe selfcheck`` can't show all that a fault touches.

    A mutant meets the preconditions, its expected invariant whole, and of the rest a sample of what isn't costly.
    """

    def costly(self, case: Case) -> bool:
        """Whether the case takes so long, or is so like many others, that the sample leaves it out."""


@runtime_checkable
class Waits(Protocol):
    """A check whose subjects wait more than they compute."""

    @property
    def subjects_per_core(self) -> int:
        """How many of them ``letsbe selfcheck`` judges at once on each core."""


@runtime_checkable
class CorpusCheck(Protocol):
    """A check with a corpus: pytest pointed at ``corpora/<check>/*.yaml`` validates the rows."""

    def corpus_cases(self, path: Path) -> list[Case]:
        """One case for each row of the file."""

    def validate(self, case: Case) -> None:
        """Raise ``UsageError`` with ``file:line`` when the row is off."""


@runtime_checkable
class ShowsSamples(Protocol):
    """A check that can show what it sends for one sample, ``case#seed``."""

    def sample_lines(self, spec: Spec, sample: str) -> list[str]:
        """The sample with its secret masked; empty when the name is none of a sample."""

    def sample_request(self, spec: Spec, sample: str) -> dict[str, Any] | None:
        """The request, its synthetic secret in clear, or None."""
