"""The world a controller works on: a clock, tenants that take time to change, and their health, all of it ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .controller import DEPLOY, Command

HEALTHY, FAILING, UNKNOWN = "healthy", "failing", "unknown"


@dataclass(slots=True)
class Tenant:
    """One tenant: what it runs, what it is changing to, and what its health is made to be."""

    name: str
    region: str
    previous: str
    digest: str
    frozen: bool = False
    #: What it changes to, and after how many ticks.
    coming: str | None = None
    left: int = 0
    op: str = ""
    broken: bool = False
    #: Health that a scenario wants, instead of what follows from its state.
    health: str | None = None
    #: Its next deploy breaks it.
    breaks: bool = False

    @property
    def state(self) -> str:
        if self.coming is not None:
            return "deploying"
        return "failed" if self.broken else "running"

    def reported(self) -> str | None:
        """``healthy``, ``failing``, ``unknown``; None when nothing is reported."""
        if self.coming is not None:
            return UNKNOWN
        if self.broken:
            return FAILING
        return None if self.health == "missing" else self.health or HEALTHY

    def mark(self) -> str:
        if self.frozen:
            return "f"
        if self.coming is not None:
            return ">" if self.op == DEPLOY else "<"
        if self.broken:
            return "x"
        health = self.reported()
        if health == FAILING:
            return "!"
        if health != HEALTHY:
            return "?"
        return "." if self.digest == self.previous else "#"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a controller is told in one tick."""

    now: int
    fleet: tuple[dict[str, Any], ...]
    health: dict[str, str]
    marks: str


class World:
    """Applies commands and lets time pass.

    Args:
        latency: ticks a deploy or a rollback takes; 1 means that the next tick shows it done.
    """

    def __init__(self, tenants: list[Tenant], *, latency: int = 1, now: int = 1_000) -> None:
        self.tenants = {tenant.name: tenant for tenant in tenants}
        self.latency = latency
        self.now = now

    def snapshot(self) -> Snapshot:
        health = {t.name: reported for t in self.tenants.values() if (reported := t.reported()) is not None}
        return Snapshot(self.now, self.fleet(), health, "".join(t.mark() for t in self.tenants.values()))

    def fleet(self) -> tuple[dict[str, Any], ...]:
        return tuple(
            {"tenant": t.name, "region": t.region, "digest": t.digest, "state": t.state, "frozen": t.frozen}
            for t in self.tenants.values()
        )

    def pass_tick(self, seconds: int) -> None:
        """Let one tick's time pass: what is under way comes nearer, and lands."""
        self.now += seconds
        for tenant in self.tenants.values():
            if tenant.coming is None:
                continue
            tenant.left -= 1
            if tenant.left <= 0:
                tenant.digest, tenant.coming = tenant.coming, None
                tenant.broken, tenant.breaks = tenant.breaks and tenant.op == DEPLOY, False

    def apply(self, command: Command) -> None:
        """Do what was commanded: a new command takes the place of one under way; the same again changes nothing."""
        tenant = self.tenants.get(command.tenant)
        if tenant is None or (tenant.coming == command.digest and tenant.op == command.op):
            return
        tenant.coming, tenant.left, tenant.op = command.digest, self.latency, command.op

    def back(self, name: str) -> bool:
        """Whether a tenant runs what it ran before the campaign."""
        tenant = self.tenants[name]
        return tenant.coming is None and tenant.digest == tenant.previous and not tenant.broken

    def runs(self, name: str, digest: str) -> bool:
        """Whether a tenant runs the digest, and nothing is under way."""
        tenant = self.tenants[name]
        return tenant.coming is None and tenant.digest == digest and not tenant.broken
