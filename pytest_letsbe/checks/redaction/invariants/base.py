"""What every group of invariants offers, and the failure they share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ....model import Case, CheckFailure, Invariant, Location, Spec
from ..client import Redactor
from ..corpus import Corpus

#: Judges one case; raises ``CheckFailure`` or ``NotEvaluated``.
Judge = Callable[[Case, Redactor], None]


@dataclass(frozen=True, slots=True)
class Rule:
    """An invariant with its cases and its judge."""

    invariant: Invariant
    cases: Callable[[Corpus, Spec], Iterable[Case]]
    judge: Judge


def case(invariant: Invariant, name: str, location: Location | None, samples: int, data: Any = None) -> Case:
    return Case("redaction", invariant.id, name, location, samples, data)


@dataclass(frozen=True, slots=True)
class Violation:
    """One failing sample: what is wrong, in a sentence, and the lines that show it."""

    sample: str
    sentence: str
    evidence: Sequence[str] = ()


def judge_all(violations: Iterable[Violation | None]) -> None:
    """Raise one failure for all failing samples; the first speaks for the others."""
    failed = [violation for violation in violations if violation is not None]
    if failed:
        first = failed[0]
        raise CheckFailure(first.sentence, evidence=first.evidence, failed_samples=[v.sample for v in failed])


def seeds(spec: Spec, usual: int) -> int:
    """How many seeds a case takes: four times as many at night."""
    return usual * 4 if spec.profile == "nightly" else usual
