"""any-order: drawn sequences of everything that may happen to a gate; a small model says how often each call may run."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from ....model import Invariant, Spec
from ..policy import Policy
from ..scenes import MAIN, OTHER, OTHER_TENANT, TENANT, Scene, approvers
from ..script import Script
from .approvers import covers
from .base import Rule, asks
from .binding import binds, changed

ANY_ORDER = Invariant(
    "any-order",
    "Whatever the order of calls, answers, spends, revocations, levels, kills, time and restarts: no call runs that may "
    "not, and none twice.",
    "G01 to G12, G20, G33 and G34 as one state machine",
)

#: A word and a number that says which tool, session, approval or amount is meant.
Action: TypeAlias = tuple[str, int]

#: What may happen next. What leads on is repeated: without it few sequences would get anywhere.
WORDS = (
    *("call",) * 2,
    *("allow",) * 5,
    *("spend",) * 5,
    *("deny", "deny", "spend-another", "revoke", "revoke-session", "stranger"),
    *("level", "level", "level", "kill", "kill", "tick", "tick", "restart"),
)
LEAST_ACTIONS, MOST_ACTIONS = 10, 40
SESSIONS = (MAIN, OTHER)
STRANGER = "agent:letsbe-stranger"
#: Cases, and the scripts in each; at night there are so many times more, drawn anew each day.
CASES, SCRIPTS, NIGHTLY = 4, 30, 20
HOUR = 3600


@dataclass(slots=True)
class _Asked:
    """A call that was sent: what an approval of it would be called, and what became of it. ``void`` is one denied."""

    call: Mapping[str, Any]
    name: str
    at: float
    state: str


class Composed:
    """Writes the script of a sequence, and keeps the most that a correct gate may run of each call.

    What the protocol leaves open is read in the gate's favour: a gate may always be stricter.
    """

    def __init__(self, policy: Policy, name: str, seed: int) -> None:
        self._policy = policy
        self._scene = Scene(policy, name, seed)
        self._levels = dict.fromkeys(SESSIONS, policy.model.levels[0])
        self._asked: list[_Asked] = []
        self._most: dict[str, int] = {}
        self._now = 0.0
        self._killed = False
        approval = policy.model.approval
        self._ttl = approval.ttl_s if approval is not None and approval.ttl_s is not None else None

    def script(self, actions: Sequence[Action]) -> Script:
        for word, number in actions:
            _DO[word](self, number)
        never = [rid for rid, most in self._most.items() if most == 0]
        if never:
            self._scene.expect("ran", rids=never, most=0, says="a call ran that nothing permitted")
        for rid, most in self._most.items():
            if most:
                self._scene.expect("ran", rid=rid, most=most, says="a call ran more than once")
        return self._scene.script(optional=True)

    def call(self, number: int) -> None:
        session, tenant = _session(number), (TENANT, TENANT, OTHER_TENANT)[number % 3]
        tools, level = sorted(self._policy.model.tools), self._levels[session]
        asked = [tool for tool in tools if self._policy.cell(level, self._policy.model.tools[tool].tier) == "ask"]
        tools = asked if asked and number % 4 else tools  # mostly what an approval can come of
        call = self._scene.call(tools[number % len(tools)], session, tenant)
        said = self._decision(call)
        name = f"a{len(self._asked)}"
        self._scene.add(op="call", **call, **{"as": name})
        self._most[call["rid"]] = int(said == "allow" and not self._killed)
        self._asked.append(_Asked(call, name, self._now, "void" if said == "deny" else "pending"))

    def allow(self, number: int) -> None:
        if (one := self._one(number)) is not None:
            self._resolves(one, "allow", approvers(self._policy))
            if one.state == "pending" and not self._expired(one):
                one.state = "approved"

    def deny(self, number: int) -> None:
        if (one := self._one(number)) is not None:
            self._resolves(one, "deny", approvers(self._policy, 1))
            if one.state == "pending" and not self._expired(one):
                one.state = "denied"

    def stranger(self, number: int) -> None:
        approval = self._policy.model.approval
        named = approval is not None and approval.approvers is not None and not covers(approval, STRANGER)
        if named and (one := self._one(number)) is not None:
            self._resolves(one, "allow", [STRANGER])

    def spend(self, number: int) -> None:
        if (one := self._one(number)) is None:
            return
        self._scene.add(op="spend", approval=f"${one.name}", **one.call, if_given=True)
        approval = self._policy.model.approval
        good = one.state == "approved" and not self._expired(one) and not self._killed
        if good and self._decision(one.call) != "deny":
            self._most[one.call["rid"]] = 1
            one.state = "used" if approval is not None and approval.single_use else one.state

    def spend_another(self, number: int) -> None:
        """With the approval of one call, another that differs in what the policy binds."""
        if (one := self._one(number)) is None:
            return
        session = OTHER if one.call["session"] == MAIN else MAIN
        others: list[tuple[str, dict[str, Any]]] = [
            ("session", {"session": session, "agent": session}),
            ("tenant", {"tenant": "tenant-c"}),
            ("args", {"args": next((args for _, args in changed(one.call["args"])), one.call["args"])}),
        ]
        facet, change = others[number % len(others)]
        if binds(self._policy, facet):
            rid = f"{one.call['rid']}-{len(self._most)}"
            self._scene.add(op="spend", approval=f"${one.name}", **{**one.call, **change, "rid": rid}, if_given=True)
            self._most[rid] = 0

    def revoke(self, number: int) -> None:
        if (one := self._one(number)) is not None:
            self._scene.add(op="revoke", approval=f"${one.name}", if_given=True)
            one.state = "revoked" if one.state in ("pending", "approved") else one.state

    def revoke_session(self, number: int) -> None:
        session = _session(number)
        self._scene.add(op="revoke", session=session)
        for one in self._asked:
            if one.call["session"] == session and one.state in ("pending", "approved"):
                one.state = "revoked"

    def level(self, number: int) -> None:
        levels = self._policy.model.levels
        session, level = _session(number), levels[number // 2 % len(levels)]
        self._scene.add(op="level", session=session, n=level)
        self._levels[session] = level

    def kill(self, number: int) -> None:
        """On for what follows, or on and off again."""
        person = approvers(self._policy)[0]
        for on in (False,) if self._killed else (True,) if number % 4 == 0 else (True, False):
            self._scene.add(op="kill", on=on, actor=person)
            self._killed = on

    def tick(self, number: int) -> None:
        ttl = self._ttl or HOUR
        seconds = (1.0, ttl / 12, ttl / 6, ttl / 2, 1.0, ttl)[number % 6]
        self._scene.add(op="tick", ms=round(seconds * 1000))
        self._now += round(seconds * 1000) / 1000

    def restart(self, number: int) -> None:
        self._scene.add(op="restart", hard=number % 2 == 0)

    def _decision(self, call: Mapping[str, Any]) -> str:
        return self._policy.cell(self._levels[call["session"]], self._policy.model.tools[call["tool"]].tier)

    def _expired(self, one: _Asked) -> bool:
        return self._ttl is not None and self._now >= one.at + self._ttl

    def _one(self, number: int) -> _Asked | None:
        """Mostly the latest, so that answers and spends meet."""
        return self._asked[-1 if number % 4 else -min(2, len(self._asked))] if self._asked else None

    def _resolves(self, one: _Asked, decision: str, actors: Sequence[str]) -> None:
        for actor in actors:
            self._scene.add(op="resolve", approval=f"${one.name}", decision=decision, actor=actor, if_given=True)


def _session(number: int) -> str:
    return OTHER if number % 4 == 3 else MAIN


_DO: Mapping[str, Callable[[Composed, int], None]] = {
    "call": Composed.call,
    "allow": Composed.allow,
    "deny": Composed.deny,
    "stranger": Composed.stranger,
    "spend": Composed.spend,
    "spend-another": Composed.spend_another,
    "revoke": Composed.revoke,
    "revoke-session": Composed.revoke_session,
    "level": Composed.level,
    "kill": Composed.kill,
    "tick": Composed.tick,
    "restart": Composed.restart,
}


def drawn(seed: int) -> list[Action]:
    """The same sequence for the same seed."""
    dice = random.Random(f"any-order/{seed}")  # noqa: S311 - test data
    begin = [("level", dice.randrange(12)), ("level", dice.randrange(12)), ("call", dice.randrange(12))]
    return begin + [(dice.choice(WORDS), dice.randrange(12)) for _ in range(dice.randint(LEAST_ACTIONS, MOST_ACTIONS))]


def composed(policy: Policy, seed: int, actions: Sequence[Action]) -> Script:
    """The script of a sequence; judged with a model of it, so that a shorter sequence is as true as a longer one."""
    script = Composed(policy, f"composed {seed}", seed).script(actions)
    return script.having(parts=tuple(actions), rebuilt=lambda fewer: composed(policy, seed, fewer))


def _scripts(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    if not asks(policy):
        return
    night = spec.profile == "nightly"
    count = SCRIPTS * (NIGHTLY if night else 1)
    first = datetime.now(UTC).date().toordinal() * CASES * count if night else 0
    for case in range(CASES):
        seeds = range(first + case * count, first + (case + 1) * count)
        yield f"composed-{case + 1}", [composed(policy, seed, drawn(seed)) for seed in seeds]


RULES = (Rule(ANY_ORDER, _scripts),)
