"""How an invariant of this check is written down: its cases for a contract, and the judgement of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from ....model import Case, Invariant
from ..contract import Contract
from ..results import Results


class Server(Protocol):
    """The server under test; it starts, and is asked, when its results are first wanted."""

    def results(self) -> Results:
        """What the generated requests showed. Raises CheckFailure when it doesn't live."""

    def exercised(self) -> Results:
        """The same together with what watched tests exercised."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One invariant. ``judge`` returns None or raises ``CheckFailure``, ``NotEvaluated`` or ``Vacuous``."""

    invariant: Invariant
    cases: Callable[[Contract], Iterable[Case]]
    judge: Callable[[Case, Server], None]
    needs_server: bool = False
