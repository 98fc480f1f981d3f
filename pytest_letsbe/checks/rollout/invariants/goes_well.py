"""Campaigns in which nothing fails: waves, gates, soaks and regions in their order, and an end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace

from ....model import Invariant
from ..campaign import Campaign, Stage
from ..made import SOAK, STEP, digest
from ..plan import Wave
from ..world import World
from .base import Play, Scenario

LIVENESS = Invariant(
    "liveness",
    "A healthy, approved campaign finishes, with every tenant that isn't frozen on the new digest.",
    "RO15: a controller that does nothing breaks no other rule",
)
WAVE_CAP = Invariant(
    "wave-cap",
    "No more tenants are told to deploy than the open wave holds, rounded as the plan says; in flight counts.",
    "RO01; Argo Rollouts setWeight rounds up, so 5 % of 7 tenants is 14 %",
)
GATE = Invariant(
    "gate-approved",
    "A wave with a gate waits for an approval of that gate, of this campaign, in this epoch.",
    "RO07; Flagger confirm-rollout, confirm-promotion",
)
SOAKED = Invariant(
    "soaked", "The next wave waits until the one before has been complete and healthy for its soak.", "RO10, RO01"
)
REGION = Invariant(
    "region-order",
    "A region waits until the one before it is complete, healthy and soaked: EU, then US.",
    "RO10; the strategy's promote-prod-us",
)
FROZEN = Invariant("frozen-untouched", "A frozen tenant, or one outside the fleet, gets no command.", "RO12")
DIGEST = Invariant("plan-digest", "Only the digest of the plan is deployed.", "RO13")
ONE = Invariant(
    "one-campaign",
    "While a campaign is live, another one for its tenants changes nothing, and doesn't stop it.",
    "RO09; two starts at once",
)

#: Long enough for any soak to pass several times.
LONG = 3 * SOAK // STEP


def _floor_waves() -> tuple[Wave, ...]:
    return (
        Wave(name="eu-first", region="eu", percent=20, gate="eu-first", soak=SOAK),
        Wave(name="eu-second", region="eu", percent=60, gate=None, soak=SOAK),
        Wave(name="eu-all", region="eu", percent=100, gate=None, soak=SOAK),
        Wave(name="us-all", region="us", percent=100, gate="us-all", soak=0),
    )


def _small_waves() -> tuple[Wave, ...]:
    return (
        Wave(name="eu-one", region="eu", percent=5, gate="eu-one", soak=SOAK),
        Wave(name="eu-all", region="eu", percent=100, gate=None, soak=SOAK),
        Wave(name="us-all", region="us", percent=100, gate="us-all", soak=SOAK),
    )


def _finishes(**how: Any) -> Play:
    def play(stage: Stage) -> None:
        campaign = stage.campaign(**how)
        campaign.finish(must=True)

    return play


def healthy(stage: Stage) -> None:
    campaign = stage.campaign()
    campaign.finish()


def _slow(stage: Stage) -> None:
    campaign = stage.campaign(latency=3)
    campaign.finish()


def _floor(stage: Stage) -> None:
    campaign = stage.campaign(eu=7, waves=_floor_waves(), rounding="floor", minimum=1)
    campaign.finish()


def _ceil(stage: Stage) -> None:
    campaign = stage.campaign(eu=7, waves=_floor_waves(), rounding="ceil")
    campaign.finish()


def _minimum(stage: Stage) -> None:
    campaign = stage.campaign(eu=5, us=2, waves=_small_waves(), rounding="floor", minimum=1)
    campaign.finish()


# -- gates ------------------------------------------------------------------------------------------------------


def _no_approval(stage: Stage) -> None:
    campaign = stage.campaign()
    campaign.ticks(LONG)


def _one_by_one(stage: Stage) -> None:
    """Each gate keeps its wave waiting for long, whatever soaks meanwhile."""
    campaign = stage.campaign()
    for gate, region, count in (("eu-canary", "eu", 4), ("eu-all", "eu", 8), ("us-canary", "us", 4)):
        campaign.ticks(LONG)
        campaign.approve(gate)
        reached = _deployed(campaign, region, count)
        campaign.until(reached, f"{count} tenants of {region} were updated")


def _deployed(campaign: Campaign, region: str, count: int) -> Callable[[], bool]:
    return lambda: len(campaign.updated(region)) >= count


def _wrong_approvals(stage: Stage) -> None:
    """Another campaign's approval, another gate's, and one of an epoch that hasn't come."""
    campaign = stage.campaign()
    campaign.approve("eu-canary", campaign="another-campaign")
    campaign.approve("eu-all", "us-canary")
    campaign.approve("eu-canary", epoch=2)
    campaign.ticks(LONG)


def _us_withheld(stage: Stage) -> None:
    campaign = stage.campaign()
    campaign.until(_deployed(campaign, "eu", 8), "EU was updated")
    campaign.ticks(LONG)


def _same_name(stage: Stage) -> None:
    """The approvals of a campaign don't hold for a later one of the same name, with another digest."""
    first = stage.campaign()
    first.approve(*first.gates)
    first.until(_deployed(first, "eu", 2), "the canary was updated")
    first.end()
    plan = replace(first.plan, digest=digest(f"other {first.name}"))
    second = Campaign(
        stage, first.name, plan, World(list(first.world.tenants.values()), latency=1, now=first.world.now)
    )
    if second.start():
        second.ticks(LONG)


# -- soaks and regions ------------------------------------------------------------------------------------------


def _clock_back(stage: Stage) -> None:
    """The clock goes back by an hour while a wave soaks; that isn't an hour of soaking."""
    campaign = stage.campaign()
    campaign.approve(*campaign.gates)
    campaign.until(_deployed(campaign, "eu", 2), "the canary was updated")
    campaign.ticks(2)
    campaign.tick(-3600)
    campaign.ticks(LONG)


def _duplicates_soak(stage: Stage) -> None:
    """The same tick ten times is no time at all."""
    campaign = stage.campaign()
    campaign.approve(*campaign.gates)
    campaign.until(_deployed(campaign, "eu", 2), "the canary was updated")
    campaign.tick()
    for _ in range(10):
        campaign.again()


def _us_approved_first(stage: Stage) -> None:
    campaign = stage.campaign()
    campaign.approve("us-canary")
    campaign.ticks(LONG)
    campaign.finish()


def _eu(health: str) -> Play:
    def play(stage: Stage) -> None:
        """One EU tenant isn't known to be healthy when US could begin; the threshold is two, so nothing halts."""
        campaign = stage.campaign(failing=2)
        campaign.approve(*campaign.gates)
        campaign.until(lambda: campaign.deployed("eu") == 8, "EU was updated")
        campaign.set_health(campaign.one(campaign.updated("eu")), health)
        campaign.approve(*campaign.gates)
        campaign.ticks(LONG)

    return play


# -- tenants and digests ----------------------------------------------------------------------------------------


def _frozen_later(stage: Stage) -> None:
    """A tenant opts out while the canary soaks."""
    campaign = stage.campaign()
    campaign.until(_deployed(campaign, "eu", 2), "the canary was updated")
    left = [t for t in campaign.oracle.taking_part("eu") if not campaign.oracle.epoch.deploys[t.name]]
    leaving = campaign.one(left)
    leaving.frozen = True
    campaign.timeline.note(f"{leaving.name} opts out")
    for _ in range(campaign.patience()):
        if campaign.oracle.complete():
            break
        campaign.approve_next()
        campaign.tick()


def _two_in_a_row(stage: Stage) -> None:
    healthy(stage)
    healthy(stage)


def _second_start(stage: Stage) -> None:
    """Another digest for the same tenants, started and approved while the first campaign is under way."""
    campaign = stage.campaign()
    campaign.until(_deployed(campaign, "eu", 2), "the canary was updated")
    plan = campaign.plan.wire() | {"digest": digest(f"second {campaign.name}")}
    answer = stage.controller.start(f"{campaign.name}-second", plan, campaign.world.fleet())
    campaign.timeline.note(f"start {campaign.name}-second: {'accepted' if answer['accepted'] else 'refused'}")
    campaign.approve(*campaign.gates, campaign=f"{campaign.name}-second")
    foreign = plan["digest"]
    for _ in range(campaign.patience()):
        if campaign.oracle.complete():
            campaign.end(always=True)  # a second one that was kept for later
            return
        campaign.approve_next()
        commands = campaign.tick()
        if any(command.digest == foreign for command in commands):
            campaign.fail(f"tick {campaign.oracle.ticks}: a second campaign deploys while {campaign.name} is live")
    campaign.fail(f"{campaign.name} doesn't finish once a second campaign was started")


def _started_twice(stage: Stage) -> None:
    """The same start is delivered twice: nobody is updated twice, and the campaign still ends."""
    campaign = stage.campaign()
    campaign.until(_deployed(campaign, "eu", 2), "the canary was updated")
    campaign.start()
    for _ in range(campaign.patience()):
        if campaign.oracle.complete():
            return
        campaign.approve_next()
        before = dict(campaign.oracle.epoch.deploys)
        twice = [c for c in campaign.tick() if c.op == "deploy" and before.get(c.tenant)]
        if twice:
            campaign.fail(f"tick {campaign.oracle.ticks}: {twice[0]} a second time, after a second start")
    campaign.fail(f"{campaign.name} doesn't finish once its start was delivered twice")


def scenarios() -> Iterator[Scenario]:
    yield Scenario(LIVENESS, "healthy", _finishes())
    yield Scenario(LIVENESS, "slow-deploys", _finishes(latency=3))
    yield Scenario(LIVENESS, "rounded-down", _finishes(eu=7, waves=_floor_waves(), rounding="floor", minimum=1))
    for name, play in (("even", healthy), ("ceil", _ceil), ("floor", _floor), ("minimum", _minimum), ("slow", _slow)):
        yield Scenario(WAVE_CAP, name, play)
    yield Scenario(GATE, "no-approval", _no_approval)
    yield Scenario(GATE, "one-by-one", _one_by_one)
    yield Scenario(GATE, "wrong-approvals", _wrong_approvals)
    yield Scenario(GATE, "us-withheld", _us_withheld)
    yield Scenario(GATE, "same-name-again", _same_name)
    yield Scenario(SOAKED, "every-wave", healthy)
    yield Scenario(SOAKED, "slow", _slow)
    yield Scenario(SOAKED, "clock-goes-back", _clock_back)
    yield Scenario(SOAKED, "same-tick-ten-times", _duplicates_soak)
    yield Scenario(REGION, "healthy", healthy)
    yield Scenario(REGION, "us-approved-first", _us_approved_first)
    yield Scenario(REGION, "eu-fails", _eu("failing"))
    yield Scenario(REGION, "eu-unknown", _eu("missing"))
    yield Scenario(FROZEN, "from-the-start", healthy)
    yield Scenario(FROZEN, "later", _frozen_later)
    yield Scenario(DIGEST, "healthy", healthy)
    yield Scenario(DIGEST, "two-in-a-row", _two_in_a_row)
    yield Scenario(ONE, "second-start", _second_start)
    yield Scenario(ONE, "started-twice", _started_twice)
