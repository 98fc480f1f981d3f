"""Who may open a wave, and which campaign may run: approvals that count, and starts that don't."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ....model import Invariant
from ..campaign import Campaign, Stage
from ..made import digest
from ..world import World
from .base import Scenario
from .goes_well import LONG, deployed

GATE = Invariant(
    "gate-approved",
    "A wave with a gate waits for an approval of that gate, of this campaign, in this epoch.",
    "RO07; Flagger confirm-rollout, confirm-promotion",
)
ONE = Invariant(
    "one-campaign",
    "While a campaign is live, another one for its tenants changes nothing, and doesn't stop it.",
    "RO09; two starts at once",
)


def _no_approval(stage: Stage) -> None:
    campaign = stage.campaign()
    campaign.ticks(LONG)


def _one_by_one(stage: Stage) -> None:
    """Each gate keeps its wave waiting for long, whatever soaks meanwhile."""
    campaign = stage.campaign()
    for gate, region, count in (("eu-canary", "eu", 4), ("eu-all", "eu", 8), ("us-canary", "us", 4)):
        campaign.ticks(LONG)
        campaign.approve(gate)
        reached = deployed(campaign, region, count)
        campaign.until(reached, f"{count} tenants of {region} were updated")


def _wrong_approvals(stage: Stage) -> None:
    """Another campaign's approval, another gate's, and one of an epoch that hasn't come."""
    campaign = stage.campaign()
    campaign.approve("eu-canary", campaign="another-campaign")
    campaign.approve("eu-all", "us-canary")
    campaign.approve("eu-canary", epoch=2)
    campaign.ticks(LONG)


def _us_withheld(stage: Stage) -> None:
    campaign = stage.campaign()
    campaign.until(deployed(campaign, "eu", 8), "EU was updated")
    campaign.ticks(LONG)


def _same_name(stage: Stage) -> None:
    """The approvals of a campaign don't hold for a later one of the same name, with another digest."""
    first = stage.campaign()
    first.approve(*first.gates)
    first.until(deployed(first, "eu", 2), "the canary was updated")
    first.end()
    plan = replace(first.plan, digest=digest(f"other {first.name}"))
    second = Campaign(
        stage, first.name, plan, World(list(first.world.tenants.values()), latency=1, now=first.world.now)
    )
    if second.start():
        second.ticks(LONG)


def _second_start(stage: Stage) -> None:
    """Another digest for the same tenants, started and approved while the first campaign is under way."""
    campaign = stage.campaign()
    campaign.until(deployed(campaign, "eu", 2), "the canary was updated")
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
    campaign.until(deployed(campaign, "eu", 2), "the canary was updated")
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
    yield Scenario(GATE, "no-approval", _no_approval)
    yield Scenario(GATE, "one-by-one", _one_by_one)
    yield Scenario(GATE, "wrong-approvals", _wrong_approvals)
    yield Scenario(GATE, "us-withheld", _us_withheld)
    yield Scenario(GATE, "same-name-again", _same_name)
    yield Scenario(ONE, "second-start", _second_start)
    yield Scenario(ONE, "started-twice", _started_twice)
