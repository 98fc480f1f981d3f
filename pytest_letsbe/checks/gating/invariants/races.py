"""single-use-race and parallel-calls: what holds one after another holds for eight at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ....model import Invariant, Spec
from ..policy import Policy
from ..scenes import MAIN, Scene, approvers, cells, pick, says
from ..script import Script
from .base import Rule, asks, rounds

RACE = Invariant(
    "single-use-race",
    "Of eight spends of one approval at once at most one runs; of a yes and a no at once one counts, and is kept.",
    "48 racing resolves on OpenClaw 2026.9.6 had one winner; mark-after-exec double-spends 100 of 100 times",
)
PARALLEL = Invariant(
    "parallel-calls",
    "Of many calls in one turn each is judged by itself: neither a sibling's permission nor its approval lets one run.",
)

CONTENDERS = 8


def _races(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    approval = policy.model.approval
    if not asks(policy) or approval is None:
        return
    if approval.single_use:
        for manner, ms in (("slow-sink", 15), ("quick-sink", 0)):
            scripts = []
            for number in range(rounds(spec, 4)):
                scene = Scene(policy, f"{manner} {number}", number)
                call = scene.approved()
                scene.add(sink="ok", ms=ms)
                scripts.append(_contend(scene, call))
            yield f"spend/{manner}", scripts
        scripts = []
        for number in range(rounds(spec, 2)):
            scene = Scene(policy, f"slow store {number}", number)
            call = scene.approved()
            scene.add(op="fault", point="store", mode="hang", ms=15)
            scripts.append(_contend(scene, call))
        yield "spend/slow-store", [script.having(optional=True) for script in scripts] + [_plain(policy)]
    scripts = []
    for number in range(rounds(spec, 4)):
        scene = Scene(policy, f"yes and no {number}", number)
        call = scene.ready("ask")
        scene.asks(call)
        actors = approvers(policy, CONTENDERS)
        words = ["allow", "deny"] if number % 2 else ["deny", "allow"]
        answers = [
            {"op": "resolve", "approval": "$a", "decision": words[place % 2], "actor": actors[place % len(actors)]}
            for place in range(CONTENDERS)
        ]
        scene.add(together=answers)
        scene.spends(call)
        scene.expect("denied-if-accepted", rid=call["rid"])
        scripts.append(scene.script())
    yield "resolve/yes-and-no", scripts


def _plain(policy: Policy) -> Script:
    """Contenders without a fault, so that a gate without the op ``fault`` is judged too."""
    scene = Scene(policy, "no fault")
    call = scene.approved()
    return _contend(scene, call)


def _contend(scene: Scene, call: dict[str, Any]) -> Script:
    scene.add(together=[{"op": "spend", "approval": "$a", **call} for _ in range(CONTENDERS)])
    scene.expect(
        "ran", rid=call["rid"], most=1, says="one approval ran its call more than once, spent eight times at once"
    )
    return scene.script()


def _parallel(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    decisions = [decision for decision in ("allow", "ask", "deny") if says(policy, decision)]
    for level in policy.model.levels:
        mixed = [tool for decision in decisions for at, tool in cells(policy, decision) if at == level][:6]  # type: ignore[arg-type]
        scene = Scene(policy, f"level {level}")
        scene.level(MAIN, level)
        calls = [scene.call(tool) for tool in mixed] + [scene.call("letsbe.unknown", args={})]
        scene.add(together=[{"op": "call", **call} for call in calls])
        for call in calls:
            tool = policy.model.tools.get(call["tool"])
            most = policy.cell(level, tool.tier) if tool else "deny"
            scene.expect(
                "answer", rid=call["rid"], at_most=most, says="among parallel calls one was permitted too much"
            )
            if most != "allow":
                scene.never(call, "among parallel calls one ran that isn't permitted")
        for call in calls:
            scene.expect("agrees", rid=call["rid"])
        yield f"mixed/level-{level}", [scene.script(optional=level != policy.model.levels[0])]
    if asks(policy):
        yield "one-approved", [_siblings(policy)]


def _siblings(policy: Policy) -> Script:
    level, tool = pick(policy, "ask")
    scene = Scene(policy, "one of four is approved")
    scene.level(MAIN, level)
    calls = [scene.call(tool) for _ in range(4)]
    for number, call in enumerate(calls):
        scene.asks(call, f"p{number}")
    scene.resolves("p1")
    scene.spends(calls[0], "p1")
    scene.add(together=[{"op": "spend", "approval": f"$p{number}", **call} for number, call in enumerate(calls)])
    for number, call in enumerate(calls):
        if number != 1:
            scene.never(call, "the approval of one call let its sibling run")
    scene.expect("ran", rid=calls[1]["rid"], most=1)
    return scene.script()


RULES = (Rule(RACE, _races), Rule(PARALLEL, _parallel))
