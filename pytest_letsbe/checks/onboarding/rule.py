"""A rule: an invariant, the name of its case, and the script that judges it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...model import Invariant
from .visitor import Site

#: Plays on a site that was reset; the second argument is the profile. Raises CheckFailure or NotEvaluated.
Judge = Callable[[Site, str], None]


@dataclass(frozen=True, slots=True)
class Rule:
    """``samples`` is how many scripts the judge plays."""

    invariant: Invariant
    case: str
    judge: Judge
    samples: int = 1
