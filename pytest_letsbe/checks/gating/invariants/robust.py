"""malformed-input, oversize, timeout-closed, error-blocks: what is broken, too big or too late doesn't run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ....model import Invariant, Spec
from ..policy import Policy
from ..scenes import MAIN, Scene, edited, pick, says
from ..script import Script
from .base import Rule, asks

MALFORMED = Invariant(
    "malformed-input",
    "Calls with missing, null, wrongly typed, endless or nested parts don't run, and the gate lives on.",
)
OVERSIZE = Invariant("oversize", "Arguments over the limit don't run, neither whole nor cut; those well within do.")
TIMEOUT = Invariant(
    "timeout-closed",
    "When a part of the gate hangs, the answer comes in time, and nothing runs.",
)
ERRORS = Invariant(
    "error-blocks",
    "When a part of the gate raises or answers nonsense, nothing runs.",
    "a throwing hook fails open on OpenClaw 2026.3.28; theaios-guardrails 0.1.4 skips a rule that raises; Cedar skips a forbid whose attribute is missing",
)

#: How much longer than ``decide_ms`` an answer may take on a busy machine.
MARGIN_MS = 5000

#: Each hang is waited for in real time: one or two for each point.
HANGS = frozenset({("policy", "allow"), ("policy", "approved"), ("store", "approved"), ("hook", "allow")})


def _free(policy: Policy) -> tuple[int, str]:
    return pick(policy, "allow" if says(policy, "allow") else "ask")


def _malformed(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:  # noqa: C901 - a list of shapes
    level, tool = _free(policy)
    probe = Scene(policy, "probe")
    args = probe.args(tool)

    def sent(name: str, call: dict[str, Any], says_: str, *, strangers: bool = False) -> Script:
        scene = Scene(policy, name)
        scene.level(MAIN, level)
        scene.add(op="call", **call)
        rid = call.get("rid")
        if isinstance(rid, str):
            scene.never(rid, says_)
        else:
            scene.expect("nothing", says=says_)
        scene.add(op="reset", policy=policy.raw)
        scene.level(MAIN, level)
        scene.obtain(scene.call(tool))
        return scene.script()

    base = probe.call(tool)
    scripts = [
        sent(f"args {name}", {**base, "args": wrong}, "a call ran whose arguments are no object")
        for name, wrong in (("null", None), ("a list", [args]), ("a text", str(args)), ("a number", 7), ("true", True))
    ]
    yield "args-shape", scripts
    scripts = []
    for key in args:
        kind = (policy.model.tools[tool].args or {})[key]
        if kind == "any":
            continue
        less = {name: value for name, value in args.items() if name != key}
        scripts.append(sent(f"without {key}", {**base, "args": less}, "a call ran without an argument it needs"))
        wrong_values: list[Any] = [None, {"$nest": 400}]
        wrong_values += [["x"]] if kind != "list" else []
        wrong_values += [{"x": 1}] if kind not in ("object",) else []
        wrong_values += [7, True] if kind == "str" else ["7"]
        for wrong in wrong_values if kind != "list" else wrong_values[:1]:
            name = f"{key}: {wrong}"
            scripts.append(
                sent(name, {**base, "args": {**args, key: wrong}}, "a call ran with an argument of a wrong type")
            )
    if scripts:
        yield "args-types", scripts
    scripts = []
    for key in ("tool", "session", "tenant", "args"):
        less = {name: value for name, value in base.items() if name != key}
        scripts.append(sent(f"without {key}", less, f"a call ran without {key}"))
    for key in ("tool", "session", "tenant"):
        for wrong in (None, 7, [base[key]], {"name": base[key]}, *([""] if key == "tool" else [])):
            says_ = f"a call ran whose {key} is no name"
            scripts.append(sent(f"{key}: {wrong!r}", {**base, key: wrong}, says_))
    yield "call-shape", scripts
    scripts = []
    for op, input in (
        ("resolve", {}),
        ("spend", {}),
        ("revoke", {}),
        ("level", {}),
        ("level", {"session": MAIN, "n": "9"}),
    ):
        scene = Scene(policy, f"{op} {input}")
        scene.add(op=op, **input)
        scene.add(op="reset", policy=policy.raw)
        scene.level(MAIN, level)
        scene.obtain(scene.call(tool))
        scripts.append(scene.script(optional=True))
    yield "other-ops", scripts
    scripts = []
    text = next((name for name, value in args.items() if isinstance(value, str)), None)
    if text is not None:
        for name, value in (
            ("a lone surrogate", "a\ud800b"),
            ("NUL", "a\0b"),
            ("a bell", "\x07"),
            ("bidi", "a\u202eb"),
        ):
            scene = Scene(policy, name)
            scene.level(MAIN, level)
            call = scene.call(tool)
            call["args"] = {**call["args"], text: value}
            scene.obtain(call, least=0)
            scene.expect("ran", rid=call["rid"], most=1, says="a call with odd characters ran twice")
            scripts.append(scene.script())
        yield "odd-characters", scripts


def _oversize(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    most = policy.model.limits.args_bytes
    if most is None or most > 4 * 1024 * 1024:
        return
    level, tool = _free(policy)
    probe = Scene(policy, "probe")
    text = next((name for name, value in probe.args(tool).items() if isinstance(value, str)), None)
    if text is None:
        return

    def sized(name: str, size: int) -> tuple[Scene, dict[str, Any]]:
        scene = Scene(policy, name)
        scene.level(MAIN, level)
        call = scene.call(tool)
        call["args"] = {**call["args"], text: {"$repeat": ["x", size]}}
        return scene, call

    scripts = []
    for name, size in (("a little", most + 64), ("twice", 2 * most), ("ten times", 10 * most)):
        scene, call = sized(f"{name} too big", size)
        scene.add(op="call", **call, **{"as": "a"})
        scene.expect("answer", rid=call["rid"], at_most="deny", says="arguments over the limit aren't denied")
        scene.never(call, "a call ran with arguments over the limit")
        scripts.append(scene.script())
    yield "over", scripts
    scene, call = sized("half of it", most // 2)
    scene.obtain(call)
    scene.expect("ran", rid=call["rid"], least=1, most=1)
    yield "within", [scene.script()]
    if asks(policy):
        scripts = []
        for size in (300, most // 2):
            ask_level, ask_tool = pick(policy, "ask")
            scene = Scene(policy, f"another end after {size} characters")
            scene.level(MAIN, ask_level)
            call = scene.call(ask_tool)
            spot = next((key for key, value in call["args"].items() if isinstance(value, str)), None)
            if spot is None:
                continue
            long = {"$long": ["x", size, "a"]}
            call["args"] = {**call["args"], spot: long}
            scene.asks(call)
            scene.resolves()
            scene.spends(call, args={**call["args"], spot: {"$long": ["x", size, "b"]}})
            scene.never(call, "an approval ran long arguments with another end than the approved one")
            scripts.append(scene.script())
        if scripts:
            yield "another-end", scripts


def _faults(policy: Policy, mode: str, says_: str) -> Iterator[tuple[str, Sequence[Script]]]:
    """Allowed, asked and approved calls, each with one part of the gate broken."""
    raw, granted = policy.raw, policy.model.limits.decide_ms or 2000
    if mode == "hang" and policy.model.limits.decide_ms is not None and granted > 250:
        granted = 250  # the same statement, and nobody waits for seconds
        raw = edited(policy, limits={**policy.raw["limits"], "decide_ms": granted})
    for point in ("policy", "store", "hook"):
        scripts = []
        for state in ("allow", "approved", "pending"):
            if mode == "hang" and (point, state) not in HANGS:
                continue
            if (state == "allow" and not says(policy, "allow")) or (state != "allow" and not asks(policy)):
                continue
            scene = Scene(policy, f"{point}, {state}", raw=raw)
            call = scene.ready("allow" if state == "allow" else "ask")
            if state != "allow":
                scene.asks(call)
            if state == "approved":
                scene.resolves()
            scene.add(op="fault", point=point, mode=mode)
            if state == "pending":
                scene.resolves()
            if state == "allow":
                scene.add(op="call", **call)
            else:
                scene.spends(call)
            if mode == "hang":
                scene.expect("answered-within", ms=granted + MARGIN_MS)
            scene.expect("answer", rid=call["rid"], at_most="ask", says=says_)
            scene.never(call, says_)
            scripts.append(scene.script(optional=state == "pending"))
        if scripts:
            yield f"{point}/{mode}", scripts


def _points(policy: Policy, modes: Sequence[str], says_: str) -> Iterator[tuple[str, Sequence[Script]]]:
    for mode in modes:
        # A gate may lack a point; it may not lack them all.
        made = list(_faults(policy, mode, says_.format(mode)))
        yield mode, [script.having(optional=True) for _, scripts in made for script in scripts]


def _timeout(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    if policy.model.limits.decide_ms is not None:
        yield from _points(policy, ["hang"], "a call ran while a part of the gate hung")


def _errors(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    yield from _points(policy, ["error", "garbage"], "a call ran while a part of the gate was broken ({})")


RULES = (Rule(MALFORMED, _malformed), Rule(OVERSIZE, _oversize), Rule(TIMEOUT, _timeout), Rule(ERRORS, _errors))
