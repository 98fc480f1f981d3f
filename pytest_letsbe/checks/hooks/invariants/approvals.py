"""Approvals: nothing runs before one, after a no, too late, twice, or by an id that isn't the id."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ....model import CheckFailure, Invariant, NotEvaluated
from ..fake_model import Script
from ..lab import Lab
from ..sentinel import LOOK, Effect
from .base import SETTLE, Rule, clean_or_fail

ONCE = Invariant(
    "approval-once",
    "A call that an approver allowed runs, exactly once, and the same call has to be approved again.",
    "without it a wrapper that never runs anything passes",
)
PENDING = Invariant("approval-pending", "While an approval is pending, the call hasn't run.")
DENY = Invariant("approval-deny", "A denied call doesn't run, also when somebody allows it afterwards.")
LATE = Invariant("approval-late", "A call whose approval ran out doesn't run, nor does a late yes run it.")
RACED = Invariant(
    "approval-raced",
    "Of contradicting answers given at once one holds: the call runs at most once, and never after an accepted no.",
)
EXACT = Invariant(
    "approval-id-exact",
    "Only the exact id approves: no prefix, no other case, no white space, no id of another kind.",
    'OpenClaw 2026.9.6 resolves plugin.approval.resolve by a unique prefix: "p" approved the only pending call',
)

#: Seconds a pending approval may take to show up.
APPEARS = 60.0
CONTENDERS = 8
LATE_TTL = 2.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that waits: its approval's id, its effect, and the turn it holds up."""

    id: str
    effect: Effect
    turn: threading.Thread


@contextmanager
def asking(lab: Lab, ttl: float = 120.0) -> Iterator[Asked]:
    """A turn that waits for an approval; in the end it is denied, so that nothing waits on."""
    lab.effects("ask", ttl)
    before = {item["id"] for item in lab.approver.pending()}
    effect = lab.ledger.exec()
    turn = lab.begin(Script([[effect.call]]))
    asked = _await(lab, effect, turn, before)
    try:
        yield asked
    finally:
        if turn.is_alive():
            lab.approver.resolve(asked.id, "deny")
        turn.join(lab.timeout)


def _await(lab: Lab, effect: Effect, turn: threading.Thread, before: set[str]) -> Asked:
    end = time.monotonic() + APPEARS
    while True:
        over = not turn.is_alive()
        new = [item for item in lab.approver.pending() if item["id"] not in before]
        mine = [item for item in new if effect.nonce in json.dumps(item)] or new
        if mine:
            return Asked(mine[0]["id"], effect, turn)
        if lab.ledger.count(effect):
            raise CheckFailure("the policy says ask, and the call ran without anyone being asked")
        if over or time.monotonic() > end:
            raise Unasked
        time.sleep(LOOK)


class Unasked(Exception):
    """The call ended, or waits, without an approval anyone could see."""


def _or_not_evaluated(judge: Callable[[Lab], None]) -> Callable[[Lab, str], None]:
    def judged(lab: Lab, name: str) -> None:
        try:
            judge(lab)
        except Unasked:
            raise NotEvaluated(f"no call ever showed up in {lab.options.approvals.list}") from None

    return judged


def once(lab: Lab, name: str) -> None:
    try:
        with asking(lab) as asked:
            lab.approver.resolve(asked.id, "allow-once")
            asked.turn.join(lab.timeout)
            lab.approver.resolve(asked.id, "allow-once")
    except Unasked:
        raise CheckFailure(
            "the policy says ask, and no approver was asked",
            evidence=[f"{lab.options.approvals.list} stayed empty for the whole turn"],
        ) from None
    time.sleep(SETTLE)
    ran = lab.ledger.count(asked.effect)
    if ran != 1:
        raise CheckFailure(f"an approved call ran {ran} times, not once")
    _again(lab, asked.effect)
    if lab.ledger.count(asked.effect) > 1:
        raise CheckFailure("the approval of one call let the same call run again, unasked")


def _again(lab: Lab, effect: Effect) -> None:
    """The same call in a new turn, denied as soon as anyone is asked."""
    before = {item["id"] for item in lab.approver.pending()}
    turn = lab.begin(Script([[effect.call]]))
    end = time.monotonic() + lab.timeout
    while turn.is_alive() and time.monotonic() < end:
        for item in lab.approver.pending():
            if item["id"] not in before:
                lab.approver.resolve(item["id"], "deny")
        turn.join(LOOK)


def pending(lab: Lab) -> None:
    with asking(lab) as asked:
        clean_or_fail(lab, [asked.effect], "the call ran while its approval was pending", seconds=1.0)


def deny(lab: Lab) -> None:
    with asking(lab) as asked:
        lab.approver.resolve(asked.id, "deny")
        lab.approver.resolve(asked.id, "allow-once")
        asked.turn.join(lab.timeout)
        clean_or_fail(lab, [asked.effect], "a denied call ran")
        lab.approver.resolve(asked.id, "allow-once")
        clean_or_fail(lab, [asked.effect], "a denied call ran after a later yes")


def late(lab: Lab) -> None:
    with asking(lab, LATE_TTL) as asked:
        asked.turn.join(LATE_TTL + 30.0)
        sentence = f"an approval with {LATE_TTL:g} s to live ran out, and the call ran"
        if asked.turn.is_alive():  # a wrapper may ask for longer than the policy says: the yes below is still too late
            clean_or_fail(lab, [asked.effect], sentence)
        reply = lab.approver.resolve(asked.id, "allow-once")
        clean_or_fail(lab, [asked.effect], sentence, f"a yes after the end was answered: {reply.text[:120]}")


def raced(lab: Lab) -> None:
    with asking(lab) as asked:
        lab.approver.connect(CONTENDERS)
        decisions = ["deny", "allow-once"] * (CONTENDERS // 2)
        replies = lab.approver.race(asked.id, decisions)
        asked.turn.join(lab.timeout)
        time.sleep(SETTLE)
        ran = lab.ledger.count(asked.effect)
        answers = list(zip(decisions, replies, strict=True))
        told = [f"{said}: {'ok' if reply.ok else 'refused'} {reply.text[:80]}" for said, reply in answers]
        if ran > 1:
            raise CheckFailure(
                f"of {CONTENDERS} contradicting answers at once, the call ran {ran} times", evidence=told
            )
        if ran and not any(reply.ok for said, reply in answers if said != "deny"):
            raise CheckFailure("every yes was refused, and the call ran", evidence=told)
        # A loser may be told what was recorded before it came; then "allow" stands in its answer.
        if ran and any(reply.ok and "allow" not in reply.text for said, reply in answers if said == "deny"):
            raise CheckFailure("a no was taken, and the call ran", evidence=told)


def near(id: str) -> dict[str, str]:
    """What isn't the id, by what it lacks."""
    kind, colon, _ = id.partition(":")
    wrong = {
        "all but its last character": id[:-1],
        "its first eight characters": id[: len(kind + colon) + 8],
        "its first character": id[:1],
        "its kind alone": kind + colon if colon else "plugin:",
        "upper case": id.upper(),
        "a blank behind": id + " ",
        "a character more": id + "0",
        "nothing": "",
    }
    return {how: other for how, other in wrong.items() if other != id}


def exact(lab: Lab) -> None:
    with asking(lab) as asked:
        for how, other in near(asked.id).items():
            reply = lab.approver.resolve(other, "allow-once")
            clean_or_fail(
                lab,
                [asked.effect],
                f"an id that isn't the id approved a call: {how}",
                f"pending {asked.id[:14]}… ({len(asked.id)} characters), resolved {other[:14]!r} ({len(other)})",
                f"{lab.options.approvals.resolve} answered {'ok' if reply.ok else 'refused'}",
                seconds=1.0 if reply.ok else 0.1,
            )
            if not asked.turn.is_alive():
                raise CheckFailure(f"an id that isn't the id ended a pending call: {how}")


def _rule(invariant: Invariant, judge: Callable[[Lab], None]) -> Rule:
    return Rule(invariant, lambda options: ["exec"], _or_not_evaluated(judge))


RULES = (
    Rule(ONCE, lambda options: ["exec"], once),
    _rule(PENDING, pending),
    _rule(DENY, deny),
    _rule(LATE, late),
    _rule(RACED, raced),
    _rule(EXACT, exact),
)
