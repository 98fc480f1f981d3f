"""liveness and engaged: the gate lets through what it should, and is really in the way of what it shouldn't."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ....model import Invariant, Spec
from ..policy import Policy
from ..scenes import MAIN, OTHER, Scene, cells, pick, says, uniform
from ..script import Script
from .base import Rule

LIVENESS = Invariant(
    "liveness",
    "A plainly permitted call runs once, at once or approved, and the ledger shows it as it was sent.",
    "a gate that denies everything violates nothing else",
)
ENGAGED = Invariant(
    "engaged",
    "With a policy that denies everything no call runs on any way in; with one that allows everything it does.",
    "OpenClaw 2026.8.1-9.1 --local and 2026.9.6 agent exec never called the hook that was listed as loaded",
)


def _live(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    for decision in ("allow", "ask"):
        scripts = []
        seen: set[str] = set()
        for level, tool in cells(policy, decision):
            if tool in seen:
                continue
            seen.add(tool)
            scene = Scene(policy, f"{decision}/{tool}")
            scene.level(MAIN, level)
            scene.obtain(scene.call(tool))
            scripts.append(scene.script(optional=True))
        if scripts:
            yield f"policy-says-{decision}", scripts
    scripts = list(_spared(policy))
    if scripts:
        yield "not-match", scripts


def _spared(policy: Policy) -> Iterator[Script]:
    """What a deny rule says it leaves alone can be had."""
    for rule in policy.model.deny:
        tool = policy.model.tools[rule.tool]
        argument = tool.shell_arg or next((n for n, kind in (tool.args or {}).items() if kind == "str"), None)
        levels = [level for level in policy.model.levels if policy.cell(level, tool.tier) != "deny"]
        if argument is None or tool.commands or not levels:
            continue
        for text in rule.not_match:
            scene = Scene(policy, f"{rule.id}: {text}")
            scene.level(MAIN, levels[0])
            call = scene.call(rule.tool)
            scene.obtain({**call, "args": {**call["args"], argument: text}})
            yield scene.script(optional=True)


def _engaged(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    level, tool = pick(policy, "allow" if says(policy, "allow") else "ask")
    yield "allow-all", [_open(policy, level, tool)]
    for way in ("call", "spend", "parallel", "child"):
        scene = Scene(policy, way, raw=uniform(policy, "deny"))
        scene.level(MAIN, level)
        calls = [scene.call(tool) for _ in range(8 if way == "parallel" else 1)]
        if way == "call":
            scene.add(op="call", **calls[0])
        elif way == "spend":
            scene.add(op="spend", approval="letsbe-never-given", **calls[0])
        elif way == "parallel":
            scene.add(together=[{"op": "call", **call} for call in calls])
        else:
            calls = [scene.call(tool, OTHER, parent=MAIN)]
            scene.add(op="call", **calls[0])
        for call in calls:
            scene.never(call, "a call ran although the policy denies everything")
        yield f"deny-all/{way}", [scene.script(optional=way in ("spend", "child"))]


def _open(policy: Policy, level: int, tool: str) -> Script:
    scene = Scene(policy, "allow-all", raw=uniform(policy, "allow"))
    scene.level(MAIN, level)
    scene.obtain(scene.call(tool))
    return scene.script()


RULES = (Rule(LIVENESS, _live), Rule(ENGAGED, _engaged))
