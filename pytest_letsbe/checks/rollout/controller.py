"""A rollout controller as the invariants see it: commands come out, and its refusals are its right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...model import CheckFailure, NotEvaluated
from ...targets.base import Output, Refused, Target, Unsupported

DEPLOY, ROLLBACK = "deploy", "rollback"


@dataclass(frozen=True, slots=True)
class Command:
    """What a controller wants done to one tenant."""

    op: str
    tenant: str
    digest: str

    def __str__(self) -> str:
        return f"{self.op} {self.tenant} {short(self.digest)}"


def short(digest: str) -> str:
    """The first digits of a digest: enough to tell them apart."""
    return digest.removeprefix("sha256:")[:6]


class Controller:
    """Wraps a target with the role rollout; an ``error`` means that it did nothing."""

    def __init__(self, target: Target) -> None:
        self.target = target
        #: Counts the campaigns, so that no two of them share a name, a component or a tenant.
        self.campaigns = 0

    def start(self, campaign: str, plan: Mapping[str, Any], fleet: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        """What ``start`` answered; ``accepted`` is false where it refused."""
        output = self.call("start", {"campaign": campaign, "plan": dict(plan), "fleet": list(fleet)})
        if output is None:
            return {"accepted": False}
        if not isinstance(output.get("accepted"), bool):
            raise CheckFailure("start answered without a true or false in `accepted`")
        return output

    def tick(self, now: int, fleet: Sequence[Mapping[str, Any]], health: Mapping[str, str]) -> list[Command] | None:
        """The commands for this tick in their order, or None where the controller refused it."""
        output = self.call("tick", {"now": now, "fleet": list(fleet), "health": dict(health)})
        if output is None:
            return None
        commands = output.get("commands")
        if not isinstance(commands, list):
            raise CheckFailure("tick answered without a list in `commands`")
        return [command for given in commands if (command := _command(given)) is not None]

    def status(self) -> Mapping[str, Any] | None:
        """What it says of itself."""
        return self.call("status", {})

    def call(self, op: str, input: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The output, or None when it answered ``error``."""
        reply = self.target.call(op, input)
        if isinstance(reply, Unsupported):
            raise NotEvaluated(f"the target doesn't support {op}: {reply.why}")
        return None if isinstance(reply, Refused) else reply.value if isinstance(reply, Output) else None


def _command(given: Any) -> Command | None:
    """One entry of ``commands``; an op that isn't in the protocol changes nothing in the fleet, so it's let go by."""
    if not isinstance(given, dict) or not isinstance(given.get("op"), str):
        raise CheckFailure("a command of tick isn't an object with an `op`", evidence=[f"got {str(given)[:200]!r}"])
    if given["op"] not in (DEPLOY, ROLLBACK):
        return None
    if not isinstance(given.get("tenant"), str) or not isinstance(given.get("digest"), str):
        raise CheckFailure(
            f"a {given['op']} of tick lacks a tenant or a digest", evidence=[f"got {str(given)[:200]!r}"]
        )
    return Command(given["op"], given["tenant"], given["digest"])
