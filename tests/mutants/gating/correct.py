"""Correct gates, each built in another way: none of them may raise an alarm."""

from __future__ import annotations

import threading
import time

from pytest_letsbe.reference.gate import LenientGate, ReferenceGate, StrictGate, executor
from pytest_letsbe.reference.gate.memory import MemoryGate


class Reference(ReferenceGate):
    """SQLite on disk, hash-chained records, one lock for all processes."""

    expected = None
    check_options = {"policy": "builtin"}


class Strict(StrictGate):
    """In memory, asks about everything above the lowest tier."""

    expected = None
    check_options = {"policy": "builtin"}


class Lenient(LenientGate):
    """In memory, permits whatever the protocol leaves open."""

    expected = None
    check_options = {"policy": "builtin"}


class WithoutExtras(MemoryGate):
    """In memory, with other words in its replies, and an approval that a refused spend burns."""

    expected = None
    check_options = {"policy": "builtin"}

    def call(self, **call):
        answer = super().call(**call)
        return {**answer, "took": 1, "reason": answer.get("reason", "because")}

    def spend(self, approval=None, **call):
        answer = super().spend(approval, **call)
        if answer["decision"] == "deny":
            self.revoke(approval=approval if isinstance(approval, str) else "none")
        return answer


class RunsAfterItsReply(MemoryGate):
    """The executor is a thread of its own: its POST arrives after the reply."""

    expected = None
    check_options = {"policy": "builtin"}

    def _execute(self, call):
        sink = self._store.get("meta", "sink")

        def later():
            time.sleep(0.01)
            executor.run(sink, call, 5)

        threading.Thread(target=later, daemon=True).start()
        return True
