"""Faults of the world around a controller: restarts, ticks delivered twice, and what it says of itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ....model import Invariant
from ..campaign import Campaign, Stage
from .base import Scenario
from .goes_well import LONG
from .goes_wrong import canary, settle, stopped

ONCE = Invariant(
    "once",
    "No tenant gets the same command twice in an epoch, also when a tick is delivered twice or a deploy takes long.",
    "RO08, RO04: a command takes effect each time it is given",
)
RESTART = Invariant(
    "restart-safe",
    "A restart at any point, a hard one too, loses nothing: every other statement holds across it, and the campaign "
    "finishes.",
    "RO08",
)
STATUS = Invariant(
    "status-true",
    "Status says rolled_back once everybody is back, and neither that nor done before it is true, nor running after a "
    "stop; its events, where it keeps any, hold one for each command.",
    "RO16",
)


def _delivered_twice(stage: Stage) -> None:
    campaign = stage.campaign()
    for _ in range(campaign.patience()):
        if campaign.oracle.complete():
            break
        campaign.approve_next()
        campaign.tick()
        campaign.again()


def _stop_delivered_twice(stage: Stage) -> None:
    campaign = stage.campaign()
    canary(campaign)
    campaign.halt()
    campaign.again()
    for _ in range(8):
        campaign.tick()
        campaign.again()


def _long_deploys(stage: Stage) -> None:
    campaign = stage.campaign(latency=4)
    campaign.until(lambda: len(campaign.updated()) >= 4, "the second wave was updated")
    campaign.halt()
    settle(campaign)


def _every_tick(stage: Stage) -> None:
    campaign = stage.campaign(latency=2)
    campaign.finish(before_tick=campaign.restart, must=True)


def _softly(stage: Stage) -> None:
    """Asked to end and start anew, at every third tick: what survives a kill survives this as well."""
    campaign = stage.campaign(latency=2)

    def now_and_then() -> None:
        if campaign.oracle.ticks % 3 == 0:
            campaign.restart(hard=False)

    campaign.finish(before_tick=now_and_then, must=True)


def _after_halt(stage: Stage) -> None:
    campaign = stage.campaign()
    canary(campaign)
    campaign.halt()
    for _ in range(campaign.plan.within + 10):
        campaign.restart()
        campaign.tick()
    settle(campaign)


def _after_abort(stage: Stage) -> None:
    campaign = stage.campaign()
    canary(campaign)
    campaign.abort()
    campaign.restart()
    settle(campaign)
    campaign.restart()
    campaign.resume()
    campaign.approve(*campaign.gates)
    campaign.ticks(LONG)


def _after_resume(stage: Stage) -> None:
    """Approvals that a halt made void stay void."""
    campaign = stopped(stage)
    campaign.restart()
    campaign.resume()
    campaign.restart()
    campaign.approve(*campaign.gates, epoch=1)
    campaign.ticks(LONG)


def _in_flight(stage: Stage) -> None:
    """Restarted while deploys are under way; then a canary fails."""
    campaign = stage.campaign(latency=3)
    canary(campaign)
    campaign.until(lambda: campaign.deployed() > len(campaign.updated()), "the second wave was under way")
    campaign.tick()
    campaign.restart()
    campaign.halt()
    campaign.restart()
    settle(campaign)


def _between_tick_and_again(stage: Stage) -> None:
    """Restarted after it answered; then the same tick comes once more, since nobody knows whether it arrived."""
    campaign = stage.campaign()
    for _ in range(campaign.patience()):
        if campaign.oracle.complete():
            break
        campaign.approve_next()
        if campaign.tick():
            campaign.restart()
            campaign.again()


# -- status -----------------------------------------------------------------------------------------------------


def _status_to_the_end(stage: Stage) -> None:
    campaign = stage.campaign(latency=2)

    def look() -> None:
        judge_status(campaign)

    campaign.until(campaign.oracle.complete, "it was complete", before_tick=look)
    judge_status(campaign)


def _status_of_a_stop(stage: Stage) -> None:
    campaign = stage.campaign(latency=2)
    canary(campaign)
    campaign.halt()
    for _ in range(12):
        judge_status(campaign)
        campaign.tick()
    _says_rolled_back(campaign)


def _status_of_an_abort(stage: Stage) -> None:
    campaign = stage.campaign(latency=2)
    canary(campaign)
    campaign.abort()
    for _ in range(12):
        campaign.tick()
        judge_status(campaign)
    _says_rolled_back(campaign)


def _says_rolled_back(campaign: Campaign) -> None:
    """Whoever waits for the way back to end must be told."""
    status = campaign.controller.status()
    if status is not None and campaign.oracle.all_back() and status.get("state") != "rolled_back":
        said = str(status.get("state"))[:40]
        campaign.fail(f"every tenant has long run what it ran before, but status says {said}, not rolled_back")


def judge_status(campaign: Campaign) -> None:
    """Compare what the controller says with what our world shows."""
    status = campaign.controller.status()
    if status is None:
        return
    state, oracle = status.get("state"), campaign.oracle
    if state not in ("running", "halted", "rolled_back", "done"):
        campaign.fail(f"status says {str(state)[:40]!r}; it is one of running, halted, rolled_back, done")
    if state == "done" and not oracle.halted and not oracle.complete():
        campaign.fail("status says done, but not every tenant runs the new digest")
    if state == "rolled_back" and oracle.halted and not oracle.all_back():
        campaign.fail("status says rolled_back, but not every tenant runs what it ran before")
    if state == "rolled_back" and not oracle.halted:
        campaign.fail("status says rolled_back, but nothing was stopped")
    if state in ("running", "done") and oracle.halted:
        campaign.fail(f"status says {state}, but the campaign was stopped")
    _judge_events(campaign, status.get("events"))


def _judge_events(campaign: Campaign, events: object) -> None:
    if not isinstance(events, list):
        return
    known = campaign.world.tenants
    kept = Counter(
        (event["op"], event["tenant"])
        for event in events
        if isinstance(event, dict) and event.get("op") in ("deploy", "rollback") and event.get("tenant") in known
    )
    given = Counter((command.op, command.tenant) for command in campaign.oracle.commands)
    if kept != given:
        odd = sorted((kept - given) + (given - kept))
        op, tenant = odd[0]
        campaign.fail(
            f"status holds {kept[op, tenant]} events for {op} of {tenant}, commanded {given[op, tenant]} times"
        )


def scenarios() -> Iterator[Scenario]:
    yield Scenario(ONCE, "delivered-twice", _delivered_twice)
    yield Scenario(ONCE, "stop-delivered-twice", _stop_delivered_twice)
    yield Scenario(ONCE, "long-deploys", _long_deploys)
    yield Scenario(RESTART, "every-tick", _every_tick, every=True)
    yield Scenario(RESTART, "softly", _softly, every=True)
    yield Scenario(RESTART, "after-a-halt", _after_halt, every=True)
    yield Scenario(RESTART, "after-an-abort", _after_abort, every=True)
    yield Scenario(RESTART, "after-a-resume", _after_resume, every=True)
    yield Scenario(RESTART, "in-flight", _in_flight, every=True)
    yield Scenario(RESTART, "between-twins", _between_tick_and_again, every=True)
    yield Scenario(STATUS, "to-the-end", _status_to_the_end)
    yield Scenario(STATUS, "of-a-stop", _status_of_a_stop)
    yield Scenario(STATUS, "of-an-abort", _status_of_an_abort)
