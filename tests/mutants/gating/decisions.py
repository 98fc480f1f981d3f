"""Gates that decide wrongly about a single call, or aren't in the way at all."""

from __future__ import annotations

import threading
import time

from pytest_letsbe.reference.gate import executor
from pytest_letsbe.reference.gate.memory import MemoryGate
from pytest_letsbe.reference.gate.rules import Rules, denied


class _Gate(MemoryGate):
    check_options = {"policy": "builtin"}


class DeniesEverything(_Gate):
    """Nothing ever runs."""

    expected = "liveness"

    def _decide(self, call):
        return "deny"


class RunsNothing(_Gate):
    """Says allow, and runs nothing."""

    expected = "liveness"

    def _execute(self, call):
        return True


class RunsWithoutArguments(_Gate):
    """Runs the tool without the call's arguments."""

    expected = "liveness"

    def _execute(self, call):
        return super()._execute({**call, "args": {}})


class OnePolicyForEver(_Gate):
    """Keeps the first policy it was given."""

    expected = "engaged"
    _first = None

    def reset(self, policy, seed=0, sink=""):
        self._first = self._first or policy
        return super().reset(self._first, seed, sink)


class ChildrenGoPast(_Gate):
    """The hook isn't called for sub-agents."""

    expected = "engaged"

    def _call(self, call):
        return self._run(call, None) if call.get("parent") else super()._call(call)


class _Unknown(Rules):
    def decide(self, level, tool, args):
        return "allow" if tool not in self.policy["tools"] else super().decide(level, tool, args)


class AllowsTheUnknown(_Gate):
    """A tool that no rule names is allowed."""

    expected = "default-deny"
    RULES = _Unknown


class _Spelling(Rules):
    def decide(self, level, tool, args):
        return super().decide(level, tool.strip().lower() if isinstance(tool, str) else tool, args)


class NamesInAnyForm(_Gate):
    """Case and spaces of a tool's name don't matter."""

    expected = "default-deny"
    RULES = _Spelling


class _Highest(Rules):
    def cell(self, level, tier):
        return super().cell(level if level in self.levels else self.levels[-1], tier)


class UnknownLevelIsHighest(_Gate):
    """A level that the policy doesn't know counts as the highest."""

    expected = "default-deny"
    RULES = _Highest

    def level(self, session, n):
        with self._store.written():
            self._sessions.set_level(session, n if n in self._rules.levels else self._rules.levels[-1])
        return {"ok": True}


class _FirstRule(Rules):
    def forbids(self, tool, described, args):
        rules = self.policy.get("deny") or []
        shell = described.get("shell_arg")
        return shell is not None and bool(rules) and rules[0]["tool"] == tool and args[shell] in denied(rules[0])


class FirstRuleOnly(_Gate):
    """Looks at the first deny rule only."""

    expected = "default-deny"
    RULES = _FirstRule


class _Ask(Rules):
    def decide(self, level, tool, args):
        described = self.policy["tools"].get(tool) if isinstance(tool, str) else None
        if described and self.fits(described, args) and self.forbids(tool, described, args):
            return "ask"
        return super().decide(level, tool, args)


class DeniedIsAsked(_Gate):
    """What a deny rule forbids is asked about."""

    expected = "default-deny"
    RULES = _Ask


class RunsWhileAsking(_Gate):
    """Runs the call and asks afterwards."""

    expected = "no-exec-before-approval"

    def _ask(self, call):
        self._execute(call)
        return super()._ask(call)


class PendingIsEnough(_Gate):
    """A pending approval can be spent."""

    expected = "no-exec-before-approval"

    def _is_good(self, item, call):
        state = "approved" if item["state"] == "pending" else item["state"]
        return super()._is_good({**item, "state": state}, call)


class AnyIdIsEnough(_Gate):
    """An approval that it doesn't know is taken for good."""

    expected = "no-exec-before-approval"

    def _spend(self, approval, call):
        known = self._find(approval) or self._decide(call) == "deny"
        return super()._spend(approval, call) if known else self._run(call, None)


class AskedTwiceIsYes(_Gate):
    """A call that was asked about before is allowed the second time."""

    expected = "no-exec-before-approval"

    def _call(self, call):
        seen = any(self._covers(item, call) for item in self._store.every("approval").values())
        return self._run(call, None) if seen and self._decide(call) == "ask" else super()._call(call)


class RunsAfterAWhile(_Gate):
    """When nobody answers, the call runs."""

    expected = "no-exec-before-approval"

    def _ask(self, call):
        def late():
            time.sleep(0.1)
            executor.run(sink, call, 1)

        sink = self._store.get("meta", "sink")
        threading.Thread(target=late, daemon=True).start()
        return super()._ask(call)


class Tires(_Gate):
    """After twenty questions it allows what it should ask about."""

    expected = "determinism"
    _asked = 0

    def reset(self, policy, seed=0, sink=""):
        self._asked = 0
        return super().reset(policy, seed, sink)

    def _ask(self, call):
        self._asked += 1
        return super()._ask(call) if self._asked <= 20 else self._run(call, None)


class DependsOnOthers(_Gate):
    """After ten calls of anybody it denies what it allowed before."""

    expected = "determinism"
    _calls = 0

    def reset(self, policy, seed=0, sink=""):
        self._calls = 0
        return super().reset(policy, seed, sink)

    def _decide(self, call):
        self._calls += 1
        return "deny" if self._calls > 10 and call["tenant"] == "tenant-a" else super()._decide(call)


class SaysDenyAndRuns(_Gate):
    """The log says blocked, the command runs a moment later (openclaw#120571)."""

    expected = "no-verdict-split"

    def _refused(self, call, op, why, approval=None):
        def late():
            time.sleep(0.1)
            executor.run(sink, call, 1)

        sink = self._store.get("meta", "sink")
        if op == "call" and isinstance(call.get("rid"), str):
            threading.Thread(target=late, daemon=True).start()
        return super()._refused(call, op, why, approval)


class SaysAskAndRuns(_Gate):
    """What is allowed runs, and the answer says ask."""

    expected = "no-verdict-split"

    def _call(self, call):
        answer = super()._call(call)
        if answer["decision"] == "allow" and len(call.get("args", {})) > 2:
            return {"decision": "ask", "approval": "none"}
        return answer


class _OneTier(Rules):
    def cell(self, level, tier):
        return super().cell(level, self.tiers[max(0, self.tiers.index(tier) - 1)] if tier == self.tiers[-1] else tier)


class TopTierIsOneLower(_Gate):
    """The highest tier is decided as the one below."""

    expected = "tier-monotone"
    RULES = _OneTier


class _TwoTiers(Rules):
    def cell(self, level, tier):
        return super().cell(level, self.tiers[0] if tier == "write" and level == 1 else tier)


class WritesLikeReads(_Gate):
    """At one level, writes are decided as reads."""

    expected = "tier-monotone"
    RULES = _TwoTiers


class HighestLevelEver(_Gate):
    """A session keeps the highest level it ever had."""

    expected = "autonomy-monotone"

    def level(self, session, n):
        return super().level(session, max(n, self._store.get("level", session) or 0))


class OneLevelForAll(_Gate):
    """The level of one session is everybody's."""

    expected = "autonomy-monotone"

    def level(self, session, n):
        for other in ("agent:main", "agent:other"):
            super().level(other, n)
        return super().level(session, n)


class ApprovedStaysApproved(_Gate):
    """What was approved runs, whatever the level says now."""

    expected = "autonomy-monotone"

    def _is_good(self, item, call):
        killed = self._store.get("meta", "killed")
        return (
            item["state"] == "approved"
            and self._covers(item, call)
            and not killed
            and (item["expires"] is None or self._now() < item["expires"])
            and self._within_rate(call)
        )


class KeepsTheFirstRules(_Gate):
    """Deny rules are read once."""

    expected = "policy-edit-monotone"
    _deny = None

    def reset(self, policy, seed=0, sink=""):
        self._deny = self._deny or policy.get("deny")
        return super().reset({**policy, "deny": self._deny}, seed, sink)


class RemovedToolsStay(_Gate):
    """A tool that was once in a policy stays known."""

    expected = "policy-edit-monotone"

    def reset(self, policy, seed=0, sink=""):
        self._tools = {**getattr(self, "_tools", {}), **policy["tools"]}
        return super().reset({**policy, "tools": self._tools}, seed, sink)


class _LastRule(Rules):
    def forbids(self, tool, described, args):
        shell = described.get("shell_arg")
        lines = [text for rule in self.policy.get("deny") or [] if rule["tool"] == tool for text in denied(rule)]
        return shell is not None and args[shell] in [line for line in lines if not line.startswith("letsbe")]


class OnlyKnownRules(_Gate):
    """A rule that was added isn't looked at."""

    expected = "policy-edit-monotone"
    RULES = _LastRule
