"""What a campaign may do in each tick, worked out from our own world; every command is judged by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .controller import DEPLOY, ROLLBACK, Command, short
from .plan import Plan
from .world import FAILING, HEALTHY, Snapshot, Tenant, World


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken statement: the invariants it belongs to, and a sentence."""

    invariants: frozenset[str]
    sentence: str


@dataclass(slots=True)
class Epoch:
    """What happened since the start or the last resume."""

    deploys: Counter[str] = field(default_factory=Counter)
    rollbacks: Counter[str] = field(default_factory=Counter)
    approved: set[str] = field(default_factory=set)
    #: Wave index -> the elapsed time at which it was first seen complete and healthy.
    full_at: dict[int, int] = field(default_factory=dict)
    halted_at: int | None = None
    overdue: bool = False


class Oracle:
    """The truth about one campaign. A stricter controller is never accused: it only says what is *not* allowed."""

    def __init__(self, plan: Plan, world: World) -> None:
        self.plan = plan
        self.world = world
        self.epoch = Epoch()
        self.number = 1
        self.aborted = False
        self.ticks = 0
        self.elapsed = 0
        self.commands: list[Command] = []
        self.violations: list[Violation] = []
        self._now = world.now
        self._told: Snapshot | None = None
        self._at_start = {
            region: len(self.taking_part(region)) for region in dict.fromkeys(w.region for w in plan.waves)
        }

    def taking_part(self, region: str | None = None) -> list[Tenant]:
        """The tenants that aren't frozen."""
        found = self.world.tenants.values()
        return [t for t in found if not t.frozen and region in (None, t.region)]

    @property
    def halted(self) -> bool:
        return self.epoch.halted_at is not None

    def complete(self) -> bool:
        """Whether every tenant that takes part runs the new digest and is healthy."""
        return all(self.world.runs(t.name, self.plan.digest) and t.reported() == HEALTHY for t in self.taking_part())

    def all_back(self) -> bool:
        """Whether every tenant that was told to deploy in this epoch runs what it ran before."""
        return all(self.world.back(name) for name in self.epoch.deploys)

    # -- what the operator does ---------------------------------------------------------------------------------

    def approve(self, gate: str, epoch: int) -> None:
        if epoch == self.number:
            self.epoch.approved.add(gate)

    def abort(self) -> None:
        self.aborted = True
        self._halt()

    def resume(self) -> None:
        """A campaign that has taken everything back starts over; approvals of the new epoch may be there already."""
        if self.halted and not self.aborted and self.all_back():
            self.epoch = Epoch(approved=self.epoch.approved)

    def _halt(self) -> None:
        if not self.halted:
            self.epoch.halted_at = self.ticks
            self.epoch.approved = set()
            self.number += 1

    # -- what the controller does -------------------------------------------------------------------------------

    def tick(self, told: Snapshot, commands: Sequence[Command]) -> list[Violation]:
        """Judge the answer to one tick; the world has not applied it yet."""
        before = len(self.violations)
        if told is not self._told:  # delivered twice, a tick is still one
            self.ticks += 1
        self._told = told
        self.elapsed += max(0, told.now - self._now)
        self._now = told.now
        failing = [name for name in self.epoch.deploys if told.health.get(name) == FAILING]
        if len(failing) >= self.plan.failing:
            self._halt()
        self._see_full_waves(told)
        for command in commands:
            self.commands.append(command)
            self.violations += self._judge(command, told, failing)
            if command.op == DEPLOY:
                self.epoch.deploys[command.tenant] += 1
            else:
                self.epoch.rollbacks[command.tenant] += 1
        self.violations += self._overdue()
        return self.violations[before:]

    def _see_full_waves(self, told: Snapshot) -> None:
        if self._watched(told) is not None:
            return
        for index, wave in enumerate(self.plan.waves):
            if self._running(wave.region) < self._least(index):
                return
            self.epoch.full_at.setdefault(index, self.elapsed)

    def _watched(self, told: Snapshot) -> str | None:
        """The first updated tenant that isn't known to be healthy on the digest, or None."""
        for name in self.epoch.deploys:
            frozen = name in self.world.tenants and self.world.tenants[name].frozen
            if name in self.world.tenants and not frozen and told.health.get(name) != HEALTHY:
                return name
        return None

    def _running(self, region: str) -> int:
        return sum(self.world.runs(t.name, self.plan.digest) for t in self.taking_part(region))

    def _most(self, index: int) -> int:
        wave = self.plan.waves[index]
        counts = (self._at_start[wave.region], len(self.taking_part(wave.region)))
        return max(wave.cap(count, self.plan) for count in counts)

    def _least(self, index: int) -> int:
        wave = self.plan.waves[index]
        counts = (self._at_start[wave.region], len(self.taking_part(wave.region)))
        return min(wave.cap(count, self.plan) for count in counts)

    def _judge(self, command: Command, told: Snapshot, failing: list[str]) -> Iterator[Violation]:
        tenant = self.world.tenants.get(command.tenant)
        if tenant is None:
            yield _violation(f"{command} is for a tenant that isn't in the fleet", "frozen-untouched", "plan-digest")
        elif tenant.frozen:
            yield _violation(f"{command} touches a frozen tenant", "frozen-untouched")
        elif command.op == ROLLBACK:
            yield from self._judge_rollback(command, tenant)
        else:
            yield from self._judge_deploy(command, tenant, told, failing)

    def _judge_rollback(self, command: Command, tenant: Tenant) -> Iterator[Violation]:
        if not self.halted:
            yield _violation(
                f"{command}, though no threshold was crossed and nobody aborted", "no-needless-rollback", "one-way"
            )
            return
        if self.epoch.deploys[tenant.name] == 0:
            yield _violation(f"{command}, a tenant that was never updated", "rollback-own", "no-needless-rollback")
        elif command.digest != tenant.previous:
            yield _violation(f"{command}, but it ran {short(tenant.previous)} before", "rollback-own")
        if self.epoch.rollbacks[tenant.name]:
            yield _violation(f"{command} a second time", "rollback-own", "once")

    def _judge_deploy(
        self, command: Command, tenant: Tenant, told: Snapshot, failing: list[str]
    ) -> Iterator[Violation]:
        if command.digest != self.plan.digest:
            yield _violation(f"{command}, but the plan's digest is {short(self.plan.digest)}", "plan-digest")
        if self.halted:
            tags = {"halt-stops", "one-way"} | ({"resume-approved"} if self.number > 1 else set())
            why = "it was aborted" if self.aborted else f"halted at tick {self.epoch.halted_at}"
            yield Violation(frozenset(tags), f"{command}, though the campaign had stopped ({why})")
            return
        if self.epoch.deploys[tenant.name]:
            yield _violation(f"{command} a second time", "once", "one-way")
            return
        yield from self._judge_wave(command, tenant, told, failing)

    def _judge_wave(self, command: Command, tenant: Tenant, told: Snapshot, failing: list[str]) -> Iterator[Violation]:
        updated = sum(
            1 for name in self.epoch.deploys if name in self.world.tenants and not self.world.tenants[name].frozen
            and self.world.tenants[name].region == tenant.region
        )  # fmt: skip
        waves = [index for index, wave in enumerate(self.plan.waves) if wave.region == tenant.region]
        needed = next((index for index in waves if updated + 1 <= self._most(index)), None)
        if needed is None:
            yield _violation(f"{command} is more than the region's last wave holds ({updated} before it)", "wave-cap")
            return
        wave = self.plan.waves[needed]
        what = f"{command} is number {updated + 1} of {tenant.region} and belongs to wave {wave.name}"
        for index in range(needed + 1):
            gate = self.plan.waves[index].gate
            if gate is not None and gate not in self.epoch.approved:
                tags = {"gate-approved"} | ({"resume-approved"} if self.number > 1 else set())
                yield Violation(frozenset(tags), f"{what}, but gate {gate} isn't approved in epoch {self.number}")
                break
        if needed > 0:
            yield from self._judge_opening(needed, what, told, failing)

    def _judge_opening(self, needed: int, what: str, told: Snapshot, failing: list[str]) -> Iterator[Violation]:
        """The wave needs all waves before it complete, healthy and soaked."""
        wave, before = self.plan.waves[needed], self.plan.waves[needed - 1]
        crossing = {"region-order"} if before.region != wave.region else set()
        if self._opened(needed):
            return
        if failing:
            tags = frozenset({"failed-canary"} | crossing)
            yield Violation(tags, f"{what}, but {failing[0]} fails on the new digest")
            return
        unknown = self._watched(told)
        if unknown is not None and self._landed(needed):
            tags = frozenset({"unknown-holds"} | crossing)
            yield Violation(tags, f"{what}, but the health of {unknown} isn't known")
        elif needed - 1 not in self.epoch.full_at:
            tags = frozenset(crossing or {"wave-cap"})
            yield Violation(tags, f"{what}, but wave {before.name} isn't complete")
        elif self.elapsed - self.epoch.full_at[needed - 1] < before.soak:
            passed = self.elapsed - self.epoch.full_at[needed - 1]
            tags = frozenset({"soaked"} | crossing)
            yield Violation(tags, f"{what}, but wave {before.name} soaked {passed} s of {before.soak} s")

    def _landed(self, needed: int) -> bool:
        """Whether the waves before run the digest, so that only their health holds the next one."""
        return all(self._running(self.plan.waves[i].region) >= self._least(i) for i in range(needed))

    def _opened(self, index: int) -> bool:
        """Whether a deploy into this wave was already permitted and given: what is open stays open."""
        wave = self.plan.waves[index]
        below = max((self._most(i) for i in range(index) if self.plan.waves[i].region == wave.region), default=0)
        given = sum(
            1 for name in self.epoch.deploys if name in self.world.tenants
            and self.world.tenants[name].region == wave.region
        )  # fmt: skip
        return given > below

    def _overdue(self) -> Iterator[Violation]:
        at = self.epoch.halted_at
        if at is None or self.epoch.overdue or self.ticks < at + self.plan.within + 1:
            return
        left = [n for n in self.epoch.deploys if n in self.world.tenants and self.epoch.rollbacks[n] == 0]
        left = [name for name in left if not self.world.tenants[name].frozen]
        if left:
            self.epoch.overdue = True
            sentence = f"{', '.join(left)} got no rollback within {self.plan.within} ticks of the stop at tick {at}"
            yield _violation(sentence, "rollback-own")


def _violation(sentence: str, *invariants: str) -> Violation:
    return Violation(frozenset(invariants), sentence)
