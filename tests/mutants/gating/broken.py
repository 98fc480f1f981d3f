"""Gates that open when something is broken, odd or too big, and gates whose records lie."""

from __future__ import annotations

import hashlib
import os

from pytest_letsbe.reference.gate import audit
from pytest_letsbe.reference.gate.faults import Broken
from pytest_letsbe.reference.gate.memory import MemoryGate
from pytest_letsbe.reference.gate.rules import Rules


class _Gate(MemoryGate):
    check_options = {"policy": "builtin"}


class _Untyped(Rules):
    def fits(self, described, args):
        return isinstance(args, dict)

    def forbids(self, tool, described, args):
        texts = [value for value in args.values() if isinstance(value, str)]
        return any(super(_Untyped, self).forbids(tool, {**described, "shell_arg": "x"}, {"x": text}) for text in texts)


class TypesAreFree(_Gate):
    """What type an argument has doesn't matter, nor whether it is there."""

    expected = "malformed-input"
    RULES = _Untyped


class DiesOfNull(_Gate):
    """A call with null for its arguments ends the process."""

    expected = "malformed-input"

    def _call(self, call):
        if call.get("args", {}) is None:
            os._exit(3)
        return super()._call(call)


class FillsIn(_Gate):
    """What a call lacks is filled in: the main session, the first tenant."""

    expected = "malformed-input"

    def _call(self, call):
        filled = {"session": "agent:main", "tenant": "tenant-a"}
        return super()._call(
            {**call, **{key: value for key, value in filled.items() if not isinstance(call.get(key), str)}}
        )


class _Unbounded(Rules):
    def __init__(self, policy):
        super().__init__(policy)
        self.limits = {key: value for key, value in self.limits.items() if key != "args_bytes"}


class NoLimit(_Gate):
    """The size of arguments isn't looked at."""

    expected = "oversize"
    RULES = _Unbounded


class Cuts(_Gate):
    """Long arguments are cut before they are judged, and run cut."""

    expected = "oversize"

    def _call(self, call):
        args = call.get("args")
        if isinstance(args, dict):
            args = {key: value[:60_000] if isinstance(value, str) else value for key, value in args.items()}
        return super()._call({**call, "args": args})


class BindsTheBeginning(_Gate):
    """What is shown to the approver is cut, and only that is bound."""

    expected = "oversize"

    def _bound(self, call):
        args = call.get("args") or {}
        return super()._bound({**call, "args": {k: v[:1000] if isinstance(v, str) else v for k, v in args.items()}})


class _Opens(_Gate):
    """When ``POINT`` is broken in mode ``MODE``, everything is allowed."""

    POINT = MODE = ""

    def fault(self, point, mode, ms=None):
        opens = point == self.POINT and mode == self.MODE
        self._store.put("meta", "open", opens)
        return {} if opens else super().fault(point, mode, ms)

    def call(self, **call):
        return self._run(call, None) if self._store.get("meta", "open") else super().call(**call)

    def spend(self, approval=None, **call):
        if self._store.get("meta", "open"):
            return self._run(call, None)
        return super().spend(approval, **call)


class PolicyErrorOpens(_Opens):
    """A policy that can't be evaluated is skipped (theaios-guardrails 0.1.4)."""

    expected = "error-blocks"
    POINT, MODE = "policy", "error"


class HookErrorOpens(_Opens):
    """A hook that raises lets the call through (OpenClaw 2026.3.28)."""

    expected = "error-blocks"
    POINT, MODE = "hook", "error"


class GarbageOpens(_Opens):
    """A hook's answer without meaning lets the call through ({block: "yes"})."""

    expected = "error-blocks"
    POINT, MODE = "hook", "garbage"


class StoreErrorOpens(_Opens):
    """What can't be written down runs all the same."""

    expected = "error-blocks"
    POINT, MODE = "store", "error"


class HangOpens(_Opens):
    """A decision that takes too long is a yes."""

    expected = "timeout-closed"
    POINT, MODE = "policy", "hang"


class StoreHangOpens(_Opens):
    """When the store doesn't answer in time, the call runs."""

    expected = "timeout-closed"
    POINT, MODE = "store", "hang"


class _Notes(_Gate):
    """``keeps`` says which facts are written down."""

    def keeps(self, facts):
        raise NotImplementedError

    def _note(self, **facts):
        kept = self.keeps(facts)
        if kept is not None:
            super()._note(**kept)


class DenialsAreSilent(_Notes):
    """Denied calls leave no record."""

    expected = "audit-complete"

    def keeps(self, facts):
        return None if facts.get("decision") == "deny" else facts


class AnswersAreSilent(_Notes):
    """Answers of people leave no record."""

    expected = "audit-complete"

    def keeps(self, facts):
        return None if facts.get("op") == "resolve" else facts


class NamelessAnswers(_Notes):
    """The record of an answer doesn't say who gave it."""

    expected = "audit-complete"

    def keeps(self, facts):
        return {key: value for key, value in facts.items() if key != "actor"}


class RefusedSpendsAreSilent(_Notes):
    """A refused spend leaves no record."""

    expected = "audit-complete"

    def keeps(self, facts):
        return None if facts.get("op") == "spend" and facts.get("decision") == "deny" else facts


class RecordsSayAllow(_Notes):
    """The record of a denied call says allow."""

    expected = "audit-complete"

    def keeps(self, facts):
        return {**facts, "decision": "allow"} if facts.get("op") == "call" else facts


class _Audits(_Gate):
    def audit(self):
        return {"records": [self.shown(place, each) for place, each in enumerate(super().audit()["records"])]}

    def shown(self, place, record):
        raise NotImplementedError


class NoChain(_Audits):
    """Records carry no hash."""

    expected = "audit-tamper"

    def shown(self, place, record):
        return {key: value for key, value in record.items() if key not in ("hash", "prev")}


class NothingBefore(_Audits):
    """Each record carries its own hash, and not that of the one before."""

    expected = "audit-tamper"

    def shown(self, place, record):
        return {**record, "prev": audit.GENESIS}


class HashesNumbers(_Audits):
    """The hash covers the number of a record, and not what it says."""

    expected = "audit-tamper"

    def shown(self, place, record):
        one, other = (hashlib.sha256(str(place - back).encode()).hexdigest() for back in (0, 1))
        return {**record, "hash": one, "prev": other}


class StartsAgain(_Gate):
    """A restart begins a new chain."""

    expected = "audit-tamper"

    def restart(self, hard=True):
        self._store._connection.execute("DELETE FROM record")
        return super().restart(hard)


class RewritesRecords(_Audits):
    """An older record is changed when its approval is answered."""

    expected = "audit-tamper"

    def shown(self, place, record):
        item = self._store.get("approval", record.get("approval") or "")
        return {**record, "state": item["state"] if item else None}


class WritesArguments(_Gate):
    """Arguments stand in the records as they are."""

    expected = "audit-redaction"

    def _told(self, call):
        return {**super()._told(call), "shown": audit.canonical(call.get("args"))}

    def _note(self, **facts):
        audit.record(self._store, **facts)


class WritesEncoded(WritesArguments):
    """Secrets in clear are cut from the records, encoded ones aren't."""

    expected = "audit-redaction"

    def _told(self, call):
        import re

        told = super()._told(call)
        return {**told, "shown": re.sub("gh[a-z]_[A-Za-z0-9]+", "***", told["shown"])}


class WritesEnvironment(WritesArguments):
    """The environment stands in the records as it is."""

    expected = "audit-redaction"

    def _told(self, call):
        return super()._told({**call, "args": call.get("env")})


class RepeatsInReasons(_Gate):
    """The reason of a denial repeats the call."""

    expected = "audit-redaction"

    def _refused(self, call, op, why, approval=None):
        return {**super()._refused(call, op, why, approval), "reason": f"refused: {call}"}


class BrokenIsAnError(_Gate):
    """A broken part ends in an error after the call has run."""

    expected = "error-blocks"

    def _closed(self, decide, call):
        try:
            return super()._closed(decide, call)
        finally:
            try:
                self._faults.pass_through("policy", 0.01)
            except Broken:
                self._execute(call)
