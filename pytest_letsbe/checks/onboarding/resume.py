"""What was taken from a visitor stays and counts once: sent again, at once, late, or after a restart."""

from __future__ import annotations

import json

from ...model import Invariant
from .rule import Rule
from .visitor import Site, Visitor

IDEMPOTENT = Invariant(
    "idempotent-submit",
    "A request that is sent again by the same key does nothing again: no second onboarding, no step skipped or undone.",
    "draft-ietf-httpapi-idempotency-key-header",
)
RESUMABLE = Invariant("resumable", "What was taken is there when the visitor comes back, after a restart too.")


def _again(site: Site, profile: str) -> None:
    visitor = site.start()
    for at, step in enumerate(site.steps):
        for turn in range(3):
            answer = visitor.submit(step, idempotency=f"key-{step}")
            if turn == 0 and answer is None:
                raise site.failure(f"the step {step} isn't taken in its turn, with data that the manifest says is good")
        if visitor.place() != at + 1:
            raise site.failure(
                f"{step} was sent three times by one key, and the visitor is at step {visitor.place() + 1}"
            )
    visitor.finish()


def _late(site: Site, profile: str) -> None:
    visitor = site.start()
    for step in site.steps:
        visitor.submit(step, idempotency=f"key-{step}")
    place = visitor.place()
    for step in site.steps:
        visitor.submit(step, idempotency=f"key-{step}")
        if visitor.place() != place:
            raise site.failure(f"a late repetition of {step} took the visitor from step {place + 1} to another")
        holds(visitor, site.steps)


def _no_key(site: Site, profile: str) -> None:
    visitor = site.start()
    for at, step in enumerate(site.steps):
        for _ in range(2):
            visitor.submit(step)
        if visitor.place() > at + 1:
            raise site.failure(f"{step} was sent twice, and the step after it is skipped")


def _at_once(site: Site, profile: str) -> None:
    visitor = site.start()
    step = site.steps[0]
    sent = {"onboarding": visitor.name, "step": step, "data": visitor.data(step), "idempotency": "at-once"}
    site.ask_together("submit", [sent] * 5)
    if visitor.place() != 1:
        raise site.failure(
            f"{step} was sent five times at once by one key, and the visitor is at step {visitor.place() + 1}"
        )
    visitor.finish()


def _start_again(site: Site, profile: str) -> None:
    asked = {"email": "twice@bakery.test", "plan": site.options.plans[0], "idempotency": "start-1"}
    first = site.ask("start", asked)
    names = {found.get("onboarding") for found in [first, *(site.ask("start", asked) for _ in range(2))] if found}
    if first is None or len(names) != 1:
        raise site.failure(
            "starting again by the same key began another onboarding" if names else "a visitor can't begin"
        )


def holds(visitor: Visitor, steps: list[str]) -> None:
    """Raises CheckFailure unless what was taken in these steps is there."""
    _, data = visitor.resume()
    for step in steps:
        for key, value in visitor.data(step).items():
            if json.dumps(value, ensure_ascii=False) not in data:
                raise visitor.site.failure(f"what was taken as {step}.{key} is lost")


def _comes_back(restart: str | None) -> Rule:
    def judge(site: Site, profile: str) -> None:
        for taken in range(len(site.steps) + 1):
            visitor = site.start()
            for step in site.steps[:taken]:
                visitor.submit(step)
            place = visitor.place()
            if place != taken:
                raise site.failure(f"{taken} steps were taken, and the visitor goes on at step {place + 1}")
            if restart is not None:
                site.restart(hard=restart == "hard")
            if visitor.place() > place:
                raise site.failure("after a restart the visitor is further than before")
            holds(visitor, site.steps[:taken])
            visitor.finish()

    return Rule(RESUMABLE, restart or "without-restart", judge)


RULES = (
    Rule(IDEMPOTENT, "again", _again),
    Rule(IDEMPOTENT, "at-once", _at_once),
    Rule(IDEMPOTENT, "late", _late),
    Rule(IDEMPOTENT, "no-key", _no_key),
    Rule(IDEMPOTENT, "start", _start_again),
    *(_comes_back(restart) for restart in (None, "soft", "hard")),
)
