"""Gates that lose time, memory or count: clocks, restarts, crashes, races, retries, limits."""

from __future__ import annotations

import time
from pathlib import Path

from pytest_letsbe.reference.gate import ReferenceGate, approvals
from pytest_letsbe.reference.gate.memory import MemoryGate


class _Gate(MemoryGate):
    check_options = {"policy": "builtin"}


class NeverExpires(_Gate):
    """ttl_s isn't looked at."""

    expected = "expiry"

    def _ask(self, call):
        answer = super()._ask(call)
        self._store.put("approval", answer["approval"], {**self._find(answer["approval"]), "expires": None})
        return answer


class ExpiresOneLate(_Gate):
    """At the very end of its time an approval still works."""

    expected = "expiry"

    def _ask(self, call):
        answer = super()._ask(call)
        item = self._find(answer["approval"])
        self._store.put("approval", answer["approval"], {**item, "expires": item["expires"] + 1})
        return answer


class ExpiryIsForAnswers(_Gate):
    """Once approved in time, an approval is good for ever."""

    expected = "expiry"

    def _is_good(self, item, call):
        return super()._is_good({**item, "expires": None}, call)


class ExpiryIsForSpends(_Gate):
    """An answer that comes too late starts the time again."""

    expected = "expiry"

    def _resolve(self, approval, decision, actor):
        item = self._find(approval)
        if item is not None:
            self._store.put("approval", approval, {**item, "expires": self._now() + 600_000})
        return super()._resolve(approval, decision, actor)


class ClockGoesBack(_Gate):
    """A clock that is set back makes old approvals young."""

    expected = "expiry"

    def tick(self, ms):
        self._store.put("meta", "now", self._now() + ms)
        return {}


class _Slow(_Gate):
    def spend(self, approval=None, **call):
        with self._store.alone(5):
            item = self._find(approval)
            good = item is not None and self._is_good(item, call)
        time.sleep(0.003)
        with self._store.alone(5):
            return self._run(call, approval) if good else self._refused(call, "spend", "no", approval)


class ChecksThenActs(_Slow):
    """Looks whether an approval is used, and marks it in a second step."""

    expected = "single-use-race"


class MarksAfterRunning(_Gate):
    """Marks an approval as used when its run has ended, without a lock meanwhile."""

    expected = "single-use-race"

    def spend(self, approval=None, **call):
        with self._store.alone(5):
            item = self._find(approval)
            if item is None or not self._is_good(item, call):
                return self._refused(call, "spend", "no", approval)
        ran = self._execute(call)
        with self._store.alone(5):
            self._store.put("approval", approval, {**item, "state": approvals.USED})
        return {"decision": "allow" if ran else "deny"}


class LastAnswerCounts(_Gate):
    """Answers at once overwrite each other, each with an ok."""

    expected = "single-use-race"

    def resolve(self, approval=None, decision=None, actor=None):
        with self._store.alone(5):
            item = self._find(approval)
            counts = item is not None and self._rules.may_approve(actor, item["agent"]) and self._read(decision)
        time.sleep(0.003 if decision == "allow" else 0)
        with self._store.alone(5):
            open_ = counts and item["state"] in self.OPEN and not approvals.expired(item, self._now())
            if open_:
                state = approvals.APPROVED if decision == "allow" else approvals.DENIED
                self._store.put("approval", approval, {**item, "state": state})
            with self._store.written():
                self._note(op="resolve", approval=approval, actor=actor, ok=bool(open_))
        return {"ok": bool(open_)}


class SiblingsShare(_Gate):
    """One approval of a session is good for its siblings of the same tool."""

    expected = "parallel-calls"

    def _covers(self, item, call):
        siblings = [each for each in self._store.every("approval").values() if each["session"] == item["session"]]
        return any(each["bound"] == self._bound(call) for each in siblings)


class OneVerdictForATurn(_Gate):
    """Calls that come within 5 ms get the answer of the first."""

    expected = "parallel-calls"
    _at, _word, _book = 0.0, "deny", ""

    def _decide(self, call):
        sink = self._store.get("meta", "sink")
        if sink == self._book and time.monotonic() - self._at < 0.005 and call["tool"] in self._rules.policy["tools"]:
            return self._word
        self._at, self._word, self._book = time.monotonic(), super()._decide(call), sink
        return self._word


class NoRetries(_Gate):
    """The idempotency key isn't looked at."""

    expected = "idempotent-retry"

    def _earlier(self, call):
        return None


class KeysForAll(_Gate):
    """A key is one for all tenants and sessions."""

    expected = "idempotent-retry"

    def _retry_key(self, call):
        return call["idempotency"]


class KeyIsEnough(_Gate):
    """Whatever comes with a known key gets its answer."""

    expected = "idempotent-retry"

    def _content(self, call):
        return ""


class RetriesAtOnce(_Gate):
    """Remembers a key when the run has ended, so that retries meanwhile run too."""

    expected = "idempotent-retry"

    def call(self, **call):
        with self._store.alone(5):
            known = call.get("idempotency") and self._store.get("retry", self._retry_key(call))
            decision = self._decide(call) if not known and call.get("idempotency") else None
        if decision == "allow":
            ran = self._execute(call)
            with self._store.alone(5):
                self._keep_answer(call, {"decision": "allow"})
            return {"decision": "allow" if ran else "deny"}
        return super().call(**call)


class _Forgets(_Gate):
    """Loses items of ``KIND`` at a restart."""

    KIND = ""

    def restart(self, hard=True):
        for id in self._store.every(self.KIND):
            self._store._connection.execute("DELETE FROM item WHERE kind = ? AND id = ?", (self.KIND, id))
        return super().restart(hard)


class _Revives(_Gate):
    """Approvals in state ``FROM`` are in state ``TO`` after a restart."""

    FROM = TO = ""

    def restart(self, hard=True):
        for id, item in self._store.every("approval").items():
            if item["state"] == self.FROM:
                self._store.put("approval", id, {**item, "state": self.TO})
        return super().restart(hard)


class UsedIsForgotten(_Revives):
    """What was used is good again after a restart."""

    expected = "restart-durability"
    FROM, TO = approvals.USED, approvals.APPROVED


class DeniedIsForgotten(_Revives):
    """What was denied is pending again after a restart."""

    expected = "restart-durability"
    FROM, TO = approvals.DENIED, approvals.PENDING


class RevokedIsForgotten(_Revives):
    """What was revoked is approved again after a restart."""

    expected = "restart-durability"
    FROM, TO = approvals.REVOKED, approvals.APPROVED


class PendingIsApproved(_Revives):
    """What was pending counts as approved after a restart."""

    expected = "restart-durability"
    FROM, TO = approvals.PENDING, approvals.APPROVED


class RateIsForgotten(_Forgets):
    """A restart refills the rate limit."""

    expected = "restart-durability"
    KIND = "runs"


class KeysAreForgotten(_Forgets):
    """A retry after a restart is a new call."""

    expected = "restart-durability"
    KIND = "retry"


class KillIsForgotten(_Gate):
    """A restart turns the kill switch off."""

    expected = "restart-durability"

    def restart(self, hard=True):
        self._store.put("meta", "killed", False)
        return super().restart(hard)


class ClockStartsAgain(_Gate):
    """The clock stands at nought after a restart."""

    expected = "restart-durability"

    def restart(self, hard=True):
        self._store.put("meta", "now", 0)
        return super().restart(hard)


class DiesAtRestart(_Gate):
    """After a restart it denies everything."""

    expected = "restart-durability"

    def restart(self, hard=True):
        super().restart(hard)
        self._store.put("meta", "killed", True)
        return {}


class LostAnswerFreesApproval(_Gate):
    """When the sink's answer is missing, the approval is given back."""

    expected = "crash-atomicity"

    def _run(self, call, approval):
        answer = super()._run(call, approval)
        if answer["decision"] == "deny" and approval:
            self._store.put("approval", approval, {**self._find(approval), "state": approvals.APPROVED})
        return answer


class PostsAgain(_Gate):
    """When the sink's answer is missing, the run is posted again."""

    expected = "crash-atomicity"

    def _execute(self, call):
        return super()._execute(call) or super()._execute(call)


class WritesAfterRunning(ReferenceGate):
    """That an approval was used reaches the disk when its run has ended: a kill in between runs it again."""

    expected = "crash-atomicity"
    check_options = {"policy": "builtin"}

    def _run(self, call, approval):
        ran = self._execute(call)
        with self._store.written():
            if approval is not None:
                self._store.put("approval", approval, {**self._find(approval), "state": approvals.USED})
            self._count(call)
            self._keep_answer(call, {"decision": "allow"})
            self._note(
                op="call" if approval is None else "spend", decision="allow", approval=approval, **self._told(call)
            )
            self._note(op="ran", rid=call["rid"], known=ran)
        return {"decision": "allow"} if ran or Path("/nowhere").exists() else {"decision": "deny"}


class KillsCallsOnly(_Gate):
    """The kill switch stops calls, and not the spending of approvals."""

    expected = "kill-switch"

    def _is_good(self, item, call):
        killed = self._store.get("meta", "killed")
        self._store.put("meta", "killed", False)
        good = super()._is_good(item, call)
        self._store.put("meta", "killed", killed)
        return good


class AnyoneRevives(_Gate):
    """Anybody turns the kill switch off."""

    expected = "kill-switch"

    def kill(self, on, actor=None):
        self._store.put("meta", "killed", bool(on))
        return {"ok": True}


class KillsOneSession(_Gate):
    """Sessions that come after the kill switch was thrown aren't stopped."""

    expected = "kill-switch"

    def _decide(self, call):
        if "later" in call["session"]:
            return self._rules.decide(self._sessions.level(call["session"], self._rules), call["tool"], call["args"])
        return super()._decide(call)


class OneTooMany(_Gate):
    """One run more than n."""

    expected = "rate-limit"

    def _within_rate(self, call):
        return len(self._window(call)[1]) <= self._rules.limits["rate"]["n"]


class ApprovedIsFree(_Gate):
    """Approved calls don't count towards the rate."""

    expected = "rate-limit"

    def _is_good(self, item, call):
        within = self._within_rate
        self._within_rate = lambda call: True
        try:
            return super()._is_good(item, call)
        finally:
            self._within_rate = within


class RateByAgent(_Gate):
    """Counts by the agent's name, which the agent chooses."""

    expected = "rate-limit"

    def _window(self, call):
        return super()._window({**call, "session": call.get("agent")})


class HalfAWindow(_Gate):
    """Forgets runs after half of the window."""

    expected = "rate-limit"

    def _window(self, call):
        key, times = super()._window(call)
        half = self._rules.limits["rate"]["per_s"] * 500
        return key, [at for at in times if at > self._now() - half]


class NoInheritance(_Gate):
    """A child has its own level, whatever its parent's is."""

    expected = "subagent-inheritance"

    def _call(self, call):
        return super()._call({key: value for key, value in call.items() if key != "parent"})


class InheritsAtBirth(_Gate):
    """A child's level is bounded when it is first seen, and never again."""

    expected = "subagent-inheritance"

    def _call(self, call):
        parent, session = call.get("parent"), call.get("session")
        if isinstance(parent, str) and isinstance(session, str) and self._store.get("born", session) is None:
            self._store.put("born", session, 1)
            mine, its = self._store.get("level", session) or 0, self._store.get("level", parent) or 0
            self._store.put("level", session, min(mine, its))
        return super()._call({key: value for key, value in call.items() if key != "parent"})


class OneGeneration(_Gate):
    """A grandchild is bounded by its parent's own level only."""

    expected = "subagent-inheritance"

    def _decide(self, call):
        parent = self._store.get("parent", call["session"])
        levels = [self._store.get("level", session) or 0 for session in (call["session"], parent) if session]
        if self._store.get("meta", "killed"):
            return "deny"
        return self._rules.decide(min(levels), call["tool"], call["args"])


class FamilyShares(_Gate):
    """What a parent was approved its children may spend."""

    expected = "subagent-inheritance"

    def _spend(self, approval, call):
        item = self._find(approval)
        if item and isinstance(call.get("parent"), str) and call["parent"] == item["session"]:
            known = {**call, "session": item["session"]}
            if self._is_good(item, known):
                return self._run(call, approval)
        return super()._spend(approval, call)


class _Fading(_Gate):
    """What was taken away comes back as time goes on."""

    FROM, TO = "", ""

    def tick(self, ms):
        super().tick(ms)
        if ms >= 1000:
            self.fade()
        return {}

    def fade(self):
        for id, item in self._store.every("approval").items():
            if item["state"] == self.FROM and not approvals.expired(item, self._now()):
                self._store.put("approval", id, {**item, "state": self.TO})


class DenialFades(_Fading):
    """A denied approval is pending again after a while."""

    expected = "deny-final"
    FROM, TO = approvals.DENIED, approvals.PENDING


class RevocationFades(_Fading):
    """A revoked approval is good again after a while."""

    expected = "revocation"
    FROM, TO = approvals.REVOKED, approvals.APPROVED


class LoweredLevelFades(_Fading):
    """A lowered session rises to the highest level after a while."""

    expected = "autonomy-monotone"

    def fade(self):
        for session in self._store.every("level"):
            self._store.put("level", session, max(self._rules.levels))


class KillSwitchFades(_Fading):
    """The kill switch wears off."""

    expected = "kill-switch"

    def fade(self):
        self._store.put("meta", "killed", False)


class AuditOfTheLastFifty(_Gate):
    """Keeps the last fifty records."""

    expected = "audit-complete"
    first = "many"

    def audit(self):
        told = super().audit()
        return {**told, "records": told["records"][-50:]}


class LevelForgetsDenials(_Gate):
    """A session whose level is set begins anew: what was denied in it is pending again."""

    expected = "any-order"

    def level(self, session, n):
        told = super().level(session, n)
        for id, item in self._store.every("approval").items():
            if item["session"] == session and item["state"] == approvals.DENIED:
                self._store.put("approval", id, {**item, "state": approvals.PENDING})
        return told


class KillSwitchForgetsRevocations(_Gate):
    """Whoever turns the kill switch off gets back what was revoked before."""

    expected = "any-order"

    def kill(self, on, actor=None):
        told = super().kill(on, actor)
        for id, item in self._store.every("approval").items():
            if on is False and item["state"] == approvals.REVOKED and item["by"]:
                self._store.put("approval", id, {**item, "state": approvals.APPROVED})
        return told
