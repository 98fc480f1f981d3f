"""Campaigns that must wait: a tenant fails below the threshold, or its health isn't known."""

from __future__ import annotations

from collections.abc import Iterator

from ....model import Invariant
from ..campaign import Stage
from ..world import FAILING
from .base import Play, Scenario
from .goes_well import LONG, healthy
from .goes_wrong import canary

CANARY = Invariant(
    "failed-canary", "No wave opens while an updated tenant fails, also below the halt threshold.", "RO05"
)
UNKNOWN = Invariant(
    "unknown-holds",
    "No wave opens while the health of an updated tenant is unknown or missing.",
    "RO11; Argo Rollouts Inconclusive pauses, Kayenta nodata",
)
NEEDLESS = Invariant(
    "no-needless-rollback", "Nothing is taken back unless a threshold was crossed or somebody aborted.", "RO14"
)


def _canary_is(health: str, failing: int = 1) -> Play:
    def play(stage: Stage) -> None:
        """One canary isn't known to be healthy, with everything approved and the soak long over."""
        campaign = stage.campaign(failing=failing)
        campaign.approve(*campaign.gates)
        campaign.until(lambda: campaign.deployed("eu") >= 2, "the canary was told to deploy")
        chosen = [t for t in campaign.oracle.taking_part("eu") if campaign.oracle.epoch.deploys[t.name]]
        campaign.set_health(campaign.one(chosen), health)
        campaign.ticks(2 * LONG)

    return play


def _all_missing(stage: Stage) -> None:
    """No health at all arrives any more once the canary is updated."""
    campaign = stage.campaign()
    campaign.approve(*campaign.gates)
    campaign.until(lambda: campaign.deployed("eu") >= 2, "the canary was told to deploy")
    for tenant in campaign.oracle.taking_part():
        tenant.health = "missing"
    campaign.timeline.note("no health arrives any more")
    campaign.ticks(2 * LONG)


def _others_fail(stage: Stage) -> None:
    """A frozen tenant and one that wasn't updated fail: neither tells anything about the new digest."""
    campaign = stage.campaign()
    canary(campaign)
    frozen = next(t for t in campaign.world.tenants.values() if t.frozen)
    later = campaign.one(campaign.oracle.taking_part("us"))
    campaign.set_health(frozen, FAILING)
    campaign.set_health(later, FAILING)
    campaign.ticks(3)


def _below(stage: Stage) -> None:
    """One failing tenant of a threshold of two."""
    campaign = stage.campaign(failing=2)
    canary(campaign)
    campaign.set_health(campaign.one(campaign.updated("eu")), FAILING)
    campaign.ticks(LONG)


def scenarios() -> Iterator[Scenario]:
    yield Scenario(CANARY, "threshold-two", _canary_is(FAILING, 2))
    yield Scenario(CANARY, "threshold-three", _canary_is(FAILING, 3))
    yield Scenario(UNKNOWN, "missing", _canary_is("missing"))
    yield Scenario(UNKNOWN, "unknown", _canary_is("unknown"))
    yield Scenario(UNKNOWN, "all-missing", _all_missing)
    yield Scenario(NEEDLESS, "healthy", healthy)
    yield Scenario(NEEDLESS, "unknown", _canary_is("missing"))
    yield Scenario(NEEDLESS, "all-missing", _all_missing)
    yield Scenario(NEEDLESS, "below-the-threshold", _below)
    yield Scenario(NEEDLESS, "others-fail", _others_fail)
