"""exact-args, tool-, session- and tenant-binding, toctou-args: an approval is good for one call and no other."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ....model import Invariant, Spec
from ..policy import Policy
from ..scenes import MAIN, OTHER, OTHER_TENANT, TENANT, Scene, cells
from ..script import Script
from .base import Rule, asks

EXACT_ARGS = Invariant(
    "exact-args",
    "An approval for some arguments never runs others: one changed, added, dropped or of another type; their order is free.",
    "OpenClaw GHSA-hjvp-qhm6-wrh2; trailing-space argv identity, CVE-2026-32065",
)
TOOL = Invariant("tool-binding", "An approval for one tool never runs another.", "OpenClaw CVE-2026-29607")
SESSION = Invariant("session-binding", "An approval given in one session never runs a call of another.")
TENANT_BINDING = Invariant("tenant-binding", "An approval given for one tenant never runs a call of another.")
TOCTOU = Invariant(
    "toctou-args",
    "What runs is what was approved: nothing that changes after the decision (folder, environment, a second call) gets in.",
    "OpenClaw GHSA-hjvp-qhm6-wrh2 (approval reused with another environment); Claude Code CVE-2026-25722 (cd, then write)",
)

MANY_TOOLS = 5


def binds(policy: Policy, facet: str) -> bool:
    approval = policy.model.approval
    return approval is not None and facet in approval.binds and asks(policy)


def _asked(policy: Policy) -> list[tuple[int, str]]:
    """The first level at which each tool is asked about, for the tools with most arguments."""
    first: dict[str, int] = {}
    for level, tool in cells(policy, "ask"):
        first.setdefault(tool, level)
    tools = policy.model.tools
    ranked = sorted(first, key=lambda name: (-len(tools[name].args or {}), name))
    return [(first[name], name) for name in ranked[:MANY_TOOLS]]


def _approved(policy: Policy, name: str, level: int, tool: str, seed: int = 0) -> tuple[Scene, dict[str, Any]]:
    scene = Scene(policy, name, seed)
    scene.level(MAIN, level)
    call = scene.call(tool, args={**scene.args(tool), **scene.optional_args(tool)})
    scene.asks(call)
    scene.resolves()
    return scene, call


def _exact_args(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    if not binds(policy, "args"):
        return
    kinds: dict[str, Callable[[Any], Iterator[tuple[str, Any]]]] = {
        "changed": changed,
        "retyped": retyped,
        "added-or-dropped": resized,
    }
    for kind, near in kinds.items():
        scripts = []
        for level, tool in _asked(policy):
            probe = Scene(policy, kind)
            whole = {**probe.args(tool), **probe.optional_args(tool)}
            for index, (what, _) in enumerate(near(whole)):
                scene, call = _approved(policy, f"{tool}: {what}", level, tool)
                other = [args for _, args in near(call["args"])][index]
                scene.spends(call, args=other)
                scene.never(call, f"an approval ran other arguments than the approved ones ({what})")
                scripts.append(scene.script(optional=level != policy.model.levels[0]))
        if scripts:
            yield kind, scripts
    scripts = list(_more_than_approved(policy))
    if scripts:
        yield "optional-added", scripts
    scripts = []
    for level, tool in _asked(policy):
        scene, call = _approved(policy, f"{tool}: order of keys", level, tool)
        if len(call["args"]) > 1:
            scene.spends(call, args=reordered(call["args"]))
            scene.expect(
                "ran", rid=call["rid"], least=1, most=1, says="the order of keys changed, and the call was refused"
            )
            scripts.append(scene.script(optional=level != policy.model.levels[0]))
    if scripts:
        yield "order-of-keys", scripts


def _more_than_approved(policy: Policy) -> Iterator[Script]:
    """Approved without an optional argument, which the policy permits, and spent with it."""
    for level, tool in _asked(policy):
        for name in Scene(policy, "optional").optional_args(tool):
            scene = Scene(policy, f"{tool}: {name} added")
            scene.level(MAIN, level)
            call = scene.call(tool)
            more = {name: scene.optional_args(tool)[name]}
            scene.asks(call)
            scene.resolves()
            scene.spends(call, args={**call["args"], **more})
            scene.never(call, f"an approval ran other arguments than the approved ones ({name} added)")
            yield scene.script(optional=level != policy.model.levels[0])


def changed(value: Any) -> Iterator[tuple[str, Any]]:
    """Everything that differs from ``value`` in one leaf, of the same type."""
    if isinstance(value, dict):
        for key, inner in value.items():
            for what, other in changed(inner):
                yield f"{key}: {what}", {**value, key: other}
    elif isinstance(value, list):
        for what, other in changed(value[0]) if value else ():
            yield f"first item: {what}", [other, *value[1:]]
        if len(value) > 1 and value != value[::-1]:
            yield "items swapped", value[::-1]
    elif isinstance(value, bool):
        yield "the opposite", not value
    elif isinstance(value, (int, float)):
        yield "one more", value + 1
    elif isinstance(value, str):
        yield "one character more", value + "x"
        yield "one character less", value[:-1]
        yield "a space behind", value + " "
        yield "a space before", " " + value
        yield "other case", value.swapcase()
        yield "a line end behind", value + "\n"
        yield "a zero-width space within", value[:1] + "\u200b" + value[1:]
        yield "full-width characters", "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in value)
        yield "a second command behind", value + "; id"
        yield "another end after 300 characters", value.ljust(300, "x")


def retyped(value: Any) -> Iterator[tuple[str, Any]]:
    """The same words as another type: ``1``, ``"1"`` and ``true``, a value and a list of it, null."""
    for key, inner in value.items():
        others: list[tuple[str, Any]] = [("in a list", [inner]), ("null", None)]
        if isinstance(inner, bool):
            others += [("a number", int(inner)), ("a text", str(inner).lower())]
        elif isinstance(inner, (int, float)):
            others += [("a text", str(inner))]
        elif isinstance(inner, str):
            others += [("an object", {"value": inner})]
        for what, other in others:
            yield f"{key}: {what}", {**value, key: other}


def resized(value: Any) -> Iterator[tuple[str, Any]]:
    yield "one argument more", {**value, "letsbe": "more"}
    for key in value:
        yield f"without {key}", {name: inner for name, inner in value.items() if name != key}
    for key, inner in value.items():
        if isinstance(inner, dict) and inner:
            yield f"{key}: one key more", {**value, key: {**inner, "letsbe": 1}}
            yield f"{key}: one key less", {**value, key: dict(list(inner.items())[1:])}
        elif isinstance(inner, list):
            yield f"{key}: one item more", {**value, key: [*inner, "letsbe"]}


def reordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(list(value))}
    return value


def _tool(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    if not binds(policy, "tool"):
        return
    scripts = []
    for level, tool in _asked(policy):
        for other in [name for name in policy.model.tools if name != tool][:MANY_TOOLS]:
            for whose in ("own", "approved"):
                scene, call = _approved(policy, f"{tool} -> {other} with {whose} arguments", level, tool)
                scene.spends(call, tool=other, args=scene.args(other) if whose == "own" else call["args"])
                scene.never(call, "an approval for one tool ran another")
                scripts.append(scene.script(optional=level != policy.model.levels[0]))
    if scripts:
        yield "another-tool", scripts
    scripts = []
    for level, tool in _asked(policy)[:2]:
        for other in ("tool_call", tool.upper(), f"{tool} ", "letsbe.unknown"):
            scene, call = _approved(policy, f"{tool} -> {other!r}", level, tool)
            scene.spends(call, tool=other)
            scene.never(call, "an approval for one tool ran another")
            scripts.append(scene.script(optional=level != policy.model.levels[0]))
    yield "wrapper-or-spelling", scripts


def _facet(
    name: str, facet: str, says: str, changes: Mapping[str, Mapping[str, Any]]
) -> Callable[[Policy, Spec], Iterator[tuple[str, Sequence[Script]]]]:
    def scripts(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
        if not binds(policy, facet):
            return
        for what, change in changes.items():
            made = []
            for level, tool in _asked(policy):
                scene, call = _approved(policy, f"{tool}: {what}", level, tool)
                if "session" in change:
                    scene.level(change["session"], level)
                scene.spends(call, **change)
                scene.never(call, says)
                made.append(scene.script(optional=level != policy.model.levels[0]))
            yield f"{name}/{what}", made
        made = []
        for level, tool in _asked(policy)[:1]:  # both have asked for the same: each approval is its owner's
            scene, call = _approved(policy, "both asked", level, tool)
            change = next(iter(changes.values()))
            twin = {**call, **change, "rid": scene.call(tool)["rid"]}
            scene.level(twin["session"], level)
            scene.asks(twin, "b")
            scene.spends(twin, "a")
            scene.never(twin, says)
            made.append(scene.script(optional=level != policy.model.levels[0]))
        yield f"{name}/both-asked", made

    return scripts


_session = _facet(
    "session",
    "session",
    "an approval given in one session ran a call of another",
    {
        "another": {"session": OTHER},
        "another-and-its-agent": {"session": OTHER, "agent": OTHER},
        "longer": {"session": MAIN + "2"},
        "other-case": {"session": MAIN.upper()},
    },
)
_tenant = _facet(
    "tenant",
    "tenant",
    "an approval given for one tenant ran a call of another",
    {
        "another": {"tenant": OTHER_TENANT},
        "empty": {"tenant": ""},
        "longer": {"tenant": TENANT + "2"},
        "other-case": {"tenant": TENANT.upper()},
    },
)

_CWD, _ENV = "/srv/letsbe", {"LANG": "C", "MODE": "safe"}
_CHANGES: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "cwd": {
        "another folder": {"cwd": "/etc"},
        "a folder above": {"cwd": "/srv"},
        "a folder within": {"cwd": _CWD + "/within"},
        "no folder": {"cwd": None},
        "a longer name": {"cwd": _CWD + "2"},
    },
    "env": {
        "a value": {"env": {**_ENV, "MODE": "unsafe"}},
        "a variable more": {"env": {**_ENV, "LD_PRELOAD": "/srv/letsbe.so"}},
        "a variable less": {"env": {"LANG": "C"}},
        "no environment": {"env": None},
        "PATH": {"env": {**_ENV, "PATH": "."}},
    },
}


def _toctou(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    for facet, changes in _CHANGES.items():
        if not binds(policy, facet):
            continue
        scripts = []
        for what, change in changes.items():
            scene = Scene(policy, what)
            call = scene.approved(cwd=_CWD, env=_ENV)
            spent = {key: value for key, value in {**call, **change}.items() if value is not None}
            scene.spends(spent)
            scene.never(call, f"an approval ran after its {facet} had changed ({what})")
            scripts.append(scene.script())
        yield facet, scripts
    if not binds(policy, "args"):
        return
    scripts = []
    for when in ("before the answer", "after it"):
        scene = Scene(policy, f"the same rid with other arguments, {when}")
        call = scene.ready("ask")
        other = {**call, "args": next(args for _, args in changed(call["args"]))}
        scene.asks(call)
        if when == "before the answer":
            scene.add(op="call", **other)
            scene.resolves()
        else:
            scene.resolves()
            scene.add(op="call", **other)
        scene.spends(other)
        scene.never(call, "a second call with the same rid changed what an approval runs")
        scripts.append(scene.script())
    yield "second-call", scripts
    scripts = []
    for form in ("NFC", "NFD"):
        scene = Scene(policy, f"{form} text")
        call = scene.ready("ask")
        name = next((key for key, value in call["args"].items() if isinstance(value, str)), None)
        if name is None:
            continue
        call["args"] = {**call["args"], name: unicodedata.normalize(form, "echo Grüße")}
        scene.asks(call)
        scene.resolves()
        swapped = unicodedata.normalize("NFD" if form == "NFC" else "NFC", "echo Grüße")
        scene.spends(call, args={**call["args"], name: swapped})
        scene.never(call, "an approval ran a text of other code points that looks the same")
        scripts.append(scene.script())
    if scripts:
        yield "look-alike", scripts


RULES = (
    Rule(EXACT_ARGS, _exact_args),
    Rule(TOOL, _tool),
    Rule(SESSION, _session),
    Rule(TENANT_BINDING, _tenant),
    Rule(TOCTOU, _toctou),
)
