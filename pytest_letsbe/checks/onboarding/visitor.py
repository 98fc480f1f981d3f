"""A visitor's way through the target, and the ledger of what the target really provisioned."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...ledger import Book, Ledger
from ...model import CheckFailure, NotEvaluated
from ...targets.base import Output, Refused, Reply, Target, Unsupported
from .options import OnboardingOptions

#: Seconds within which a provisioning that must come has come.
ARRIVAL = 10.0
#: Seconds that one that must not come is waited for, and how much longer with a target whose entries come late.
SETTLE, PATIENCE, MOST_PATIENCE = 0.005, 4.0, 0.2


@dataclass(frozen=True, slots=True)
class Provisioned:
    """One provisioning, as the target told the sink."""

    onboarding: Any = None
    tenant: Any = None
    plan: Any = None


def _entry(data: dict[str, Any] | None, raw: str) -> Provisioned:
    known = data or {}
    return Provisioned(known.get("onboarding"), known.get("tenant"), known.get("plan"))


def ledger() -> Ledger[Provisioned]:
    """Books that count by onboarding."""
    return Ledger(_entry, lambda entry: entry.onboarding)


class Site:
    """The target; all that is said is kept, as the evidence of a finding."""

    def __init__(self, target: Target, options: OnboardingOptions, books: Ledger[Provisioned]) -> None:
        self.target = target
        self.options = options
        self.steps = list(options.steps)
        self._books = books
        self.book: Book[Provisioned] = books.open_book()
        self._numbers = itertools.count(1)
        self._patience = SETTLE
        self.said: list[str] = []

    def reset(self, seed: int = 1) -> Site:
        """A site that has forgotten everything, and a new book."""
        self.book = self._books.open_book()
        self.said = []
        self.ask("reset", {"seed": seed, "sink": self.book.url})
        return self

    def ask(self, op: str, input: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The output; None when the target refuses. Raises NotEvaluated when it lacks the op."""
        return self._read(op, input, self.target.call(op, input))

    def ask_together(self, op: str, inputs: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any] | None]:
        """All at once: pipelined on stdio, over several connections by HTTP."""
        replies = self.target.call_many(op, inputs, window=len(inputs))
        return [self._read(op, input, reply) for input, reply in zip(inputs, replies, strict=True)]

    def _read(self, op: str, input: Mapping[str, Any], reply: Reply) -> Mapping[str, Any] | None:
        match reply:
            case Output(value):
                self.said.append(f"{op} {_short(input)} -> {_short(value)}")
                return value
            case Refused(error):
                self.said.append(f"{op} {_short(input)} -> refused: {error[:80]}")
                return None
            case Unsupported(why):
                raise NotEvaluated(f"the target lacks {op!r}: {why}")

    def restart(self, *, hard: bool) -> None:
        """Restart it by its own op; without one, a target that keeps a state folder is killed."""
        reply = self.target.call("restart", {"hard": hard})
        if isinstance(reply, Unsupported):
            process: Any = self.target
            if not getattr(process, "keeps_state", False):
                raise NotEvaluated("the target lacks 'restart', and names no {state} folder that outlives its process")
            process.kill()
        self.said.append(f"restart hard={hard}")

    def start(self, plan: str | None = None, **more: Any) -> Visitor:
        """A visitor who began. Raises CheckFailure when the target refuses."""
        number = next(self._numbers)
        plan = plan or self.options.plans[number % len(self.options.plans)]
        asked = {"email": f"owner{number}@bakery.test", "plan": plan, **more}
        found = self.ask("start", asked)
        name = found.get("onboarding") if found is not None else None
        if not isinstance(name, str) or not name:
            raise self.failure("a visitor with a good address and a plan that is sold can't begin")
        return Visitor(self, name, number, plan, asked["email"])

    def settle(self) -> None:
        """Before judging that nothing was provisioned: as long as this target's entries took to come so far."""
        time.sleep(self._patience)

    def arrived(self, name: str) -> bool:
        """Wait for a provisioning that must come, and learn how late they are."""
        started = time.monotonic()
        if not self.book.wait_for(name, 1, ARRIVAL):
            return False
        lag = time.monotonic() - started
        if lag > 0.002:
            self._patience = max(self._patience, min(PATIENCE * lag, MOST_PATIENCE))
        return True

    def failure(self, sentence: str, *evidence: str) -> CheckFailure:
        """A finding with what was said and what the ledger holds."""
        entries = [f"provisioned {entry.onboarding} {entry.tenant} {entry.plan}"[:160] for entry in self.book.entries]
        return CheckFailure(sentence, evidence=[*evidence, *self.said[-14:], *(entries or ["provisioned nothing"])])

    def none_but(self, *paid: Visitor, says: str) -> None:
        """Nothing was provisioned but what these paid for."""
        self.settle()
        names = {visitor.name for visitor in paid}
        if any(entry.onboarding not in names for entry in self.book.entries):
            raise self.failure(says)


class Visitor:
    """One onboarding."""

    def __init__(self, site: Site, name: str, number: int, plan: str, email: str) -> None:
        self.site = site
        self.name = name
        self.number = number
        self.plan = plan
        self.email = email

    def data(self, step: str) -> dict[str, Any]:
        """What this visitor answers in a step: nobody else's answer."""
        return {key: self._fill(value) for key, value in self.site.options.steps[step].items()}

    def _fill(self, value: Any) -> Any:
        return value.replace("{n}", str(7000 + self.number)) if isinstance(value, str) else value

    def submit(self, step: str, **more: Any) -> Mapping[str, Any] | None:
        """Submit one step; None when refused."""
        sent = {"onboarding": self.name, "step": step, "data": self.data(step) if step in self.site.steps else {}}
        return self.site.ask("submit", {**sent, **more})

    def submit_all(self) -> Visitor:
        """All steps in their order; each must be taken."""
        for step in self.site.steps:
            if self.submit(step) is None:
                raise self.site.failure(
                    f"the step {step} isn't taken in its turn, with data that the manifest says is good"
                )
        return self

    def pay(self, outcome: Any = "paid", **more: Any) -> Mapping[str, Any] | None:
        """The outcome that the payment provider told."""
        return self.site.ask("pay", {"onboarding": self.name, "outcome": outcome, **more})

    def resume(self) -> tuple[Any, str]:
        """The step to go on with, and the data as text."""
        found = self.site.ask("resume", {"onboarding": self.name})
        if found is None:
            raise self.site.failure("an onboarding that was begun can't be resumed")
        return found.get("step"), json.dumps(found.get("data"), ensure_ascii=False)

    def place(self) -> int:
        """How far it is: the number of steps behind it; all of them for payment and what comes after."""
        step, _ = self.resume()
        return self.site.steps.index(step) if step in self.site.steps else len(self.site.steps)

    def provisioned(self) -> int:
        """How often, by the ledger."""
        return self.site.book.count(self.name)

    def must_be_provisioned_once(self) -> None:
        """Wait for it; then it was once, with its plan."""
        if not self.site.arrived(self.name):
            raise self.site.failure("an onboarding that was paid is never provisioned")
        self.at_most_once()

    def at_most_once(self) -> None:
        self.site.settle()
        if self.provisioned() > 1:
            raise self.site.failure(f"one onboarding was provisioned {self.provisioned()} times")

    def finish(self) -> None:
        """Whatever steps are left, then payment."""
        for step in self.site.steps[self.place() :]:
            self.submit(step)
        self.pay()
        self.must_be_provisioned_once()


def _short(value: Any, most: int = 180) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= most else text[: most - 3] + "..."
