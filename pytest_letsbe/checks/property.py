"""Runs a property over generated inputs, and raises the finding of the smallest input that violates it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ..model import CheckFailure, NotEvaluated

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

T = TypeVar("T")

#: Tries to make a violating input smaller, and the seconds they may take together.
SHRINKS, SECONDS = 400, 10.0


class _EnoughError(BaseException):
    """Ends the shrinking; no Exception, as Hypothesis would take that for another finding."""


def hold(strategy: SearchStrategy[T], judge: Callable[[T], bool], *, profile: str, examples: int) -> None:
    """``judge`` raises CheckFailure where the property is violated, and says whether the input told anything.

    The inputs are the same in each run, but for the profile ``nightly``, which draws ten times as many anew.

    Raises:
        CheckFailure: of the smallest violating input; also when the same input is judged differently twice.
        NotEvaluated: no input told anything.
    """
    from hypothesis import HealthCheck, given, settings
    from hypothesis.errors import Flaky

    told = False
    smallest: CheckFailure | None = None
    tries, until = 0, 0.0

    @settings(
        max_examples=examples * 10 if profile == "nightly" else examples,
        derandomize=profile != "nightly",
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def holds(value: T) -> None:
        nonlocal told, tries, until, smallest
        tries += smallest is not None
        if tries > SHRINKS or (smallest is not None and time.monotonic() > until):
            raise _EnoughError
        try:
            told = judge(value) or told
        except CheckFailure as finding:
            until = until or time.monotonic() + SECONDS
            smallest = finding  # what is tried after a finding is always smaller
            raise

    try:
        holds()
    except _EnoughError:
        if smallest is not None:
            raise smallest from None
    except Flaky as flaky:
        inner = getattr(flaky, "exceptions", ())
        found = next((each for each in inner if isinstance(each, CheckFailure)), None)
        sentence = found.sentence if found else "the same request is answered differently from one time to the next"
        raise CheckFailure(sentence, evidence=found.evidence if found else [str(flaky)[:200]]) from None
    if not told:
        raise NotEvaluated("the target refused every input that would tell")
