"""A rollout plan: the YAML it is read from, the tenants each wave really holds, and the form a controller is given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from ... import strict_yaml
from ...model import UsageError
from ...structs import convert

Percent = Annotated[int, Meta(ge=1, le=100)]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


class Wave(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step: when it is complete, ``percent`` of the region's tenants run the new digest, earlier waves included."""

    name: Name
    region: Name
    percent: Percent
    gate: Name | None = None
    #: Seconds for which the complete wave is watched before the next one opens.
    soak: Annotated[int, Meta(ge=0)] = 0

    def cap(self, tenants: int, plan: Plan) -> int:
        """How many of ``tenants`` eligible tenants of the region may run the digest once this wave is open."""
        share = tenants * self.percent  # in hundredths, so that no float decides
        rounded = share // 100 if plan.rounding == "floor" else -(-share // 100)
        return min(tenants, max(plan.minimum, rounded))


class Halt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the campaign stops: this many updated tenants failing in one tick."""

    failing: Annotated[int, Meta(ge=1)]
    no_data: Literal["hold", "ignore"] = "ignore"


class Rollback(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a halt does: every tenant back to what it ran before, commanded within so many ticks."""

    auto: bool
    to: str
    within: Annotated[int, Meta(ge=1, le=20)] = 5


class Plan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a campaign does, in which order, and when it stops."""

    type: Literal["policy-only", "wrapper-package", "openclaw"]
    component: Name
    tag: str
    digest: str
    waves: Annotated[list[Wave], Meta(min_length=1)]
    rounding: Literal["floor", "ceil"] | None = None
    minimum: Annotated[int, Meta(ge=0)] = 0
    max_canary_percent: Percent = 20
    min_soak: Annotated[int, Meta(ge=0)] = 1
    halt: Halt | None = None
    rollback: Rollback | None = None

    def wire(self) -> dict[str, Any]:
        """The plan as ``start`` sends it."""
        waves = [
            {"name": w.name, "region": w.region, "percent": w.percent, "gate": w.gate, "soak": w.soak}
            for w in self.waves
        ]
        return {
            "type": self.type,
            "component": self.component,
            "tag": self.tag,
            "digest": self.digest,
            "rounding": self.rounding or "ceil",
            "minimum": self.minimum,
            "waves": waves,
            "halt": {"failing": self.failing, "no_data": "hold"},
            "rollback": {"auto": True, "to": "previous", "within": self.within},
        }

    @property
    def failing(self) -> int:
        return self.halt.failing if self.halt else 1

    @property
    def within(self) -> int:
        return self.rollback.within if self.rollback else 5


class Member(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tenant of the inventory, with the digest it runs now."""

    tenant: Name
    region: Name
    digest: str
    tier: str = "standard"
    internal: bool = False
    frozen: bool = False


class PlanFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole ``rollout-plan.yaml``."""

    version: Literal[1]
    plan: Plan
    fleet: Annotated[list[Member], Meta(min_length=1)]


class ReadPlan:
    """A plan file that was read: its data, and where each of its values stands."""

    def __init__(self, document: strict_yaml.Document) -> None:
        if not isinstance(document.data, dict):
            raise UsageError("a plan file is a mapping with version, plan and fleet", document.at())
        self.document = document
        self.file = convert(document, (), PlanFile, document.data)
        self.plan = self.file.plan
        seen: set[str] = set()
        for index, member in enumerate(self.file.fleet):
            if member.tenant in seen:
                raise UsageError(f"tenant {member.tenant!r} stands twice", document.at("fleet", index, "tenant"))
            seen.add(member.tenant)

    def effective(self) -> list[tuple[int, int]]:
        """Of each wave: how many tenants run the digest when it is complete, and how many its region has."""
        return [(w.cap(n := eligible(self.file.fleet, w.region), self.plan), n) for w in self.plan.waves]


def eligible(fleet: Sequence[Member], region: str) -> int:
    """How many tenants of the region take part: the frozen ones don't."""
    return sum(member.region == region and not member.frozen for member in fleet)


def read(path: Path, shown_as: str) -> ReadPlan:
    """Read a plan file; ``UsageError`` with ``file:line:column`` for whatever isn't a plan."""
    return ReadPlan(strict_yaml.load(path, shown_as=shown_as))
