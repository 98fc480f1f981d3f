"""tier-, autonomy- and policy-edit-monotone: less autonomy, a higher tier or a stricter policy never permits more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ....model import Invariant, Spec
from ..policy import DECISIONS, Policy, from_raw
from ..scenes import MAIN, OTHER, Scene, cells, edited
from ..script import Script
from .base import Rule, asks

TIER = Invariant(
    "tier-monotone", "At every level, a tool of a higher tier is never decided more loosely than its tier says."
)
AUTONOMY = Invariant(
    "autonomy-monotone",
    "A lower level never permits more, at once and for what is approved already; a level is its session's alone.",
)
EDIT = Invariant(
    "policy-edit-monotone",
    "A deny rule more, a stricter cell or a tool less never permits more, in whatever order rules stand.",
    "Cedar: forbid overrides permit, order means nothing (arXiv 2407.01688)",
)


def _tiers(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    ranked = sorted(policy.model.tools.items(), key=lambda item: policy.model.tiers.index(item[1].tier))
    for level in policy.model.levels:
        scripts = []
        for name, tool in ranked[:12]:
            scene = Scene(policy, f"{name} at level {level}")
            scene.level(MAIN, level)
            call = scene.call(name)
            scene.add(op="call", **call)
            most = policy.cell(level, tool.tier)
            scene.expect(
                "answer",
                rid=call["rid"],
                at_most=most,
                says=f"tier {tool.tier} at level {level} permits {most} at most",
            )
            if most != "allow":
                scene.never(call, f"a call of tier {tool.tier} ran at level {level} without approval")
            scripts.append(scene.script(optional=level != policy.model.levels[0]))
        yield f"level-{level}", scripts


def _autonomy(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    levels = policy.model.levels
    steps = [(high, low) for low in levels for high in levels if levels.index(high) > levels.index(low)]
    lowered, later, left, others = [], [], [], []
    for high, low in steps:
        for name, tool in policy.model.tools.items():
            before, after = policy.cell(high, tool.tier), policy.cell(low, tool.tier)
            if before == after:
                continue
            scene = Scene(policy, f"{name}, {high} to {low}")
            scene.add(op="level", session=MAIN, n=high)
            scene.add(op="call", **scene.call(name))
            scene.add(op="level", session=MAIN, n=low)
            call = scene.call(name)
            scene.add(op="call", **call)
            scene.expect(
                "answer", rid=call["rid"], at_most=after, says=f"lowered to level {low}, {name} is {after} at most"
            )
            scene.never(call, "a call ran at once that the lowered level asks about or denies")
            lowered.append(scene.script())
            scene = Scene(policy, f"{name}, {high} to {low}, some time ago")
            scene.add(op="level", session=MAIN, n=high)
            scene.add(op="level", session=MAIN, n=low)
            scene.waits()
            call = scene.call(name)
            scene.add(op="call", **call)
            scene.expect("answer", rid=call["rid"], at_most=after, says=f"lowered to level {low}, it rose by itself")
            scene.never(call, "a call ran at once, as a lowered level rose by itself")
            later.append(scene.script())
            scene = Scene(policy, f"{name}, another session at {high}")
            scene.add(op="level", session=MAIN, n=low)
            scene.add(op="level", session=OTHER, n=high)
            call = scene.call(name)
            scene.add(op="call", **call)
            scene.expect("answer", rid=call["rid"], at_most=after, says="another session's level counted for this one")
            scene.never(call, "another session's level let a call run")
            others.append(scene.script())
            if before == "ask" and after == "deny" and asks(policy):
                left += [_approved_then_lowered(policy, name, high, low, when) for when in ("pending", "approved")]
    if lowered:
        yield "lowered", lowered
        yield "stays-lowered", later
    if left:
        yield "approvals-left-behind", left
    if others:
        yield "another-session", others


def _approved_then_lowered(policy: Policy, tool: str, high: int, low: int, when: str) -> Script:
    scene = Scene(policy, f"{tool}, {when} at {high}, lowered to {low}")
    scene.add(op="level", session=MAIN, n=high)
    call = scene.call(tool)
    scene.asks(call)
    if when == "approved":
        scene.resolves()
    scene.add(op="level", session=MAIN, n=low)
    if when == "pending":
        scene.resolves()
    scene.spends(call)
    scene.never(call, "an approval from a higher level ran what the lowered level denies")
    return scene.script()


def _edits(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    scripts = []
    for name, tool in policy.model.tools.items():
        if tool.shell_arg is None:
            continue
        level = policy.model.levels[-1]
        text = "letsbe-probe --danger"
        for place in ("first", "last"):
            rule = {"id": "letsbe-added", "tool": name, "match": [text], "not_match": []}
            old = list(policy.raw.get("deny") or [])
            raw = edited(policy, deny=[rule, *old] if place == "first" else [*old, rule])
            scene = Scene(policy, f"{name}: a rule more, {place}", raw=raw)
            scene.level(MAIN, level)
            call = scene.call(name)
            call["args"] = {**call["args"], tool.shell_arg: text}
            scene.add(op="call", **call)
            scene.expect("answer", rid=call["rid"], at_most="deny", says="a deny rule that was added doesn't deny")
            scene.never(call, "a call ran that an added rule denies")
            scripts.append(scene.script(optional=True))
    if scripts:
        yield "rule-added", scripts
    yield "cell-tightened", list(_tightened(policy))
    scripts = []
    for level, name in [*cells(policy, "allow"), *cells(policy, "ask")][:8]:
        tools = {other: data for other, data in policy.raw["tools"].items() if other != name}
        deny = [rule for rule in policy.raw.get("deny") or [] if rule["tool"] != name]
        if tools:
            scene = Scene(policy, f"without {name}", raw=edited(policy, tools=tools, deny=deny))
            scene.level(MAIN, level)
            call = scene.call(name)
            scene.add(op="call", **call)
            scene.expect("answer", rid=call["rid"], at_most="deny", says="a tool that was removed isn't denied")
            scene.never(call, "a tool that was removed from the policy ran")
            scripts.append(scene.script(optional=True))
    if scripts:
        yield "tool-removed", scripts
    yield "order", list(_reordered(policy))


def _tightened(policy: Policy) -> Iterator[Script]:
    """Each loosest cell one step stricter, the rest as it must be to stay a valid policy."""
    for level, name in [*cells(policy, "allow"), *cells(policy, "ask")]:
        tier = policy.model.tiers.index(policy.model.tools[name].tier)
        strict = DECISIONS[DECISIONS.index(policy.cell(level, policy.model.tools[name].tier)) - 1]
        matrix = {key: list(row) for key, row in policy.model.matrix.items()}
        for key in map(str, policy.model.levels[: policy.model.levels.index(level) + 1]):
            for column in range(tier, len(policy.model.tiers)):
                if DECISIONS.index(matrix[key][column]) > DECISIONS.index(strict):
                    matrix[key][column] = strict
        scene = Scene(policy, f"{name} at level {level}: {strict}", raw=edited(policy, matrix=matrix))
        scene.level(MAIN, level)
        call = scene.call(name)
        scene.add(op="call", **call)
        scene.expect("answer", rid=call["rid"], at_most=strict, says="a stricter cell of the matrix isn't followed")
        scene.never(call, "a call ran that the tightened policy asks about or denies")
        yield scene.script(optional=level != policy.model.levels[0])


def _reordered(policy: Policy) -> Iterator[Script]:
    raw: dict[str, Any] = edited(
        policy,
        tools=dict(reversed(list(policy.raw["tools"].items()))),
        matrix=dict(reversed(list(policy.raw["matrix"].items()))),
        deny=[*reversed(list(policy.raw.get("deny") or []))],
    )
    turned = from_raw(raw, policy.path)
    for level in turned.model.levels:
        for name, tool in turned.model.tools.items():
            scene = Scene(turned, f"{name} at level {level}")
            scene.level(MAIN, level)
            call = scene.call(name)
            most = turned.cell(level, tool.tier)
            scene.add(op="call", **call)
            scene.expect("answer", rid=call["rid"], at_most=most, says="the policy turned around permits more")
            yield scene.script(optional=level != policy.model.levels[0])
    for rule in turned.model.deny:
        argument = turned.model.tools[rule.tool].shell_arg
        for text in rule.denied if argument else ():
            scene = Scene(turned, f"{rule.id}: {text}")
            scene.level(MAIN, turned.model.levels[-1])
            call = scene.call(rule.tool)
            call["args"] = {**call["args"], argument: text}
            scene.add(op="call", **call)
            scene.expect("answer", rid=call["rid"], at_most="deny", says="a deny rule depends on where it stands")
            yield scene.script(optional=True)


RULES = (Rule(TIER, _tiers), Rule(AUTONOMY, _autonomy), Rule(EDIT, _edits))
