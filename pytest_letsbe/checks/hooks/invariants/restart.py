"""restart-pending: a crash between the question and the answer doesn't answer it."""

from __future__ import annotations

from ....model import Invariant, NotEvaluated
from ..lab import Lab
from .approvals import Unasked, asking
from .base import Rule, clean_or_fail

RESTART = Invariant(
    "restart-pending",
    "After a crash and a restart a call that was pending hasn't run, and doesn't run by itself.",
)
#: Seconds in which a restarted gateway would take up what it was doing.
RESUMES = 4.0


def judge(lab: Lab, name: str) -> None:
    try:
        with asking(lab) as asked:
            lab.stop_gateway()
            asked.turn.join(lab.timeout)
    except Unasked:
        raise NotEvaluated(f"no call ever showed up in {lab.options.approvals.list}") from None
    _ = lab.gateway
    clean_or_fail(lab, [asked.effect], "a pending call ran after a restart, unapproved", seconds=RESUMES)


RULES = (Rule(RESTART, lambda options: ["crash"], judge),)
