"""Plays a script on a gate, and says where what ran isn't what was expected."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...model import LetsbeError, NotEvaluated, UsageError
from ...targets.base import TargetDead
from .client import Answer, Gate
from .ledger import Manner
from .script import Script, Step, approval_of, fill

#: Words of a step that aren't part of the op's input.
OURS = frozenset({"op", "as", "must", "noise", "killed", "if_given"})


class Violated(LetsbeError):
    """The script's expectation isn't met."""

    def __init__(self, sentence: str, evidence: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.evidence = tuple(evidence)


class NotApplicable(NotEvaluated):
    """The script can't mean anything on this gate: what it builds on isn't there."""


@dataclass(slots=True)
class Played:
    """What happened so far: ids by name, every call by rid, every answer in order."""

    script: Script
    gate: Gate
    ids: dict[str, str] = field(default_factory=dict)
    sent: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    said: list[tuple[str, str, Answer]] = field(default_factory=list)
    replies: dict[str, list[Answer]] = field(default_factory=dict)
    resolved: list[tuple[str, Mapping[str, Any], Answer]] = field(default_factory=list)
    limits: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    at: int = 0


#: What a person hears of a step as it is played: the step, and what the gate said.
Listener = Callable[[Step, str], None]


def play(script: Script, gate: Gate, listener: Listener | None = None) -> Played:
    """Play it to the end. Raises Violated, NotApplicable, Lacks or TargetDead; each carries what was played."""
    played = Played(script, gate)
    try:
        for index, step in enumerate(script.steps):
            played.at = index
            word = _one(step, played)
            if listener is not None:
                listener(step, word)
    except (Violated, NotEvaluated, TargetDead) as error:
        error.played = played  # type: ignore[union-attr]
        raise
    return played


def _one(step: Step, played: Played) -> str:
    if "expect" in step:
        from .expect import EXPECTATIONS

        if step["expect"] not in EXPECTATIONS:
            raise UsageError(f"a script expects {step['expect']!r}, which nothing judges")
        EXPECTATIONS[step["expect"]](step, played)
        return "as expected"
    if "obtain" in step:
        return _obtain(step, played)
    if "together" in step:
        return _together(step["together"], played)
    if "sink" in step:
        played.gate.book.manner = Manner(step["sink"], step.get("ms", 0) / 1000)
        return ""
    if "wait_ms" in step:
        time.sleep(step["wait_ms"] / 1000)
        return ""
    if step.get("if_given") and step["approval"].removeprefix("$") not in played.ids:
        return "left out: the gate gave no such approval"
    if "killed" in step:
        return _killed(step, played)
    return str(_op(step, played))


def _op(step: Step, played: Played) -> Answer:
    op = step["op"]
    input = _input(step, played)
    if op == "reset":
        manner = played.gate.book.manner
        answer = played.gate.reset(input["policy"], played.script.seed + input.get("seed_more", 0))
        played.gate.book.manner = manner if manner.on_arrival else Manner()
        if answer.error is not None:
            raise Violated("the gate doesn't take the policy", [f"reset answered {answer}"])
        return answer
    started = time.monotonic()
    answer = played.gate.ask(op, input)
    played.notes["took_ms"] = (time.monotonic() - started) * 1000
    _noted(step, input, answer, played)
    return answer


def _input(step: Step, played: Played) -> dict[str, Any]:
    try:
        return {
            key: approval_of(value, played.ids) if key == "approval" else fill(value, played.ids, played.script.seed)
            for key, value in step.items()
            if key not in OURS
        }
    except KeyError as missing:
        raise NotApplicable(f"the gate gave no approval where the script names {missing}") from None


def _noted(step: Step, input: Mapping[str, Any], answer: Answer, played: Played) -> None:
    op, rid = step["op"], input.get("rid")
    if op in ("call", "spend") and isinstance(rid, str):
        played.sent.setdefault(rid, []).append(input)
        played.replies.setdefault(rid, []).append(answer)
    if op == "resolve":
        played.resolved.append((op, input, answer))
    played.said.append((op, rid if isinstance(rid, str) else "", answer))
    if "as" in step and isinstance(answer.approval, str) and answer.decision == "ask":
        played.ids[step["as"]] = answer.approval
    if step.get("must") == "ask":
        _must_ask(input, answer)


def _must_ask(input: Mapping[str, Any], answer: Answer) -> None:
    if answer.decision == "allow":
        raise Violated(f"{input.get('tool')} was allowed where the policy says to ask first", [f"it answered {answer}"])
    if answer.decision != "ask":
        raise NotApplicable(f"the gate refuses {input.get('tool')} where the policy says to ask: {answer}")
    if not isinstance(answer.approval, str) or not answer.approval:
        raise Violated("the gate asks, and gives no approval id to answer to", [f"it answered {answer}"])


def _obtain(step: Step, played: Played) -> str:
    call = {"op": "call", **step["obtain"]}
    rid = call["rid"]
    answer = _op(call, played)
    words = [f"call: {answer}"]
    if answer.decision == "ask":
        _must_ask(call, answer)
        name = step.get("as", f"obtained-{rid}")
        played.ids[name] = answer.approval
        for actor in step["actors"]:
            said = _op({"op": "resolve", "approval": f"${name}", "decision": "allow", "actor": actor}, played)
            words.append(f"resolve: {said}")
        answer = _op({"op": "spend", "approval": f"${name}", **step["obtain"]}, played)
        words.append(f"spend: {answer}")
    least = step.get("least", 1)
    played.limits[rid] = (least, 1)
    if least and not (answer.decision == "allow" and played.gate.wait_until_ran(rid)):
        if answer.decision == "allow":
            raise Violated("a call that the gate says it allowed never reached the ledger", words)
        raise Violated("a call that the policy permits didn't run", words)
    from .expect import as_sent

    as_sent(played)
    return "; ".join(words)


def _together(steps: Sequence[Step], played: Played) -> str:
    op = steps[0]["op"]
    inputs = [_input(step, played) for step in steps]
    answers = played.gate.ask_together(op, inputs)
    for step, input, answer in zip(steps, inputs, answers, strict=True):
        _noted(step, input, answer, played)
    return "; ".join(map(str, answers))


def _killed(step: Step, played: Played) -> str:
    """Send an op and kill the process meanwhile: ``arrival`` (of the run at our ledger) or after so many ms."""
    target: Any = played.gate.target
    if not getattr(target, "keeps_state", False):
        raise NotApplicable("the gate keeps no state that outlives its process: name {state} in its `run` or `env`")
    when = step["killed"]
    book = played.gate.book
    if when == "arrival":
        book.manner = Manner(on_arrival=target.kill)
    else:
        import threading

        timer = threading.Timer(when / 1000, target.kill)
        timer.start()
    try:
        word = str(_op(step, played))
    except TargetDead:
        word = "killed"
        rid = step.get("rid")
        if isinstance(rid, str):
            played.sent.setdefault(rid, []).append(_input(step, played))
    finally:
        if when != "arrival":
            timer.cancel()
            timer.join()
        book.manner = Manner()
    target.kill()  # one that answered in time is killed all the same: what follows is a new process
    return word
