"""Campaigns in which something fails: they stop, take back what they did, and wait for a person."""

from __future__ import annotations

from collections.abc import Iterator

from ....model import Invariant
from ..campaign import Campaign, Stage
from ..world import FAILING
from .base import Play, Scenario
from .goes_well import LONG, healthy

HALT = Invariant(
    "halt-stops",
    "From the tick on that shows the threshold crossed, or after an abort, nothing is deployed.",
    "RO03; Argo Rollouts failureLimit",
)
ONE_WAY = Invariant(
    "one-way", "Before a stop no updated tenant is taken back or updated again; after it none is updated.", "RO02"
)
ROLLBACK = Invariant(
    "rollback-own",
    "After a stop every tenant that was ever told to deploy, in flight and broken ones too, goes back to its own "
    "previous digest, by one command each, in time.",
    "RO04; Flagger rollback",
)
RESUME = Invariant(
    "resume-approved",
    "A stopped campaign starts over only by resume and by approvals of its new epoch; then it does finish.",
    "RO06; an approval replayed after a halt",
)


def canary(campaign: Campaign) -> None:
    """Up to the updated canary, with every gate approved beforehand."""
    campaign.approve(*campaign.gates)
    campaign.until(lambda: len(campaign.updated("eu")) >= 2, "the canary was updated")


def settle(campaign: Campaign) -> None:
    """Long enough for the rollback, and for whatever a faulty controller does after it."""
    campaign.ticks(campaign.plan.within + campaign.world.latency + 12)
    if not campaign.oracle.all_back() and campaign.stage.wanted in (None, frozenset({ROLLBACK.id})):
        left = [name for name in campaign.oracle.epoch.deploys if not campaign.world.back(name)]
        campaign.fail(f"{', '.join(left)} still doesn't run what it ran before")


def canary_fails(stage: Stage) -> None:
    """One canary fails for one tick."""
    campaign = stage.campaign()
    canary(campaign)
    campaign.halt()
    settle(campaign)


def _deploy_breaks(stage: Stage) -> None:
    """The canary's deploy itself fails: the tenant is broken, and must be taken back as well."""
    campaign = stage.campaign()
    for tenant in campaign.oracle.taking_part("eu"):
        tenant.breaks = True
    campaign.until(lambda: any(t.broken for t in campaign.oracle.taking_part()), "a deploy failed")
    campaign.tick()
    settle(campaign)


def _in_flight(stage: Stage) -> None:
    """A canary fails while deploys of a later wave are under way."""
    campaign = stage.campaign(latency=3)
    campaign.until(lambda: campaign.deployed("eu") > 4 and _flying(campaign), "the third wave was under way")
    campaign.halt()
    settle(campaign)


def _flying(campaign: Campaign) -> bool:
    return any(t.coming is not None for t in campaign.oracle.taking_part())


def _us_fails(stage: Stage) -> None:
    """A US canary fails when EU has long been complete: EU goes back too."""
    campaign = stage.campaign()
    campaign.until(lambda: bool(campaign.updated("us")), "the US canary was updated")
    campaign.set_health(campaign.one(campaign.updated("us")), FAILING)
    campaign.tick()
    settle(campaign)


def _eu_fails_late(stage: Stage) -> None:
    """An EU tenant fails when the open wave is one of US: it still runs the new digest."""
    campaign = stage.campaign()
    campaign.until(lambda: bool(campaign.updated("us")), "the US canary was updated")
    campaign.set_health(campaign.one(campaign.updated("eu")), FAILING)
    campaign.tick()
    settle(campaign)


def _two_fail(stage: Stage) -> None:
    """The threshold is two: one failing tenant stops nothing, the second does."""
    campaign = stage.campaign(failing=2)
    campaign.approve(*campaign.gates)
    campaign.until(lambda: len(campaign.updated("eu")) >= 4, "the second wave was updated")
    first, second = campaign.one(campaign.updated("eu")), campaign.one(campaign.updated("eu"), at=-1)
    campaign.set_health(first, FAILING)
    campaign.ticks(3)
    campaign.set_health(second, FAILING)
    campaign.tick()
    settle(campaign)


def aborted(stage: Stage) -> None:
    campaign = stage.campaign()
    canary(campaign)
    campaign.abort()
    settle(campaign)


def _aborted_in_flight(stage: Stage) -> None:
    campaign = stage.campaign(latency=3)
    campaign.until(lambda: campaign.deployed("eu") > 2 and _flying(campaign), "the second wave was under way")
    campaign.abort()
    campaign.approve(*campaign.gates)
    settle(campaign)
    campaign.resume()
    campaign.approve(*campaign.gates)
    campaign.ticks(LONG)


# -- resuming ---------------------------------------------------------------------------------------------------


def stopped(stage: Stage) -> Campaign:
    """A campaign that was halted and has taken everything back."""
    campaign = stage.campaign()
    canary(campaign)
    campaign.halt()
    for _ in range(campaign.plan.within + 4):
        campaign.tick()
    return campaign


def stale(stage: Stage) -> None:
    """Resumed, but nobody approved since; then the old approvals are sent once more."""
    campaign = stopped(stage)
    campaign.resume()
    campaign.ticks(LONG)
    campaign.approve(*campaign.gates, epoch=1)
    campaign.ticks(LONG)


def _without_resume(stage: Stage) -> None:
    campaign = stopped(stage)
    campaign.approve(*campaign.gates)
    campaign.ticks(LONG)


def _fresh(stage: Stage) -> None:
    """Approved before and after the resume, since a controller may want either."""
    campaign = stopped(stage)
    campaign.approve(*campaign.gates)
    campaign.resume()
    campaign.approve(*campaign.gates)
    campaign.finish(must=True)


def _resumed_too_early(stage: Stage) -> None:
    """Resumed while the rollbacks are under way: refused or kept for later, everybody goes back first."""
    campaign = stage.campaign(latency=3)
    canary(campaign)
    campaign.halt()
    campaign.resume()
    settle(campaign)


def _resumed_at_once(stage: Stage) -> None:
    """Aborted, and resumed before any tick could take anything back."""
    campaign = stage.campaign()
    canary(campaign)
    campaign.abort()
    campaign.resume()
    settle(campaign)


def _stopped_twice(stage: Stage) -> None:
    """A campaign that was stopped and resumed is stopped as well as a new one."""
    campaign = stopped(stage)
    campaign.approve(*campaign.gates)
    campaign.resume()
    canary(campaign)
    campaign.halt()
    settle(campaign)


def scenarios() -> Iterator[Scenario]:
    stops: tuple[tuple[str, Play], ...] = (
        ("canary-fails", canary_fails),
        ("deploy-breaks", _deploy_breaks),
        ("in-flight", _in_flight),
        ("us-fails", _us_fails),
        ("eu-fails-late", _eu_fails_late),
        ("two-fail", _two_fail),
        ("stopped-twice", _stopped_twice),
        ("aborted", aborted),
        ("aborted-in-flight", _aborted_in_flight),
    )
    for name, play in stops:
        yield Scenario(HALT, name, play)
    for name, play in (("healthy", healthy), *stops[:2], stops[7]):
        yield Scenario(ONE_WAY, name, play)
    for name, play in (*stops, ("resumed-too-early", _resumed_too_early), ("resumed-at-once", _resumed_at_once)):
        yield Scenario(ROLLBACK, name, play)
    yield Scenario(RESUME, "stale-approvals", stale)
    yield Scenario(RESUME, "without-resume", _without_resume)
    yield Scenario(RESUME, "fresh-approvals", _fresh)
