"""engaged: the gate stands on every entry path, judged by the ledger and not by a list of loaded hooks."""

from __future__ import annotations

from collections.abc import Iterable

from ....model import CheckFailure, Invariant
from .. import entries
from ..lab import Lab
from ..options import HooksOptions
from .base import SETTLE, Rule, clean_or_fail, dirty_or_fail
from .faults import play_faulty

ENGAGED = Invariant(
    "engaged",
    "On this entry path nothing runs that the policy denies, and what it allows does.",
    "OpenClaw 2026.8.1 to 9.1 never call the hook under `agent --local`, 2026.9.6 never under `agent exec`",
)
LEFT_OUT = Invariant(
    "left-out",
    "What the manifest leaves out is really beyond this version; once it can be gated, it must be.",
    "a gap that was true once hides the next one",
)


def _entries(options: HooksOptions) -> Iterable[str]:
    return [name for name in dict.fromkeys(options.entries) if name not in options.leave_out]


def _left_out(options: HooksOptions) -> Iterable[str]:
    return list(options.leave_out)


def judge(lab: Lab, name: str) -> None:
    entry = entries.ENTRY[name]
    lab.effects("deny")
    clean_or_fail(
        lab,
        entry.play(lab),
        f"the gate isn't engaged on {name}: the policy denies everything and tools ran",
        f"entry path: {entry.how}, OpenClaw {lab.options.openclaw}",
        "if this version can't be gated there, say so: leave_out: {" + name + ": why}",
    )
    lab.effects("allow")
    dirty_or_fail(
        lab,
        entry.play(lab),
        f"{name} runs nothing even when the policy allows everything, so its clean ledger proves nothing",
        f"entry path: {entry.how}, OpenClaw {lab.options.openclaw}",
    )


def judge_left_out(lab: Lab, name: str) -> None:
    if name in entries.ENTRY:
        entry = entries.ENTRY[name]
        lab.effects("deny")
        played, works = entry.play(lab), "the gate is engaged there"
    else:
        played, works = play_faulty(lab, name), "OpenClaw blocks on it"
    if lab.ledger.stays_clean(played, SETTLE):
        return
    if name in entries.ENTRY:  # a path that runs nothing at all is beyond this version too
        lab.effects("allow")
        if not lab.ledger.wait(entry.play(lab), 5.0):
            return
    why = next(why for key, why in lab.options.leave_out.items() if key == name)
    raise CheckFailure(
        f"{name} is left out ({why}), but {works}",
        evidence=[f"OpenClaw {lab.options.openclaw}: take {name} out of leave_out, so that it stays so"],
    )


RULES = (Rule(ENGAGED, _entries, judge), Rule(LEFT_OUT, _left_out, judge_left_out))
