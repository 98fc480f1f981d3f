"""idempotent-retry: a call that is sent again with its key is the same call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ....model import Invariant, Spec
from ..policy import Policy
from ..scenes import MAIN, OTHER, OTHER_TENANT, Scene, approvers, pick, says
from ..script import Script
from .base import Rule, asks, rounds
from .binding import changed

IDEMPOTENT = Invariant(
    "idempotent-retry",
    "The same idempotency key gives the same approval and runs nothing again; another call can't borrow its answer.",
)

KEY = "letsbe-retry-1"


def _scripts(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    if says(policy, "allow"):
        scene = Scene(policy, "allowed, sent three times")
        call = scene.ready("allow", idempotency=KEY)
        rids = [call["rid"], *(f"{call['rid']}-{n}" for n in range(2))]
        for rid in rids:
            scene.add(op="call", **{**call, "rid": rid})
        scene.expect("ran", rids=rids, most=1, says="a retry with the same idempotency key ran the call again")
        yield "allowed", [scene.script()]
        scripts = []
        for number in range(rounds(spec, 3)):
            scene = Scene(policy, f"at once {number}", number)
            call = scene.ready("allow", idempotency=KEY)
            scene.add(sink="ok", ms=10)
            rids = [f"{call['rid']}-{n}" for n in range(8)]
            scene.add(together=[{"op": "call", **call, "rid": rid} for rid in rids])
            scene.expect("ran", rids=rids, most=1, says="retries at once ran the call more than once")
            scripts.append(scene.script())
        yield "at-once", scripts
    if asks(policy):
        scene = Scene(policy, "asked, sent three times")
        call = scene.ready("ask", idempotency=KEY)
        rids = [call["rid"], *(f"{call['rid']}-{n}" for n in range(2))]
        for rid in rids:
            scene.add(op="call", **{**call, "rid": rid}, **{"as": f"id-{rid}"})
        scene.expect("same-approval", rids=rids)
        scene.expect("ran", rids=rids, most=0)
        for rid in rids:  # a gate may refuse a key that comes back
            name = f"$id-{rid}"
            for actor in approvers(policy):
                scene.add(op="resolve", approval=name, decision="allow", actor=actor, if_given=True)
            scene.add(op="spend", approval=name, **{**call, "rid": rid}, if_given=True)
        scene.expect("ran", rids=rids, most=1, says="a retry with the same idempotency key ran the call again")
        yield "asked", [scene.script()]
        if says(policy, "allow"):
            yield "another-call", list(_borrowed(policy))


def _borrowed(policy: Policy) -> Iterator[Script]:
    """The key of an allowed call, on one that must be asked about or is denied."""
    level, free = pick(policy, "allow")
    for decision in ("ask", "deny"):
        if not says(policy, decision):
            continue
        lower, tool = pick(policy, decision)
        scene = Scene(policy, f"{decision}: another tool with the key of an allowed call")
        scene.level(MAIN, level)
        scene.add(op="call", **scene.call(free, idempotency=KEY))
        scene.add(op="level", session=MAIN, n=lower)
        call = scene.call(tool, idempotency=KEY)
        scene.add(op="call", **call)
        scene.never(call, "a call ran with the idempotency key of another")
        scene.expect(
            "answer", rid=call["rid"], at_most=decision, says="a call borrowed the answer of another by its key"
        )
        yield scene.script()
    lowest = policy.model.levels[0]
    if policy.cell(lowest, policy.model.tools[free].tier) != "allow":
        for whose, owner in (
            ("session", {"session": OTHER, "agent": OTHER}),
            ("tenant", {"tenant": OTHER_TENANT, "session": OTHER}),
        ):
            scene = Scene(policy, f"the key of another {whose}")
            scene.level(MAIN, level)
            call = scene.call(free, idempotency=KEY)
            scene.add(op="call", **call)
            twin = {**call, **owner, "rid": f"{call['rid']}-2"}
            scene.add(op="call", **twin)
            says_ = f"a call borrowed the answer of another {whose} by its key"
            scene.expect(
                "answer", rid=twin["rid"], at_most=policy.cell(lowest, policy.model.tools[free].tier), says=says_
            )
            scene.never(twin, says_)
            yield scene.script()
    scene = Scene(policy, "other arguments")
    call = scene.approved(idempotency=KEY)
    other = {**call, "rid": f"{call['rid']}-2", "args": next(args for _, args in changed(call["args"]))}
    scene.add(op="call", **other)
    scene.spends(other)
    scene.never(other, "other arguments ran with the approval of a call that had the same idempotency key")
    yield scene.script()


RULES = (Rule(IDEMPOTENT, _scripts),)
