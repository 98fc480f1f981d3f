"""restart-durability and crash-atomicity: neither an end nor a kill of the process loosens anything or runs a call twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ....model import Invariant, Spec
from ..policy import Policy
from ..scenes import MAIN, Scene, approvers, pick, says
from ..script import Script
from .base import Rule, asks, rounds

RESTART = Invariant(
    "restart-durability",
    "What was used, denied, revoked, expired, killed or lowered is so after a restart too, or stricter.",
)
CRASH = Invariant(
    "crash-atomicity",
    "Killed at any moment, and with our answer lost, the gate never runs a call twice, nor one that it may not.",
)

Build = Callable[[Scene], str]


def _used(scene: Scene) -> str:
    call = scene.approved()
    scene.spends(call)
    scene.expect("ran", rid=call["rid"], most=1)
    _restart(scene)
    scene.spends(call)
    scene.expect("ran", rid=call["rid"], most=1, says="a used approval ran again after a restart")
    return "used"


def _denied(scene: Scene) -> str:
    call = scene.ready("ask")
    scene.asks(call)
    scene.resolves(decision="deny", actors=approvers(scene.policy, 1))
    _restart(scene)
    scene.resolves()
    scene.spends(call)
    scene.never(call, "a denied approval ran after a restart")
    return "denied"


def _pending(scene: Scene) -> str:
    call = scene.ready("ask")
    scene.asks(call)
    _restart(scene)
    scene.spends(call)
    scene.never(call, "a pending approval ran after a restart")
    return "pending"


def _revoked(scene: Scene) -> str:
    call = scene.approved()
    scene.add(op="revoke", approval="$a")
    _restart(scene)
    scene.resolves()
    scene.spends(call)
    scene.never(call, "a revoked approval ran after a restart")
    return "revoked"


def _expired(scene: Scene) -> str:
    approval = scene.policy.model.approval
    call = scene.approved()
    scene.add(op="tick", ms=round((approval.ttl_s if approval and approval.ttl_s else 0) * 1000))
    _restart(scene)
    scene.spends(call)
    scene.never(call, "an expired approval ran after a restart: the clock started again")
    return "expired"


def _rebound(scene: Scene) -> str:
    from .binding import changed

    call = scene.approved()
    _restart(scene)
    scene.spends(call, args=next(args for _, args in changed(call["args"])))
    scene.never(call, "after a restart an approval ran other arguments")
    return "binding"


def _killed(scene: Scene) -> str:
    person = approvers(scene.policy)[0]
    call = scene.approved()
    scene.add(op="kill", on=True, actor=person)
    _restart(scene)
    scene.spends(call)
    scene.never(call, "a call ran after a restart although the kill switch is on")
    return "kill-switch"


def _lowered(scene: Scene) -> str:
    level, tool = pick(scene.policy, "allow")
    lowest = scene.policy.model.levels[0]
    scene.add(op="level", session=MAIN, n=level)
    scene.add(op="level", session=MAIN, n=lowest)
    _restart(scene)
    call = scene.call(tool)
    scene.add(op="call", **call)
    scene.never(call, "a lowered session was back at its old level after a restart")
    return "level"


def _retried(scene: Scene) -> str:
    call = scene.ready("allow", idempotency="letsbe-retry-2")
    scene.add(op="call", **call)
    scene.expect("ran", rid=call["rid"], most=1)
    _restart(scene)
    again = {**call, "rid": f"{call['rid']}-2"}
    scene.add(op="call", **again)
    scene.expect("ran", rids=[call["rid"], again["rid"]], most=1, says="a retry ran the call again after a restart")
    return "idempotency"


def _limited(scene: Scene) -> str:
    rate = scene.policy.model.limits.rate
    level, tool = pick(scene.policy, "allow")
    scene.level(MAIN, level)
    rids = []
    for half in range(2):
        for _ in range(rate.n if rate else 1):
            call = scene.call(tool)
            rids.append(call["rid"])
            scene.add(op="call", **call)
        if not half:
            _restart(scene)
    scene.expect("ran", rids=rids, most=rate.n if rate else None, says="a restart refilled the rate limit")
    return "rate"


def _alive(scene: Scene) -> str:
    call = scene.ready("allow")
    _restart(scene)
    scene.level(MAIN, pick(scene.policy, "allow")[0])
    scene.obtain(call)
    return "still-works"


def _restart(scene: Scene) -> None:
    scene.add(op="restart", hard=scene.seed == 0)


def _restarts(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    approval = policy.model.approval
    builds: list[Build] = []
    if asks(policy) and approval is not None:
        builds += [_denied, _pending, _revoked, _rebound, _killed]
        builds += [_used] if approval.single_use else []
        builds += [_expired] if approval.ttl_s is not None else []
    if says(policy, "allow"):
        builds += [_retried, _alive]
        lowest = policy.model.levels[0]
        builds += (
            [_lowered] if policy.cell(lowest, policy.model.tools[pick(policy, "allow")[1]].tier) != "allow" else []
        )
        builds += [_limited] if policy.model.limits.rate else []
    for build in builds:
        scripts = []
        name = ""
        for seed, way in enumerate(("hard", "soft")):
            scene = Scene(policy, f"{build.__name__.strip('_')}, {way}", seed)
            name = build(scene)
            scripts.append(
                scene.script(optional=name in ("kill-switch", "revoked", "expired", "idempotency", "level", "rate"))
            )
        yield name, scripts


def _crashes(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    if not asks(policy) or policy.model.approval is None or not policy.model.approval.single_use:
        return
    says_ = "a call ran twice: its approval was still good after the sink's answer was lost"
    scene = Scene(policy, "the sink's answer is cut off")
    call = scene.approved()
    scene.add(sink="drop")
    scene.spends(call)
    scene.add(sink="ok")
    scene.spends(call)
    scene.resolves()
    scene.spends(call)
    scene.expect("ran", rid=call["rid"], most=1, says=says_)
    yield "answer-lost", [scene.script()]
    scripts = [_at(policy, "arrival", 0)]
    scripts += [_at(policy, number * 1.5, number + 1) for number in range(rounds(spec, 4))]
    scripts.append(_granted(policy))
    yield "sigkill", [script.having(optional=True) for script in scripts] + [_lost_then_restarted(policy)]


def _at(policy: Policy, when: str | float, seed: int) -> Script:
    scene = Scene(policy, f"killed at {when}", seed)
    call = scene.approved()
    scene.add(**{"op": "spend", "killed": when, "approval": "$a", **call})
    scene.spends(call)
    scene.expect(
        "ran", rid=call["rid"], most=1, says="a call ran twice: killed in between, the gate forgot the first run"
    )
    return scene.script()


def _granted(policy: Policy) -> Script:
    """Killed while a denial was answered: it counts, or it is as if it hadn't been said; a run needs a yes."""
    scene = Scene(policy, "killed at a denial", 9)
    call = scene.ready("ask")
    scene.asks(call)
    scene.add(op="resolve", killed=2, approval="$a", decision="deny", actor=approvers(policy)[0])
    scene.spends(call)
    scene.never(call, "killed while it took a denial, the gate ran the call")
    return scene.script()


def _lost_then_restarted(policy: Policy) -> Script:
    scene = Scene(policy, "the answer is lost, then a restart")
    call = scene.approved()
    scene.add(sink="drop")
    scene.spends(call)
    scene.add(sink="ok")
    scene.add(op="restart", hard=True)
    scene.spends(call)
    scene.expect("ran", rid=call["rid"], most=1, says="a call ran twice: after a restart its approval was still good")
    return scene.script()


RULES = (Rule(RESTART, _restarts), Rule(CRASH, _crashes))
