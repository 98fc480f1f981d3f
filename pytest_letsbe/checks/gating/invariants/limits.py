"""kill-switch, rate-limit, subagent-inheritance: bounds that no approval and no child gets around."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ....model import Invariant, Spec
from ..policy import Approval, Policy
from ..scenes import MAIN, Scene, approvers, cells, pick, says
from ..script import Script
from .approvers import covers
from .base import Rule, asks

KILL = Invariant(
    "kill-switch",
    "After the kill switch is on nothing runs, approved or not, and only an approver turns it off.",
)
RATE = Invariant("rate-limit", "No more than n calls run in a window for each key, however they were allowed.")
SUBAGENTS = Invariant(
    "subagent-inheritance",
    "A child never has more autonomy than its parent, also after the parent is lowered; approvals go neither up nor down.",
)


def _kill(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    says_ = "a call ran although the kill switch is on"
    person = approvers(policy)[0]
    scripts = []
    for state in ("allow", "approved", "approved meanwhile"):
        if (state == "allow" and not says(policy, "allow")) or (state != "allow" and not asks(policy)):
            continue
        scene = Scene(policy, state)
        call = scene.ready("allow" if state == "allow" else "ask")
        if state != "allow":
            scene.asks(call)
        if state == "approved":
            scene.resolves()
        scene.add(op="kill", on=True, actor=person)
        if state == "approved meanwhile":
            scene.resolves()
        if state == "allow":
            scene.add(op="call", **call)
        else:
            scene.spends(call)
        scene.never(call, says_)
        scripts.append(scene.script())
    yield "on", scripts
    if policy.model.approval is None or policy.model.approval.approvers is None or not says(policy, "allow"):
        return
    scripts = []
    for actor in _strangers(policy.model.approval, person):
        scene = Scene(policy, f"turned off by {actor!r}")
        call = scene.ready("allow")
        scene.add(op="kill", on=True, actor=person)
        scene.add(op="kill", on=False, actor=actor)
        scene.add(op="call", **call)
        scene.never(call, f"{actor!r} turned off the kill switch, and is no approver")
        scripts.append(scene.script())
    if scripts:
        yield "turned-off-by-a-stranger", scripts
    yield "everywhere", [_everywhere(policy, person)]
    yield "lasts", [_two_days_later(policy, person)]


def _everywhere(policy: Policy, person: str) -> Script:
    scene = Scene(policy, "in another session, another tenant")
    level, tool = pick(policy, "allow")
    scene.add(op="kill", on=True, actor=person)
    calls = []
    for number in range(3):
        session = f"agent:later-{number}"
        scene.level(session, level)
        calls.append(scene.call(tool, session, f"tenant-{number}"))
        scene.add(op="call", **calls[-1])
    for call in calls:
        scene.never(call, "a call ran although the kill switch is on")
    return scene.script()


def _two_days_later(policy: Policy, person: str) -> Script:
    scene = Scene(policy, "two days later")
    call = scene.ready("allow")
    scene.add(op="kill", on=True, actor=person)
    for _ in range(2):
        scene.add(op="tick", ms=86_400_000)
    scene.add(op="call", **call)
    scene.never(call, "the kill switch wore off by itself")
    return scene.script()


def _strangers(approval: Approval, person: str) -> list[object]:
    near = (MAIN, "agent:other", "", None, "human", person.upper(), f"x{person}")
    return [actor for actor in near if not covers(approval, actor)]


def _rate(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    rate = policy.model.limits.rate
    if rate is None or rate.n > 200:
        return
    says_ = f"more than {rate.n} calls ran in {rate.per_s:g} s"
    if says(policy, "allow"):
        level, tool = pick(policy, "allow")

        def burst(scene: Scene, number: int, **more: Any) -> list[dict[str, Any]]:
            return [scene.call(tool, **more) for _ in range(number)]

        def judged(scene: Scene, calls: list[dict[str, Any]]) -> Script:
            scene.expect("ran", rids=[call["rid"] for call in calls], most=rate.n, says=says_)
            return scene.script()

        scene = Scene(policy, "one after another")
        scene.level(MAIN, level)
        calls = burst(scene, rate.n + 3)
        for call in calls:
            scene.add(op="call", **call)
        yield "burst", [judged(scene, calls)]
        scene = Scene(policy, "at once")
        scene.level(MAIN, level)
        calls = burst(scene, rate.n + 8)
        scene.add(together=[{"op": "call", **call} for call in calls])
        yield "at-once", [judged(scene, calls)]
        scene = Scene(policy, "up to the end of the window")
        scene.level(MAIN, level)
        calls = burst(scene, 2 * rate.n)
        step = max(1, (round(rate.per_s * 1000) - 1) // (2 * rate.n))
        for call in calls:
            scene.add(op="call", **call)
            scene.add(op="tick", ms=step)
        yield "spread", [judged(scene, calls)]
        if "agent" not in rate.key:
            scene = Scene(policy, "under changing names")
            scene.level(MAIN, level)
            calls = [scene.call(tool, agent=f"agent:alias-{n}") for n in range(rate.n + 3)]
            for call in calls:
                scene.add(op="call", **call)
            yield "another-agent", [judged(scene, calls)]
    if asks(policy):
        scene = Scene(policy, "approved ones")
        calls = []
        for number in range(rate.n + 2):
            calls.append(scene.approved(f"r{number}"))
        for number, call in enumerate(calls):
            scene.spends(call, f"r{number}")
        scene.expect("ran", rids=[call["rid"] for call in calls], most=rate.n, says=f"{says_}, by approvals")
        yield "approved", [scene.script()]


CHILD, GRANDCHILD, SIBLING = "agent:child", "agent:grandchild", "agent:sibling"


def _subagents(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    if policy.model.subagents is None or len(policy.model.levels) < 2:
        return
    lowest, highest = policy.model.levels[0], policy.model.levels[-1]
    tools = [
        name
        for level, name in cells(policy, "allow")
        if level == highest and policy.cell(lowest, policy.model.tools[name].tier) != "allow"
    ]
    if tools:
        says_ = "a child ran at once what its parent would have had to ask about"
        for when in ("from-the-start", "parent-lowered", "grandchild"):
            scripts = []
            for tool in tools[:3]:
                scene = Scene(policy, tool)
                most = policy.cell(lowest, policy.model.tools[tool].tier)
                scene.add(op="level", session=MAIN, n=highest if when == "parent-lowered" else lowest)
                scene.add(op="level", session=CHILD, n=highest)
                # Plain calls: a gate needn't remember who spawned whom from one that it refuses unread.
                scene.add(op="call", **scene.call(tool))
                scene.add(op="call", **scene.call(tool, CHILD, parent=MAIN))
                call = scene.call(tool, CHILD, parent=MAIN)
                if when == "grandchild":
                    scene.add(op="level", session=GRANDCHILD, n=highest)
                    call = scene.call(tool, GRANDCHILD, parent=CHILD)
                if when == "parent-lowered":
                    scene.add(op="level", session=MAIN, n=lowest)
                scene.add(op="call", **call)
                scene.never(call, says_)
                scene.expect("answer", rid=call["rid"], at_most=most, says="a child is permitted more than its parent")
                scripts.append(scene.script())
            yield when, scripts
    if asks(policy):
        yield "approvals", list(_kin(policy))


def _kin(policy: Policy) -> Iterator[Script]:
    level, tool = pick(policy, "ask")
    family: dict[str, dict[str, Any]] = {
        MAIN: {},
        CHILD: {"parent": MAIN},
        SIBLING: {"parent": MAIN},
    }
    for owner, user in ((MAIN, CHILD), (CHILD, MAIN), (CHILD, SIBLING)):
        scene = Scene(policy, f"given to {owner}, spent by {user}")
        for session in family:
            scene.level(session, level)
        call = scene.call(tool, owner, **family[owner])
        scene.asks(call)
        scene.resolves()
        other = {key: value for key, value in call.items() if key != "parent"}
        other |= {"session": user, "agent": user, **family[user]}
        scene.spends(other)
        scene.never(other, "an approval given to one agent ran a call of its kin")
        yield scene.script()


RULES = (Rule(KILL, _kill), Rule(RATE, _rate), Rule(SUBAGENTS, _subagents))
