"""A rule: an invariant, the name of its case, and what judges it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...model import Invariant
from .options import PricingOptions
from .shop import Shop

#: Judges a shop in a profile; raises CheckFailure or NotEvaluated.
Judge = Callable[[Shop, str], None]


@dataclass(frozen=True, slots=True)
class Rule:
    """``samples`` is how many inputs the judge draws; ``applies`` whether the options give it anything to judge."""

    invariant: Invariant
    case: str
    samples: int
    judge: Judge
    applies: Callable[[PricingOptions], bool] = lambda options: True
