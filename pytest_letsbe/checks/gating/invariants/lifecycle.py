"""The life of an approval: single-use, expiry, revocation, deny-final, id-integrity, decision-vocabulary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ....model import Invariant, Spec
from ..policy import Policy
from ..scenes import MAIN, Scene, approvers, pick
from ..script import Script
from .base import Rule, asks

SINGLE_USE = Invariant("single-use", "An approval runs its call at most once, in any order of answers and spends.")
EXPIRY = Invariant(
    "expiry",
    "From ttl_s after the call that asked, an approval neither can be given nor works; no clock that goes back revives it.",
)
REVOCATION = Invariant("revocation", "What was revoked, an approval or a whole session's, never runs.")
DENY_FINAL = Invariant("deny-final", "A denied approval stays denied: to a later yes, another approver, a retry.")
ID_INTEGRITY = Invariant(
    "id-integrity",
    "Approval ids differ, can't be guessed, and match exactly or not at all.",
    'plugin.approval.resolve of OpenClaw 2026.9.6 takes any unique prefix, even "p"',
)
VOCABULARY = Invariant(
    "decision-vocabulary",
    "Only the literal word allow approves: no yes, true, 1, ALLOW, empty or missing answer does.",
    'malformed hook results ({block: "yes"}) allow on OpenClaw 2026.3.28, 6.11 and 9.6',
)


def _single_use(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    if not asks(policy) or policy.model.approval is None or not policy.model.approval.single_use:
        return
    says = "an approval ran its call more than once"

    def once(scene: Scene, call: dict[str, object]) -> Script:
        scene.expect("ran", rid=call["rid"], most=1, says=says)
        return scene.script()

    scene = Scene(policy, "spent again")
    call = scene.approved()
    for _ in range(3):
        scene.spends(call)
    yield "spent-again", [once(scene, call)]
    scene = Scene(policy, "approved again after use")
    call = scene.approved()
    scene.spends(call)
    scene.resolves()
    scene.spends(call)
    yield "approved-again", [once(scene, call)]
    scene = Scene(policy, "approved twice before use")
    call = scene.approved()
    scene.resolves()
    scene.spends(call)
    scene.spends(call)
    yield "approved-twice", [once(scene, call)]
    scene = Scene(policy, "another rid")
    call = scene.approved()
    other = {**call, "rid": scene.call(call["tool"])["rid"]}
    scene.spends(call)
    scene.spends(other)
    scene.expect("ran", rids=[call["rid"], other["rid"]], most=1, says=says)
    yield "another-rid", [scene.script()]
    scene = Scene(policy, "a pending twin")
    call = scene.approved()
    twin = {**call, "rid": scene.call(call["tool"])["rid"]}
    scene.add(op="call", **twin, **{"as": "b"})
    scene.spends(call)
    scene.spends(call)
    scene.spends(twin, "a")
    scene.expect("ran", rids=[call["rid"], twin["rid"]], most=1, says=says)
    yield "pending-twin", [scene.script()]
    scene = Scene(policy, "later")
    call = scene.approved()
    scene.spends(call)
    scene.add(op="tick", ms=1000)
    scene.spends(call)
    yield "spent-later", [once(scene, call)]


def _expiry(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    approval = policy.model.approval
    if not asks(policy) or approval is None or approval.ttl_s is None:
        return
    ttl = round(approval.ttl_s * 1000)
    scripts = []
    for name, late in (("exactly", 0), ("1 ms", 1), ("a day", 86_400_000)):
        scene = Scene(policy, f"spent {name} after its end")
        call = scene.approved()
        scene.add(op="tick", ms=ttl + late)
        scene.spends(call)
        scene.never(call, "an approval ran its call after its time")
        scripts.append(scene.script())
    yield "spent-too-late", scripts
    scripts = []
    for name, late in (("exactly", 0), ("1 ms", 1)):
        scene = Scene(policy, f"approved {name} after its end")
        call = scene.ready("ask")
        scene.asks(call)
        scene.add(op="tick", ms=ttl + late)
        scene.resolves()
        scene.spends(call)
        scene.never(call, "an approval that was given after its time ran its call")
        scripts.append(scene.script())
    yield "approved-too-late", scripts
    scene = Scene(policy, "in time")
    call = scene.ready("ask")
    scene.asks(call)
    scene.add(op="tick", ms=max(1, ttl // 4))
    scene.resolves()
    scene.add(op="tick", ms=max(1, ttl // 4))
    scene.spends(call)
    scene.expect("ran", rid=call["rid"], least=1, most=1, says="an approval at half of its time was refused")
    yield "in-time", [scene.script()]
    scene = Scene(policy, "in small steps")
    call = scene.approved()
    for _ in range(10):
        scene.add(op="tick", ms=-(-ttl // 10))
    scene.spends(call)
    scene.never(call, "an approval ran its call after its time")
    yield "many-ticks", [scene.script()]
    scene = Scene(policy, "a no in the end, a try in between")
    call = scene.approved()
    scene.add(op="tick", ms=ttl - 1)
    scene.resolves()
    scene.add(op="tick", ms=2)
    scene.spends(call)
    scene.never(call, "approving again made an approval live longer")
    yield "approved-again", [scene.script()]
    scripts = []
    for seen in (False, True):
        scene = Scene(policy, "the clock goes back" + (", the end was seen" if seen else ""))
        call = scene.approved()
        scene.add(op="tick", ms=ttl)
        if seen:
            scene.spends(call)
        scene.add(op="tick", ms=-ttl)
        scene.spends(call)
        scene.never(call, "a clock that went back revived an approval")
        scripts.append(scene.script())
    yield "clock-goes-back", scripts


def _revocation(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    if not asks(policy):
        return
    scene = Scene(policy, "approved, revoked, and spent when some time has passed")
    call = scene.approved()
    scene.add(op="revoke", approval="$a")
    scene.waits()
    scene.spends(call)
    scene.never(call, "a call ran some time after its approval was revoked")
    yield "later", [scene.script()]
    for what in ("approval", "session"):
        scripts = []
        for state in ("pending", "approved"):
            for again in (False, True):
                scene = Scene(policy, f"{state}" + (", approved again" if again else ""))
                call = scene.ready("ask")
                scene.asks(call)
                if state == "approved":
                    scene.resolves()
                scene.add(op="revoke", **({"approval": "$a"} if what == "approval" else {"session": MAIN}))
                if again or state == "pending":
                    scene.resolves()
                scene.spends(call)
                scene.never(call, f"a call ran after its {what} was revoked")
                scripts.append(scene.script())
        yield what, scripts
    scene = Scene(policy, "two approvals")
    first = scene.approved("a")
    second = scene.approved("b")
    scene.add(op="revoke", session=MAIN)
    scene.spends(first, "a")
    scene.spends(second, "b")
    for call in (first, second):
        scene.never(call, "a call ran after its session was revoked")
    yield "session-of-two", [scene.script()]


def _deny_final(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    if not asks(policy):
        return
    says = "a call ran although its approval had been denied"
    two = approvers(policy, 2)

    def denied(name: str) -> tuple[Scene, dict[str, object]]:
        scene = Scene(policy, name)
        call = scene.ready("ask")
        scene.asks(call)
        scene.resolves(decision="deny", actors=two[:1])
        return scene, call

    scene, call = denied("spent")
    scene.spends(call)
    scene.never(call, says)
    yield "spent", [scene.script()]
    scripts = []
    for name, actors in (("the same person", two[:1]), ("others", two[::-1]), ("everybody", approvers(policy, 8))):
        scene, call = denied(name)
        scene.resolves(actors=actors)
        scene.resolves(actors=actors)
        scene.spends(call)
        scene.never(call, says)
        scripts.append(scene.script())
    yield "approved-later", scripts
    scene, call = denied("approved when some time has passed")
    scene.waits()
    scene.resolves()
    scene.spends(call)
    scene.never(call, says)
    yield "approved-much-later", [scene.script()]
    scene, call = denied("asked again")
    scene.add(op="call", **{**call, "rid": f"{call['rid']}-2"}, **{"as": "b"})
    scene.spends(call)
    scene.resolves()
    scene.spends(call)
    scene.never(call, says)
    yield "retried", [scene.script()]
    scene = Scene(policy, "a yes, then a no")
    call = scene.approved()
    scene.resolves(decision="deny", actors=two[:1])
    scene.expect("denied-if-accepted", rid=call["rid"])
    scene.spends(call)
    scene.expect("denied-if-accepted", rid=call["rid"])
    yield "taken-back", [scene.script()]


#: Every way an id may resemble another one.
SIMILAR = (
    "prefix",
    "first-character",
    "all-but-one",
    "longer",
    "other-case",
    "space-before",
    "space-behind",
    "newline-behind",
    "nul-behind",
    "one-character-changed",
    "in-a-list",
    "in-an-object",
)
OTHERS: tuple[Any, ...] = ("", "*", "%", "null", "0", None, True, [], {})


def _id_integrity(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    if not asks(policy):
        return
    ids = [{"$id": "a", "as": how} for how in SIMILAR]
    scripts = []
    for other in [*ids, *OTHERS, "rid", MAIN]:
        scene = Scene(policy, f"spent as {other}")
        call = scene.approved()
        scene.expect("distinct-id", id=other)
        scene.add(**{"op": "spend", "approval": call["rid"] if other == "rid" else other, **call})
        scene.never(call, "what only resembles an approval's id ran its call")
        scripts.append(scene.script(optional=True))
    yield "spent", scripts
    scripts = []
    for other in [*ids, *OTHERS, "rid", MAIN]:
        scene = Scene(policy, f"resolved as {other}")
        call = scene.ready("ask")
        scene.asks(call)
        scene.expect("distinct-id", id=other)
        for actor in approvers(policy):
            wrong = call["rid"] if other == "rid" else other
            scene.add(op="resolve", approval=wrong, decision="allow", actor=actor)
        scene.spends(call)
        scene.never(call, "what only resembles an approval's id approved it")
        scripts.append(scene.script(optional=True))
    yield "resolved", scripts
    scene = Scene(policy, "twenty of them")
    first = scene.ready("ask")
    for number in range(20):
        call = scene.call(first["tool"], f"agent:main-{number}")
        scene.level(call["session"], _level(policy))
        scene.asks(call, f"id{number}")
    scene.expect("ids-unguessable")
    yield "unguessable", [scene.script()]
    scripts = []
    for number in range(2):
        scene = Scene(policy, f"the same call after a reset, seed {number}", seed=7)
        call = scene.ready("ask")
        scene.asks(call, "a")
        scene.add(op="reset", policy=policy.raw, seed_more=number + 1)
        scene.level(MAIN, _level(policy))
        scene.asks({**call}, "b")
        scene.expect("ids-differ", names=["a", "b"])
        scripts.append(scene.script())
    yield "not-derived", scripts[:1]


def _level(policy: Policy) -> int:
    return pick(policy, "ask")[0]


#: What a person's answer may look like that is none: only `allow` approves.
WORDS: tuple[Any, ...] = (
    "yes",
    "ALLOW",
    "Allow",
    " allow",
    "allow ",
    "allow\n",
    "allowed",
    "approve",
    "ok",
    "true",
    "1",
    "allow-once",
    "allow-always",
    "ask",
    "",
    "*",
    True,
    1,
    None,
    ["allow"],
    {"allow": True},
    {},
)


def _vocabulary(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    if not asks(policy):
        return
    scripts = []
    for word in WORDS:
        scene = Scene(policy, f"answered {word!r}")
        call = scene.ready("ask")
        scene.asks(call)
        scene.resolves(decision=word)
        scene.spends(call)
        scene.never(call, f"an answer of {word!r} approved a call")
        scripts.append(scene.script())
    yield "not-allow", scripts
    scene = Scene(policy, "no answer at all")
    call = scene.ready("ask")
    scene.asks(call)
    for actor in approvers(policy):
        scene.add(op="resolve", approval="$a", actor=actor)
    scene.spends(call)
    scene.never(call, "an answer without a decision approved a call")
    yield "missing", [scene.script(optional=False)]


RULES = (
    Rule(SINGLE_USE, _single_use),
    Rule(EXPIRY, _expiry),
    Rule(REVOCATION, _revocation),
    Rule(DENY_FINAL, _deny_final),
    Rule(ID_INTEGRITY, _id_integrity),
    Rule(VOCABULARY, _vocabulary),
)
