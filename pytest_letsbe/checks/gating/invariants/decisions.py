"""default-deny, no-exec-before-approval, determinism and no-verdict-split: what a single call comes to."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from ....model import Invariant, Spec
from ..policy import Policy
from ..scenes import MAIN, OTHER, OTHER_TENANT, TENANT, Scene, cells, pick, says
from ..script import Script
from .base import Rule, asks, rounds

DEFAULT_DENY = Invariant(
    "default-deny",
    "What the policy doesn't know (a tool, a level, a spelling of them) or denies never runs.",
    "theaios-guardrails 0.1.4 allows by default; 3 of 4 stock effects of casbin 1.43 do",
)
NO_EXEC = Invariant(
    "no-exec-before-approval",
    "A call that must be asked about runs only after somebody who may approve it has.",
)
DETERMINISM = Invariant(
    "determinism",
    "The same call in the same state is decided alike, whatever else was asked before and however often.",
    "after 50 sub-commands Claude Code degraded a deny to an ask (Adversa)",
)
NO_SPLIT = Invariant(
    "no-verdict-split",
    "The gate said allow when a call ran, and nothing ran when it said ask or deny.",
    "openclaw/openclaw#120571: the log says blocked, the command ran",
)


def _default_deny(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    scripts = []
    level, known = _loosest(policy)
    for name in dict.fromkeys(["letsbe.unknown", *_disguises(known)]):
        if name in policy.model.tools:
            continue
        scene = Scene(policy, f"tool {name!r}")
        scene.level(MAIN, level)
        call = {**scene.call(known), "tool": name}
        scene.add(op="call", **call)
        scene.expect("answer", rid=call["rid"], at_most="deny", says="a tool that the policy doesn't know isn't denied")
        scene.never(call, "a tool that the policy doesn't know ran")
        scripts.append(scene.script())
    yield "unknown-tool", scripts
    scripts = [_denied_cell(policy, level, tool) for level, tool in cells(policy, "deny")[:12]]
    if scripts:
        yield "denied-cell", scripts
    if policy.model.deny:
        yield "deny-rule", list(_deny_rules(policy))
    yield "unknown-level", [_unknown_level(policy, n) for n in (99, -1)]


def _loosest(policy: Policy) -> tuple[int, str]:
    return pick(policy, "allow") if says(policy, "allow") else pick(policy, "ask")


def _disguises(name: str) -> Iterator[str]:
    yield from (name.upper(), name.capitalize(), f" {name}", f"{name} ", f"{name}\n", f"{name}\0", f"{name}.", "", "*")
    yield name[:-1]
    yield f"{name}x"
    yield name.replace(".", "/") + "/"
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)
    if unicodedata.normalize("NFKC", wide) == name:
        yield wide


def _denied_cell(policy: Policy, level: int, tool: str) -> Script:
    scene = Scene(policy, f"{tool} at level {level}")
    scene.level(MAIN, level)
    call = scene.call(tool)
    scene.add(op="call", **call)
    scene.expect("answer", rid=call["rid"], at_most="deny", says="a call that the policy denies isn't denied")
    scene.never(call, "a call ran that the policy denies")
    return scene.script(optional=level != policy.model.levels[0])


def _deny_rules(policy: Policy) -> Iterator[Script]:
    for rule in policy.model.deny:
        tool = policy.model.tools[rule.tool]
        argument = tool.shell_arg or next((n for n, kind in (tool.args or {}).items() if kind == "str"), None)
        if argument is None:
            continue
        for text in rule.denied:
            for level in policy.model.levels:
                scene = Scene(policy, f"{rule.id} at level {level}: {text}")
                scene.level(MAIN, level)
                call = scene.call(rule.tool)
                call = {**call, "args": {**call["args"], argument: text}}
                scene.add(op="call", **call)
                says = f"what the rule {rule.id} denies isn't denied"
                scene.expect("answer", rid=call["rid"], at_most="deny", says=says)
                scene.never(call, f"a call ran that the rule {rule.id} denies")
                yield scene.script(optional=level != policy.model.levels[0])


def _unknown_level(policy: Policy, n: int) -> Script:
    """A level that the policy doesn't have loosens nothing: the call was not free before."""
    lowest = policy.model.levels[0]
    known = [tool for level, tool in cells(policy, "deny") + cells(policy, "ask") if level == lowest]
    scene = Scene(policy, f"level {n}")
    scene.add(op="level", session=MAIN, n=n)
    call = scene.call(known[0] if known else "letsbe.unknown", args=None if known else {})
    scene.add(op="call", **call)
    at_most = policy.cell(lowest, policy.model.tools[call["tool"]].tier) if known else "deny"
    scene.expect("answer", rid=call["rid"], at_most=at_most, says="a level that the policy doesn't have permits more")
    scene.never(call, "a level that the policy doesn't have let a call run")
    return scene.script()


def _no_exec(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    if not asks(policy):
        return
    says_ = "a call that must be asked about ran before anybody approved it"
    scripts = []
    for level, tool in cells(policy, "ask")[:12]:
        scene = Scene(policy, f"{tool} at level {level}")
        scene.level(MAIN, level)
        call = scene.call(tool)
        scene.asks(call)
        scene.never(call, says_)
        scene.spends(call)
        scene.never(call, says_)
        scripts.append(scene.script(optional=level != policy.model.levels[0]))
    yield "pending", scripts
    scene = Scene(policy, "again")
    call = scene.ready("ask")
    scene.asks(call)
    for _ in range(3):
        again = {**call, "rid": scene.call(call["tool"])["rid"]}
        scene.add(op="call", **again)
        scene.never(again, says_)
    scene.never(call, says_)
    yield "asked-again", [scene.script()]
    scene = Scene(policy, "made-up")
    call = scene.ready("ask")
    for made_up in ("letsbe-made-up", "", "1", "*", call["rid"], MAIN):
        scene.add(op="spend", approval=made_up, **call)
        scene.never(call, "an approval that nobody gave let a call run")
    yield "made-up-approval", [scene.script()]
    scene = Scene(policy, "late")
    call = scene.ready("ask")
    scene.asks(call)
    scene.add(wait_ms=300)
    scene.never(call, says_)
    yield "after-a-while", [scene.script()]
    actors_short = (policy.model.approval.quorum if policy.model.approval else 1) - 1
    if actors_short:
        scene = Scene(policy, "one approver short")
        call = scene.ready("ask")
        scene.asks(call)
        from ..scenes import approvers

        scene.resolves(actors=approvers(policy)[:actors_short])
        scene.spends(call)
        scene.never(call, "a call ran with fewer approvers than the quorum")
        yield "quorum", [scene.script()]


def _determinism(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    noise = 12
    for decision in ("deny", "ask"):
        if not says(policy, decision):
            continue
        level, tool = pick(policy, decision)
        scene = Scene(policy, f"{decision} again and again")
        scene.level(MAIN, level)
        call = scene.call(tool)
        rids = []
        for number in range(rounds(spec, 30)):
            rid = f"{call['rid']}-{number}"
            rids.append(rid)
            scene.add(op="call", **{**call, "rid": rid}, noise=False)
            scene.expect("answer", rid=rid, at_most=decision, says="the gate got looser the more it was asked")
        scene.expect("ran", rids=rids, most=0, says="a call ran after it was asked often enough")
        yield f"repeated/{decision}", [scene.script(optional=level != policy.model.levels[0])]
    scripts = []
    for decision in ("deny", "ask", "allow"):
        if not says(policy, decision):  # type: ignore[arg-type]
            continue
        level, tool = pick(policy, decision)  # type: ignore[arg-type]
        scene = Scene(policy, f"{decision} among noise")
        first = scene.call(tool)
        rids = []
        for number in range(3):
            scene.add(op="reset", policy=policy.raw)
            scene.level(MAIN, level)
            for _ in range(number * noise // 2):
                scene.add(op="call", **scene.call(tool, OTHER, OTHER_TENANT))
            rid = f"{first['rid']}-{number}"
            rids.append(rid)
            scene.add(op="call", **{**first, "rid": rid})
        scene.expect("same-answers", rids=rids, says="the same call was decided differently after other calls")
        scripts.append(scene.script(optional=level != policy.model.levels[0]))
    yield "among-noise", scripts


def _no_split(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    scripts = []
    for decision in ("allow", "ask", "deny"):
        for level, tool in cells(policy, decision)[:8]:
            scene = Scene(policy, f"{tool} at level {level}")
            scene.level(MAIN, level)
            call = scene.call(tool, args={**scene.args(tool), **scene.optional_args(tool)})
            scene.add(op="call", **call)
            scene.expect("agrees", rid=call["rid"])
            scripts.append(scene.script(optional=level != policy.model.levels[0]))
    yield "calls", scripts
    if asks(policy):
        scene = Scene(policy, "approved")
        call = scene.approved()
        scene.spends(call)
        scene.expect("agrees", rid=call["rid"])
        scene.spends(call)
        scene.expect("agrees", rid=call["rid"])
        yield "spend", [scene.script()]
    scene = Scene(policy, "late")
    calls = [scene.call(tool, f"agent:late-{n}", TENANT) for n, tool in enumerate(policy.model.tools)]
    for call in calls:
        scene.add(op="call", **call)
    scene.add(wait_ms=300)
    for call in calls:
        scene.expect("agrees", rid=call["rid"])
    yield "after-a-while", [scene.script()]


RULES = (
    Rule(DEFAULT_DENY, _default_deny),
    Rule(NO_EXEC, _no_exec),
    Rule(DETERMINISM, _determinism),
    Rule(NO_SPLIT, _no_split),
)
