"""One campaign, driven by us from start to end: every tick is shown to the controller, judged, and then done."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ...model import CheckFailure, LetsbeError, NotEvaluated
from ...targets.base import TargetDead
from .controller import Command, Controller
from .made import STEP, made_plan, made_tenants
from .oracle import Oracle, Violation
from .plan import Plan
from .timeline import Timeline
from .world import FAILING, Snapshot, Tenant, World


@dataclass(frozen=True, slots=True)
class Stage:
    """What a scenario plays on: a controller, and the invariants whose violation ends it (all of them when None)."""

    controller: Controller
    wanted: frozenset[str] | None
    opened: list[Campaign] = field(default_factory=list)

    def campaign(self, *, latency: int = 1, eu: int = 8, us: int = 4, **plan: Any) -> Campaign:
        """A new campaign that has been started."""
        self.controller.campaigns += 1
        number = self.controller.campaigns
        world = World(made_tenants(number, eu=eu, us=us), latency=latency)
        return Campaign(self, f"campaign-{number}", made_plan(number, **plan), world).started()

    def play(self, scenario: Callable[[Stage], None]) -> None:
        """Play a scenario, and leave no campaign of it live, also where it failed; a dead target has none."""
        try:
            scenario(self)
        except TargetDead:
            raise
        except LetsbeError:
            with contextlib.suppress(TargetDead):  # the first failure is the one to tell
                self._end()
            raise
        self._end()

    def _end(self) -> None:
        try:
            for campaign in self.opened:
                campaign.end()
        except TargetDead:
            raise
        except (CheckFailure, NotEvaluated):  # it can't abort, or answers nonsense: begin with a new process
            self.controller.target.close()
        self.opened.clear()


class Campaign:
    """See the module; ``fail`` and ``NotEvaluated`` end a scenario."""

    def __init__(self, stage: Stage, name: str, plan: Plan, world: World) -> None:
        self.stage, self.name, self.plan, self.world = stage, name, plan, world
        self.controller = stage.controller
        self.oracle = Oracle(plan, world)
        tenants = list(world.tenants.values())
        self.timeline = Timeline([t.name for t in tenants], [t.name for t in tenants if t.frozen])
        self._told: Snapshot | None = None
        self._first_epoch = 1
        stage.opened.append(self)

    # -- start and end ------------------------------------------------------------------------------------------

    def start(self) -> bool:
        """Whether the controller took it."""
        output = self.controller.start(self.name, self.plan.wire(), self.world.fleet())
        if isinstance(output.get("epoch"), int):
            self._first_epoch = output["epoch"]
        self.timeline.note(f"start {self.name}: {'accepted' if output['accepted'] else 'refused'}")
        return bool(output["accepted"])

    def started(self) -> Campaign:
        if not self.start():
            self.controller.target.close()  # whatever an earlier campaign left behind: a new process, and once more
            if not self.start():
                self.fail("the controller refused a valid campaign, though no other is live")
        return self

    def end(self, *, always: bool = False) -> None:
        """Leave nothing live behind; what happens here isn't judged."""
        status = self.controller.status()
        if not always and self.oracle.complete() and status is not None and status.get("state") == "done":
            return
        self.controller.call("abort", {})
        self.oracle.abort()
        for _ in range(self.plan.within + self.world.latency + 3):
            self._exchange(STEP)
            if self.oracle.all_back() and (self.controller.status() or {}).get("state") in ("rolled_back", "done"):
                break

    # -- time ---------------------------------------------------------------------------------------------------

    def tick(self, seconds: int = STEP) -> list[Command]:
        """Let time pass, tell the controller, judge its commands, and do them."""
        commands, violations = self._exchange(seconds)
        self._stop_at(violations)
        return commands

    def ticks(self, count: int) -> None:
        for _ in range(count):
            self.tick()

    def _exchange(self, seconds: int) -> tuple[list[Command], list[Violation]]:
        self.world.pass_tick(seconds)
        self._told = self.world.snapshot()
        return self._answer(self._told)

    def again(self) -> list[Command]:
        """Deliver the last tick once more, as a queue may."""
        if self._told is None:
            return []
        self.timeline.note("the same tick is delivered once more")
        commands, violations = self._answer(self._told)
        self._stop_at(violations)
        return commands

    def _answer(self, told: Snapshot) -> tuple[list[Command], list[Violation]]:
        answered = self.controller.tick(told.now, told.fleet, told.health)
        commands = answered or []
        violations = self.oracle.tick(told, commands)
        said = "refused" if answered is None else ", ".join(map(str, commands))
        self.timeline.tick(self.oracle.ticks, told.now, told.marks, said)
        for command in commands:
            self.world.apply(command)
        return commands, violations

    def _stop_at(self, violations: Sequence[Violation]) -> None:
        wanted = self.stage.wanted
        for violation in violations:
            if wanted is None or violation.invariants & wanted:
                self.fail(f"tick {self.oracle.ticks}: {violation.sentence}")

    def fail(self, sentence: str) -> NoReturn:
        raise CheckFailure(sentence, evidence=self.timeline.lines())

    # -- what an operator does ----------------------------------------------------------------------------------

    def approve(self, *gates: str, epoch: int | None = None, campaign: str | None = None) -> None:
        """Approve gates, in the epoch that the campaign is in unless another is named."""
        truth = self.oracle.number if epoch is None else epoch
        for gate in gates:
            self.controller.call(
                "approve",
                {
                    "campaign": campaign or self.name,
                    "gate": gate,
                    "epoch": truth + self._first_epoch - 1,
                    "actor": "dana@example.org",
                },
            )
            if campaign in (None, self.name):
                self.oracle.approve(gate, truth)
        of = f" of {campaign}" if campaign else ""
        self.timeline.note(f"approve {', '.join(gates)} in epoch {truth}{of}")

    @property
    def gates(self) -> list[str]:
        return [wave.gate for wave in self.plan.waves if wave.gate is not None]

    def abort(self) -> None:
        self.controller.call("abort", {})
        self.oracle.abort()
        self.timeline.note("abort")

    def resume(self) -> None:
        self.controller.call("resume", {})
        self.oracle.resume()
        self.timeline.note("resume")

    def restart(self, *, hard: bool = True) -> None:
        self.controller.call("restart", {"hard": hard})
        self.timeline.note("restart" + (" (hard)" if hard else ""))

    # -- what happens to tenants --------------------------------------------------------------------------------

    def updated(self, region: str | None = None) -> list[Tenant]:
        """The tenants that the controller updated and whose deploy has landed."""
        return [
            t
            for t in self.oracle.taking_part(region)
            if self.oracle.epoch.deploys[t.name] and t.coming is None and t.digest == self.plan.digest
        ]

    def one(self, tenants: Sequence[Tenant], at: int = 0) -> Tenant:
        """One of the tenants; where there is none, a faulty controller has left the scenario's way."""
        if not tenants:
            raise NotEvaluated("the campaign never got so far that such a tenant exists")
        return tenants[at]

    def deployed(self, region: str | None = None) -> int:
        """How many tenants were told to deploy in this epoch."""
        return sum(1 for t in self.oracle.taking_part(region) if self.oracle.epoch.deploys[t.name])

    def set_health(self, tenant: Tenant, health: str | None) -> None:
        tenant.health = health
        self.timeline.note(f"health of {tenant.name}: {health or 'as it is'}")

    def halt(self) -> Tenant:
        """One updated tenant fails, which crosses a threshold of one; it recovers at the next tick."""
        tenant = self.one(self.updated(), at=-1)
        self.set_health(tenant, FAILING)
        self.tick()
        self.set_health(tenant, None)
        return tenant

    # -- the way there ------------------------------------------------------------------------------------------

    def until(self, reached: Callable[[], bool], what: str, before_tick: Callable[[], None] | None = None) -> None:
        """Tick, approving what is waited for, until ``reached``; a scenario that never gets there proves nothing."""
        for _ in range(self.patience()):
            if reached():
                return
            self.approve_next()
            if before_tick is not None:
                before_tick()
            self.tick()
        raise NotEvaluated(f"the campaign never got so far that {what}")

    def finish(self, before_tick: Callable[[], None] | None = None, *, must: bool = False) -> None:
        """Tick until every tenant runs the digest and the controller says that it is done.

        Args:
            must: not to get there violates the statement; else it proves nothing, since liveness is another statement.
        """
        for _ in range(self.patience()):
            if self.oracle.complete() and self._says_done():
                return
            self.approve_next()
            if before_tick is not None:
                before_tick()
            self.tick()
        tenants = self.oracle.taking_part()
        count = sum(self.world.runs(t.name, self.plan.digest) for t in tenants)
        sentence = (
            f"a healthy, approved campaign didn't finish: after {self.oracle.ticks} ticks "
            f"{count} of {len(tenants)} tenants run the new digest"
        )
        if self.oracle.complete():
            sentence = "every tenant runs the new digest, healthy and soaked, but status isn't done"
        if not must:
            raise NotEvaluated(sentence)
        self.fail(sentence)

    def approve_next(self) -> None:
        """Approve the gates up to the first wave that holds a tenant more than were told to deploy.

        Once at first and then at every seventh tick: a strict controller hears an approval only while its wave waits.
        """
        for wave in self.plan.waves:
            waits = wave.gate is not None and wave.gate not in self.oracle.epoch.approved
            tenants = len(self.oracle.taking_part(wave.region))
            next_one = self.deployed(wave.region) < wave.cap(tenants, self.plan)
            if wave.gate is not None and (waits or (next_one and self.oracle.ticks % 7 == 0)):
                self.approve(wave.gate)
            if next_one:
                return

    def patience(self) -> int:
        """Ticks after which a campaign should long be over, however few tenants a tick it takes."""
        soaks = sum(-(-wave.soak // STEP) for wave in self.plan.waves)
        return 40 + 2 * soaks + len(self.world.tenants) * (self.world.latency + 1) + 12 * len(self.plan.waves)

    def _says_done(self) -> bool:
        status = self.controller.status()
        return status is not None and status.get("state") == "done"
