"""What a check may ask of a target, however the target is reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from ..model import CheckFailure

PROTOCOL = 1

#: No reply, body or line may be longer than this many bytes: a flood is a finding, not an
#: out-of-memory kill.
MAX_REPLY = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Output:
    """The target did the op; ``value`` is the ``output`` object of the reply."""

    value: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unsupported:
    """The target lacks the op, or this shape of input to it."""

    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The target answered ``error``: alive, but it didn't do the op."""

    error: str


Reply: TypeAlias = Output | Unsupported | Refused


@dataclass(frozen=True, slots=True)
class Hello:
    """The first exchange. ``ops`` is None when the target can't say which it has (HTTP, bare function)."""

    name: str
    version: str
    ops: frozenset[str] | None


class TargetDead(CheckFailure):
    """The target can't start, ended, fell silent past its deadline, or broke the protocol.

    ``silent`` is true when it cost a whole deadline to find out; ``greeting`` when it had been told nothing yet.
    """

    def __init__(
        self, sentence: str, *, evidence: Sequence[str] = (), silent: bool = False, greeting: bool = False
    ) -> None:
        super().__init__(sentence, evidence=evidence)
        self.silent, self.greeting = silent, greeting


class Target(Protocol):
    """A running thing under test.

    A target starts lazily, at the first ``hello`` or ``call``. After ``TargetDead`` the next call
    starts it afresh. Every method ends within the deadline, with an answer or ``TargetDead``.
    """

    @property
    def label(self) -> str:
        """How a report names it: ``node dist/redactor.js``."""

    @property
    def is_reference(self) -> bool:
        """Whether this is our embedded reference and not the user's code."""

    def hello(self) -> Hello: ...

    def call(self, op: str, input: Mapping[str, Any], *, timeout: float | None = None) -> Reply:
        """Send one request and wait for its reply; ``timeout`` in seconds overrides the target's own."""

    def call_many(
        self, op: str, inputs: Sequence[Mapping[str, Any]], *, timeout: float | None = None, window: int = 64
    ) -> list[Reply]:
        """Send requests with up to ``window`` of them in flight; replies come in the order of ``inputs``.

        ``timeout`` bounds the wait for *any* next reply, so a long batch isn't a hang.
        """

    def cpu_seconds(self) -> float | None:
        """CPU time used so far by the target's processes, or None where that can't be read."""

    def close(self) -> None:
        """End it, with everything it started."""
