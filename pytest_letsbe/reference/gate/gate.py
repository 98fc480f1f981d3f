"""The reference gate: its public methods are the ops of the role ``gate``."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import approvals, audit, executor
from .faults import Broken, Faults
from .rules import ALLOW, ASK, DENY, Rules
from .sessions import Sessions
from .store import Busy, Store

#: Seconds to decide in when the policy doesn't say.
PATIENCE = 5.0


class ReferenceGate:
    """Decides by the policy, keeps everything in the store before anything runs, and runs at most once.

    The store lies in the folder that ``LETSBE_STATE`` names, else in a temporary one that goes with the process.
    """

    RULES = Rules

    #: States in which an answer still counts.
    OPEN: tuple[str, ...] = (approvals.PENDING, approvals.APPROVED)

    def __init__(self) -> None:
        self._folder = self._place()
        self._faults = Faults()
        self._open()

    def _place(self) -> Path | None:
        named = os.environ.get("LETSBE_STATE")
        if named:
            return Path(named)
        self._temporary = tempfile.TemporaryDirectory(prefix="letsbe-gate-")
        return Path(self._temporary.name)

    def _open(self) -> None:
        self._store = Store(self._folder)
        self._sessions = Sessions(self._store)

    # -- ops

    def reset(self, policy: dict[str, Any], seed: int = 0, sink: str = "") -> dict[str, Any]:
        self._faults.clear()
        Rules(policy)  # a policy that can't be read leaves the old one in force
        with self._store.alone(PATIENCE), self._store.written():
            self._store.clear()
            self._store.put("meta", "policy", policy)
            self._store.put("meta", "sink", sink)
        return {}

    def call(
        self,
        rid: Any = None,
        session: Any = None,
        tenant: Any = None,
        agent: Any = None,
        tool: Any = None,
        args: Any = None,
        **more: Any,
    ) -> dict[str, Any]:
        call = {"rid": rid, "session": session, "tenant": tenant, "agent": agent, "tool": tool, "args": args, **more}
        return self._closed(lambda: self._call(call), call)

    def resolve(self, approval: Any = None, decision: Any = None, actor: Any = None) -> dict[str, Any]:
        try:
            with self._alone():
                return {"ok": self._resolve(approval, decision, actor)}
        except (Broken, Busy):
            return {"ok": False}

    def spend(self, approval: Any = None, **call: Any) -> dict[str, Any]:
        return self._closed(lambda: self._spend(approval, call), call)

    def revoke(self, approval: Any = None, session: Any = None) -> dict[str, Any]:
        with self._alone(), self._store.written():
            found = False
            for id, item in self._store.every("approval").items():
                if id == approval or (session is not None and item["session"] == session):
                    found = True
                    if item["state"] in (approvals.PENDING, approvals.APPROVED):
                        self._store.put("approval", id, {**item, "state": approvals.REVOKED})
            self._note(op="revoke", approval=approval, session=session)
        return {"ok": found}

    def level(self, session: str, n: Any) -> dict[str, Any]:
        with self._alone(), self._store.written():
            known = type(n) is int and n in self._rules.levels
            if known:
                self._sessions.set_level(session, n)
            self._note(op="level", session=session, n=n, ok=known)
        return {"ok": known}

    def kill(self, on: Any, actor: Any = None) -> dict[str, Any]:
        with self._alone(), self._store.written():
            allowed = on is not False or self._rules.may_approve(actor, None)
            if allowed:
                self._store.put("meta", "killed", on is not False)
            self._note(op="kill", on=on, actor=actor, ok=allowed)
        return {"ok": allowed}

    def tick(self, ms: int) -> dict[str, Any]:
        if ms < 0:
            raise ValueError("time goes one way")
        with self._store.alone(PATIENCE), self._store.written():
            self._store.put("meta", "now", self._now() + ms)
        return {}

    def restart(self, hard: bool = True) -> dict[str, Any]:
        with self._store.alone(PATIENCE):
            self._faults.clear()
            self._store.close()
            self._open()
        return {}

    def audit(self) -> dict[str, Any]:
        with self._store.alone(PATIENCE):
            records = self._store.records()
        return {"records": records, "intact": audit.intact(records)}

    def fault(self, point: str, mode: str, ms: float | None = None) -> dict[str, Any]:
        if point not in Faults.POINTS:
            raise ValueError(f"no such point: {point}")
        self._faults.set(point, mode, ms)
        return {}

    # -- deciding

    @property
    def _rules(self) -> Rules:
        policy = self._store.get("meta", "policy")
        if policy is None:
            raise Broken("no policy")
        return self.RULES(policy)

    def _now(self) -> int:
        return int(self._store.get("meta", "now") or 0)

    def _seconds(self) -> float:
        """What is left for a decision, with room to say no."""
        policy = self._store.get("meta", "policy") or {}
        ms = (policy.get("limits") or {}).get("decide_ms")
        return PATIENCE if ms is None else ms / 1000 * 0.8

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._store.alone(PATIENCE):
            self._faults.pass_through("store", self._seconds())
            yield

    def _closed(self, decide: Callable[[], dict[str, Any]], call: Mapping[str, Any]) -> dict[str, Any]:
        """Whatever goes wrong inside is a deny."""
        try:
            with self._alone():
                self._faults.pass_through("hook", self._seconds())
                self._faults.pass_through("policy", self._seconds())
                return decide()
        except (Broken, Busy) as error:
            return {"decision": DENY, "reason": f"closed: {error}"}

    def _call(self, call: dict[str, Any]) -> dict[str, Any]:
        if not well_formed(call):
            return self._refused(call, "call", "a call needs rid, session, tenant and tool")
        self._sessions.meet(call["session"], call.get("parent"))
        earlier = self._earlier(call)
        if earlier is not None:
            return earlier
        decision = self._decide(call)
        if decision == ASK:
            return self._ask(call)
        if decision == ALLOW and self._within_rate(call):
            return self._run(call, None)
        return self._refused(call, "call", "the policy says no")

    def _decide(self, call: Mapping[str, Any]) -> str:
        if self._store.get("meta", "killed"):
            return DENY
        return self._rules.decide(self._sessions.level(call["session"], self._rules), call["tool"], call["args"])

    def _earlier(self, call: Mapping[str, Any]) -> dict[str, Any] | None:
        """The answer a retry gets; another call under the same key is refused."""
        kept = self._store.get("retry", self._retry_key(call)) if call.get("idempotency") is not None else None
        if kept is None:
            return None
        if kept["call"] != self._content(call):
            return self._refused(call, "call", "this key belongs to another call")
        with self._store.written():
            self._note(op="retry", rid=call["rid"], of=kept["rid"])
        return dict(kept["answer"])

    def _retry_key(self, call: Mapping[str, Any]) -> str:
        return audit.canonical([call["tenant"], call["session"], call["idempotency"]])

    def _content(self, call: Mapping[str, Any]) -> str:
        return audit.digest(self._store, {name: call.get(name) for name in ("tool", "args", "cwd", "env")})

    def _keep_answer(self, call: Mapping[str, Any], answer: dict[str, Any]) -> None:
        if call.get("idempotency") is not None:
            kept = {"call": self._content(call), "rid": call["rid"], "answer": answer}
            self._store.put("retry", self._retry_key(call), kept)

    def _ask(self, call: dict[str, Any]) -> dict[str, Any]:
        ttl = self._rules.approval.get("ttl_s")
        expires = None if ttl is None else self._now() + round(ttl * 1000)
        with self._store.written():
            id, item = self._new_id(call), approvals.opened(call, self._bound(call), expires)
            self._store.put("approval", id, item)
            answer = {"decision": ASK, "approval": id}
            self._keep_answer(call, answer)
            self._note(op="call", decision=ASK, approval=id, **self._told(call))
        return answer

    def _supporters(self, item: Mapping[str, Any], actor: str) -> list[str]:
        return sorted({*item["by"], actor})

    def _read(self, decision: Any) -> str | None:
        """A person's answer; None when it is none of the two words."""
        return decision if isinstance(decision, str) and decision in (ALLOW, DENY) else None

    def _new_id(self, call: Mapping[str, Any]) -> str:
        return secrets.token_hex(16)

    def _resolve(self, approval: Any, decision: Any, actor: Any) -> bool:
        item = self._find(approval)
        decision = self._read(decision)
        counts = (
            item is not None
            and decision is not None
            and item["state"] in self.OPEN
            and not approvals.expired(item, self._now())
            and self._rules.may_approve(actor, item["agent"])
        )
        with self._store.written():
            if item is not None and counts:
                if decision == DENY:
                    item = {**item, "state": approvals.DENIED}
                else:
                    by = self._supporters(item, actor)
                    enough = len(by) >= self._rules.approval.get("quorum", 1)
                    item = {**item, "by": by, "state": approvals.APPROVED if enough else approvals.PENDING}
                self._store.put("approval", approval, item)
            word = decision if counts else None
            self._note(op="resolve", approval=approval, answer=word, actor=actor, ok=bool(counts))
        return bool(counts)

    def _spend(self, approval: Any, call: dict[str, Any]) -> dict[str, Any]:
        item = self._find(approval)
        if not well_formed(call) or item is None:
            return self._refused(call, "spend", "no such approval", approval)
        good = self._is_good(item, call)
        return self._run(call, approval) if good else self._refused(call, "spend", "not approved", approval)

    def _is_good(self, item: Mapping[str, Any], call: Mapping[str, Any]) -> bool:
        """Whether the approval lets this call run, now."""
        return (
            item["state"] == approvals.APPROVED
            and not approvals.expired(item, self._now())
            and self._covers(item, call)
            and self._decide(call) != DENY
            and self._within_rate(call)
        )

    def _covers(self, item: Mapping[str, Any], call: Mapping[str, Any]) -> bool:
        return bool(item["bound"] == self._bound(call))

    def _bound(self, call: Mapping[str, Any]) -> str:
        return approvals.bound(call, self._rules.approval.get("binds") or [])

    def _find(self, approval: Any) -> Any:
        """The approval of exactly this id."""
        return self._store.get("approval", approval) if isinstance(approval, str) else None

    # -- running

    def _run(self, call: dict[str, Any], approval: str | None) -> dict[str, Any]:
        """First it is written down that it runs, then it runs: a crash in between costs a run, never adds one."""
        with self._store.written():
            if approval is not None and self._rules.approval.get("single_use"):
                item = self._store.get("approval", approval)
                self._store.put("approval", approval, {**item, "state": approvals.USED})
            self._count(call)
            self._keep_answer(call, {"decision": ALLOW})
            op = "call" if approval is None else "spend"
            self._note(op=op, decision=ALLOW, approval=approval, **self._told(call))
        ran = False
        try:
            self._faults.pass_through("sink", self._seconds())
            ran = self._execute(call)
        finally:
            with self._store.written():
                self._note(op="ran", rid=call["rid"], known=ran)
        return {"decision": ALLOW} if ran else {"decision": DENY, "reason": "whether it ran isn't known"}

    def _execute(self, call: Mapping[str, Any]) -> bool:
        return executor.run(self._store.get("meta", "sink"), call, self._seconds())

    def _window(self, call: Mapping[str, Any]) -> tuple[str, list[int]]:
        rate = self._rules.limits["rate"]
        key = audit.canonical([call.get(name) for name in rate["key"]])
        since = self._now() - round(rate["per_s"] * 1000)
        return key, [at for at in self._store.get("runs", key) or [] if at > since]

    def _within_rate(self, call: Mapping[str, Any]) -> bool:
        rate = self._rules.limits.get("rate")
        return rate is None or len(self._window(call)[1]) < rate["n"]

    def _count(self, call: Mapping[str, Any]) -> None:
        if self._rules.limits.get("rate") is not None:
            key, times = self._window(call)
            self._store.put("runs", key, [*times, self._now()])

    # -- writing down

    def _told(self, call: Mapping[str, Any]) -> dict[str, Any]:
        told = {name: call.get(name) for name in ("rid", "session", "tenant", "agent")}
        content = {name: call.get(name) for name in ("tool", "args", "cwd", "env")}
        known = call.get("tool") in self._rules.policy["tools"] if isinstance(call.get("tool"), str) else False
        return {**told, "tool": call["tool"] if known else None, "content": audit.digest(self._store, content)}

    def _note(self, **facts: Any) -> None:
        audit.record(self._store, at=self._now(), **{key: shown(value) for key, value in facts.items()})

    def _refused(self, call: Mapping[str, Any], op: str, why: str, approval: Any = None) -> dict[str, Any]:
        with self._store.written():
            self._note(op=op, decision=DENY, approval=approval, why=why, **self._told(call))
        return {"decision": DENY, "reason": why}


def well_formed(call: Mapping[str, Any]) -> bool:
    return all(isinstance(call.get(name), str) and call[name] for name in ("rid", "session", "tenant", "tool"))


def shown(value: Any) -> Any:
    """What may stand in a record: names of a usual length, no structures of a stranger's making."""
    if value is None or isinstance(value, (bool, int)):
        return value
    return value[:200] if isinstance(value, str) else type(value).__name__
