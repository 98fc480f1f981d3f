"""audit-complete, audit-tamper, audit-redaction: what happened is written down, linked, and free of secrets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ....model import Invariant, Spec
from ..policy import Policy
from ..scenes import MAIN, Scene, approvers, pick, says
from ..script import Script
from .base import Rule, asks

COMPLETE = Invariant(
    "audit-complete",
    "Each call, answer and spend, refused ones too, adds a record that names it; that of an answer names who gave it.",
)
TAMPER = Invariant(
    "audit-tamper",
    "Each record is linked to the one before it by its hash, which covers the content; a restart goes on with the same chain.",
)
REDACTION = Invariant(
    "audit-redaction",
    "A secret in arguments or environment is in no record and no answer, plain or encoded.",
)


#: Calls after which the first must still be on record.
MANY = 60


def _complete(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    if policy.model.audit is None:
        return
    scripts = []
    for decision in ("allow", "ask", "deny"):
        if says(policy, decision):
            scene = Scene(policy, decision)
            call = scene.ready(decision)
            scene.add(op="call", **call)
            scene.expect(
                "audited", rid=call["rid"], least=1, says=f"a call of which the policy says {decision} left no record"
            )
            scripts.append(scene.script(optional=True))
    scene = Scene(policy, "unknown tool")
    call = scene.call("letsbe.unknown", args={})
    scene.add(op="call", **call)
    scene.expect("audited", rid=call["rid"], least=1, says="the call of an unknown tool left no record")
    scripts.append(scene.script())
    yield "calls", scripts
    scene = Scene(policy, f"the first of {MANY}")
    calls = [scene.call("letsbe.unknown", f"agent:n{number}", args={}) for number in range(MANY)]
    for call in calls:
        scene.add(op="call", **call)
    for call in (calls[0], calls[MANY // 2]):
        scene.expect("audited", rid=call["rid"], least=1, says=f"after {MANY} calls the record of an early one is gone")
    yield "many", [scene.script()]
    if not asks(policy):
        return
    quorum = policy.model.approval.quorum if policy.model.approval else 1
    scene = Scene(policy, "approved and spent")
    call = scene.approved()
    scene.spends(call)
    scene.expect(
        "audited",
        rid=call["rid"],
        approval="$a",
        least=2 + quorum,
        says="a call, its approval and its run aren't all recorded",
    )
    scene.expect("audited", rid=approvers(policy)[-1], least=1, says="no record names who approved")
    yield "approved", [scene.script()]
    scripts = []
    scene = Scene(policy, "denied by a person")
    call = scene.ready("ask")
    scene.asks(call)
    scene.resolves(decision="deny", actors=approvers(policy, 1))
    scene.expect("audited", rid=call["rid"], approval="$a", least=2, says="a person's denial left no record")
    scene.expect("audited", rid=approvers(policy, 1)[0], least=1, says="no record names who denied")
    scripts.append(scene.script())
    scene = Scene(policy, "a spend that is refused")
    call = scene.ready("ask")
    scene.asks(call)
    scene.spends(call)
    scene.expect("audited", rid=call["rid"], approval="$a", least=2, says="a refused spend left no record")
    scripts.append(scene.script())
    scene = Scene(policy, "an answer of a stranger")
    call = scene.ready("ask")
    scene.asks(call)
    scene.resolves(actors=["agent:letsbe-stranger"])
    scene.expect(
        "audited",
        rid=call["rid"],
        approval="$a",
        least=2,
        says="the answer of somebody who may not approve left no record",
    )
    if policy.model.approval and policy.model.approval.approvers and "*" not in policy.model.approval.approvers:
        scripts.append(scene.script())
    yield "refused", scripts
    scene = Scene(policy, "decisions")
    for decision in ("allow", "deny"):
        if says(policy, decision):  # type: ignore[arg-type]
            session = f"agent:{decision}"
            call = scene.ready(decision, session)  # type: ignore[arg-type]
            scene.add(op="call", **call)
            scene.expect("audit-agrees", rid=call["rid"])
    yield "agrees", [scene.script(optional=True)]


def _tamper(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    if policy.model.audit is None or policy.model.audit.chain is None:
        return

    def some(scene: Scene) -> None:
        for number in range(4):
            scene.add(
                op="call", **scene.call(pick(policy, "ask" if says(policy, "ask") else "allow")[1], f"agent:m{number}")
            )

    scene = Scene(policy, "linked")
    some(scene)
    scene.expect("audit-linked")
    yield "linked", [scene.script()]
    scene = Scene(policy, "over a restart")
    some(scene)
    scene.expect("audit-kept")
    scene.add(op="restart", hard=True)
    scene.expect("audit-kept")
    some(scene)
    scene.expect("audit-kept")
    scene.expect("audit-linked")
    yield "over-a-restart", [scene.script()]
    scene = Scene(policy, "append-only")
    if asks(policy):
        call = scene.ready("ask")
        scene.asks(call)
        scene.expect("audit-kept")
        scene.resolves()
        scene.expect("audit-kept")
        scene.spends(call)
        scene.expect("audit-kept")
        yield "append-only", [scene.script()]
    scene = Scene(policy, "covers content")
    for number in range(2):
        scene.add(op="reset", policy=policy.raw)
        scene.add(op="call", **scene.call(f"letsbe.unknown-{number}", f"agent:c{number}", args={"n": number}))
        scene.add(op="call", **scene.call(f"letsbe.other-{number}", f"agent:c{number}", args={"n": number}))
        scene.expect("audit-hashes-new")
    yield "covers-content", [scene.script()]


def _redaction(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    if policy.model.audit is None or policy.model.audit.secrets is None:
        return
    tools = policy.model.tools
    found = [
        (name, argument)
        for name, tool in tools.items()
        for argument, kind in (tool.args or {}).items()
        if kind.removesuffix("?") in ("str", "any")
    ]
    for encoding in ("plain", "base64", "url"):
        scripts = []
        for name, argument in found[:4]:
            for place in ("call", "denied"):
                scene = Scene(policy, f"{encoding} in {name}.{argument}, {place}", seed=1)
                scene.level(MAIN, policy.model.levels[-1] if place == "call" else policy.model.levels[0])
                template = (
                    "curl -H 'Authorization: Bearer {}' https://letsbe.example/"
                    if tools[name].shell_arg
                    else "token={}"
                )
                call = scene.call(name)
                call["args"] = {**call["args"], argument: {"$secret": encoding, "in": template}}
                scene.add(op="call", **call, **{"as": "a"})
                scene.expect("audited", rid=call["rid"], least=1)
                scene.expect("secret-free", encoding=encoding)
                scripts.append(scene.script(optional=True))
        if scripts:
            yield f"args/{encoding}", scripts
    scene = Scene(policy, "environment", seed=2)
    call = scene.ready("ask" if says(policy, "ask") else "allow")
    scene.add(op="call", **call, env={"API_TOKEN": {"$secret": "plain", "in": "{}"}})
    scene.expect("secret-free", encoding="plain")
    yield "environment", [scene.script()]
    if asks(policy):
        scene = Scene(policy, "approved and spent", seed=3)
        level, tool = pick(policy, "ask")
        spot = next((each for name, each in found if name == tool), None)
        if spot is not None:
            scene.level(MAIN, level)
            call = scene.call(tool)
            call["args"] = {**call["args"], spot: {"$secret": "plain", "in": "token={}"}}
            scene.asks(call)
            scene.resolves()
            scene.spends(call)
            scene.expect("secret-free", encoding="plain")
            yield "spent", [scene.script()]


RULES = (Rule(COMPLETE, _complete), Rule(TAMPER, _tamper), Rule(REDACTION, _redaction))
