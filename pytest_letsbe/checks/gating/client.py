"""A gate as the suite talks to it: ops in, plain answers out, and the book of what really ran beside them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...model import NotEvaluated
from ...targets.base import Output, Refused, Reply, Target, Unsupported
from .ledger import Book, Ledger

#: How long a call that must run may take to reach the ledger after its reply; and once one never came, the next.
ARRIVAL, ARRIVAL_AFTER_A_MISS = 10.0, 2.0

#: A gate whose runs arrive after its reply is given this many times the longest delay seen so far.
PATIENCE, MOST_PATIENCE = 4.0, 0.5


class Lacks(NotEvaluated):
    """The gate has no such op."""

    def __init__(self, op: str, why: str) -> None:
        super().__init__(f"the gate lacks {op!r}: {why}")
        self.op = op


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gate said: the output of its reply, or the error, which permits nothing."""

    output: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None

    @property
    def decision(self) -> Any:
        """``allow``, ``ask``, ``deny``, or whatever stood there; an error is a ``deny``."""
        return "deny" if self.error is not None else self.output.get("decision")

    @property
    def approval(self) -> Any:
        return self.output.get("approval")

    @property
    def accepted(self) -> bool:
        """Whether ``resolve`` and the like said that they counted."""
        return self.error is None and self.output.get("ok") is True

    def __str__(self) -> str:
        return f"error: {self.error}" if self.error is not None else str(dict(self.output))


class Gate:
    """The target of the check, and the ledger it reports to."""

    def __init__(self, target: Target, ledger: Ledger) -> None:
        self.target = target
        self._ledger = ledger
        self.book: Book = ledger.open_book()
        self._patience = 0.0
        self._missed = False

    def reset(self, policy: Mapping[str, Any], seed: int) -> Answer:
        """A new book, and a gate that has forgotten everything."""
        self.book = self._ledger.open_book()
        return self.ask("reset", {"policy": policy, "seed": seed, "sink": self.book.url})

    def ask(self, op: str, input: Mapping[str, Any], *, timeout: float | None = None) -> Answer:
        """One op. Raises Lacks when the gate doesn't have it, TargetDead when it ends."""
        return _answer(op, self.target.call(op, input, timeout=timeout))

    def ask_together(self, op: str, inputs: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """All at once: pipelined on stdio, over eight connections by HTTP."""
        return [_answer(op, reply) for reply in self.target.call_many(op, inputs, window=len(inputs))]

    def wait_until_ran(self, rid: str, times: int = 1, *, within: float = ARRIVAL) -> bool:
        """Wait for an entry that must come, and learn how late this gate's entries are."""
        started = time.monotonic()
        if not self.book.wait_for(rid, times, min(within, ARRIVAL_AFTER_A_MISS) if self._missed else within):
            self._missed = self._missed or within >= ARRIVAL
            return False
        lag = time.monotonic() - started
        if lag > 0.002:
            self._patience = max(self._patience, min(PATIENCE * lag, MOST_PATIENCE))
        return True

    def settle(self) -> None:
        """Before judging that nothing ran: give a gate that runs calls after its reply the time it needs."""
        if self._patience:
            time.sleep(self._patience)


def _answer(op: str, reply: Reply) -> Answer:
    match reply:
        case Output(value):
            return Answer(value)
        case Refused(error):
            return Answer(error=error)
        case Unsupported(why):
            raise Lacks(op, why)
