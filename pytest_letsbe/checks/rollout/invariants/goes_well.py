"""Campaigns in which nothing fails: waves, soaks and regions in their order, and an end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ....model import Invariant
from ..campaign import Campaign, Stage
from ..made import SOAK, STEP
from ..plan import Wave
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


def deployed(campaign: Campaign, region: str, count: int) -> Callable[[], bool]:
    return lambda: len(campaign.updated(region)) >= count


# -- soaks and regions ------------------------------------------------------------------------------------------


def _clock_back(stage: Stage) -> None:
    """The clock goes back by an hour while a wave soaks; that isn't an hour of soaking."""
    campaign = stage.campaign()
    campaign.approve(*campaign.gates)
    campaign.until(deployed(campaign, "eu", 2), "the canary was updated")
    campaign.ticks(2)
    campaign.tick(-3600)
    campaign.ticks(LONG)


def _duplicates_soak(stage: Stage) -> None:
    """The same tick ten times is no time at all."""
    campaign = stage.campaign()
    campaign.approve(*campaign.gates)
    campaign.until(deployed(campaign, "eu", 2), "the canary was updated")
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
    campaign.until(deployed(campaign, "eu", 2), "the canary was updated")
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


def scenarios() -> Iterator[Scenario]:
    yield Scenario(LIVENESS, "healthy", _finishes())
    yield Scenario(LIVENESS, "slow-deploys", _finishes(latency=3))
    yield Scenario(LIVENESS, "rounded-down", _finishes(eu=7, waves=_floor_waves(), rounding="floor", minimum=1))
    for name, play in (("even", healthy), ("ceil", _ceil), ("floor", _floor), ("minimum", _minimum), ("slow", _slow)):
        yield Scenario(WAVE_CAP, name, play)
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
