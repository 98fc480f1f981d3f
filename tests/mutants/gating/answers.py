"""Gates that misjudge who may say yes, and what a yes is."""

from __future__ import annotations

import fnmatch
from pathlib import Path

import pytest_letsbe.reference.gate.approvals as approvals
from pytest_letsbe.data import data_dir
from pytest_letsbe.reference.gate.memory import MemoryGate
from pytest_letsbe.reference.gate.rules import Rules

QUORUM = str(Path(data_dir("corpora")) / "gating" / "policy" / "quorum.yaml")


class _Gate(MemoryGate):
    check_options = {"policy": "builtin"}


class _Anyone(Rules):
    def may_approve(self, actor, requester):
        return actor is not None


class _Oneself(Rules):
    def may_approve(self, actor, requester):
        return super().may_approve(actor, None)


class _Somewhere(Rules):
    def may_approve(self, actor, requester):
        return isinstance(actor, str) and "human:" in actor and actor != requester


class _Caseless(Rules):
    def may_approve(self, actor, requester):
        patterns = self.approval["approvers"]
        known = isinstance(actor, str) and any(fnmatch.fnmatch(actor.lower(), each) for each in patterns)
        return known and actor != requester


class AnyoneApproves(_Gate):
    """Whoever answers is an approver."""

    expected = "approver-separation"
    RULES = _Anyone


class AgentApprovesItself(_Gate):
    """Who asked may answer."""

    expected = "approver-separation"
    RULES = _Oneself


class PatternAnywhere(_Gate):
    """The approver's pattern may stand anywhere in a name."""

    expected = "approver-separation"
    RULES = _Somewhere


class NamesInAnyCase(_Gate):
    """HUMAN:ALICE is human:alice."""

    expected = "approver-separation"
    RULES = _Caseless


class OnePersonIsTwo(_Gate):
    """Counts answers towards the quorum, not people."""

    expected = "approver-separation"
    check_options = {"policy": QUORUM}

    def _supporters(self, item, actor):
        return [*item["by"], actor]


class NoQuorum(_Gate):
    """The first yes is enough where two are needed."""

    expected = "no-exec-before-approval"
    check_options = {"policy": QUORUM}

    def _supporters(self, item, actor):
        return [actor, "somebody"]


class DeniedIsPending(_Gate):
    """A no can be followed by a yes."""

    expected = "deny-final"
    OPEN = (approvals.PENDING, approvals.APPROVED, approvals.DENIED)


class YesBeatsNo(_Gate):
    """Takes a no after a yes, and keeps the yes."""

    expected = "deny-final"

    def _resolve(self, approval, decision, actor):
        item = self._find(approval)
        if item is not None and item["state"] == approvals.APPROVED and decision == "deny":
            return True
        return super()._resolve(approval, decision, actor)


class AnythingIsYes(_Gate):
    """Whatever isn't the word deny approves."""

    expected = "decision-vocabulary"

    def _read(self, decision):
        return "deny" if decision == "deny" else "allow"


class TruthIsYes(_Gate):
    """true and 1 approve too."""

    expected = "decision-vocabulary"

    def _read(self, decision):
        return "allow" if decision is True or decision == 1 else super()._read(decision)


class YesInAnyCase(_Gate):
    """ALLOW and Allow approve too."""

    expected = "decision-vocabulary"

    def _read(self, decision):
        return super()._read(decision.strip().lower() if isinstance(decision, str) else decision)


class YesByItsBeginning(_Gate):
    """Whatever begins with allow approves."""

    expected = "decision-vocabulary"

    def _read(self, decision):
        return "allow" if str(decision).startswith("allow") else super()._read(decision)


class NoAnswerIsYes(_Gate):
    """An answer without a decision approves."""

    expected = "decision-vocabulary"

    def _read(self, decision):
        return "allow" if not decision else super()._read(decision)


class NeverUsed(_Gate):
    """Nothing remembers that an approval was used."""

    expected = "single-use"

    def _run(self, call, approval):
        return super()._run(call, None)


class UsedCanBeApproved(_Gate):
    """A used approval that is approved again is good again."""

    expected = "single-use"
    OPEN = (approvals.PENDING, approvals.APPROVED, approvals.USED)


class UsedForAWhile(_Gate):
    """That an approval was used is forgotten when the clock goes on."""

    expected = "single-use"

    def tick(self, ms):
        for id, item in self._store.every("approval").items():
            if item["state"] == approvals.USED:
                self._store.put("approval", id, {**item, "state": approvals.APPROVED})
        return super().tick(ms)


class UsedByRid(_Gate):
    """An approval is used for the rid that used it."""

    expected = "single-use"

    def _spend(self, approval, call):
        item = self._find(approval)
        if item and item["state"] == approvals.USED and item["rid"] != call.get("rid"):
            self._store.put("approval", approval, {**item, "state": approvals.APPROVED})
        return super()._spend(approval, call)


class RevokesNothing(_Gate):
    """Says that it revoked, and doesn't."""

    expected = "revocation"

    def revoke(self, approval=None, session=None):
        return {"ok": True}


class RevokesWhatIsPending(_Gate):
    """What is approved already can't be revoked."""

    expected = "revocation"

    def revoke(self, approval=None, session=None):
        kept = {id: item for id, item in self._store.every("approval").items() if item["state"] == approvals.APPROVED}
        answer = super().revoke(approval, session)
        for id, item in kept.items():
            self._store.put("approval", id, item)
        return answer


class RevokesNoSession(_Gate):
    """Revoking a session leaves its approvals alone."""

    expected = "revocation"

    def revoke(self, approval=None, session=None):
        return super().revoke(approval) if session is None else {"ok": True}


class RevokedIsPending(_Gate):
    """What was revoked can be approved again."""

    expected = "revocation"
    OPEN = (approvals.PENDING, approvals.APPROVED, approvals.REVOKED)
