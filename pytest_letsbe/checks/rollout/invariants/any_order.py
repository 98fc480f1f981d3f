"""any-order: hypothesis orders ticks, faults and acts of people as it likes, and shrinks what breaks a statement."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from ....model import Case, CheckFailure, Invariant, Spec
from ..campaign import Campaign, Stage
from ..made import STEP
from ..world import FAILING
from .faults import judge_status

ANY_ORDER = Invariant(
    "any-order",
    "Whatever the order of ticks, faults, approvals, aborts and resumes: every statement about effects holds.",
    "RO01 to RO14, RO16 as one state machine",
)

#: What may happen next. What leads on is repeated: without it few campaigns would get anywhere.
ACTIONS = (
    *("advance", "advance", "advance", "to-next-deploy", "to-next-deploy"),
    *("tick", "again", "restart", "fail", "hide", "heal", "break", "abort", "resume"),
    *("approve-all", "approve-stale", "clock-back", "clock-ahead"),
)
#: Latency in ticks, failing tenants that halt it, and what happens.
Drawn: TypeAlias = tuple[int, int, list[tuple[str, int]]]
MOST_ACTIONS = 12
EXAMPLES = {"pr": 30, "replay": 30}
#: Campaigns played to make a failing one smaller.
SHRINKING = 60
NIGHTLY = 2_000


def examples(profile: str) -> int:
    return EXAMPLES.get(profile, NIGHTLY)


def judge(case: Case, stage: Stage, spec: Spec) -> None:
    """Play composed campaigns; the smallest that breaks a statement is the failure."""
    from hypothesis import HealthCheck, Phase, find, settings
    from hypothesis import strategies as st
    from hypothesis.database import DirectoryBasedExampleDatabase
    from hypothesis.errors import Flaky, NoSuchExample

    action = st.tuples(st.sampled_from(ACTIONS), st.integers(0, 11))
    strategy = st.tuples(st.integers(1, 3), st.integers(1, 2), st.lists(action, min_size=1, max_size=MOST_ACTIONS))
    options: dict[str, Any] = {"derandomize": True, "database": None, "phases": (Phase.generate, Phase.shrink)}
    if spec.profile != "pr":
        phases = (
            (Phase.reuse, Phase.shrink) if spec.profile == "replay" else (Phase.reuse, Phase.generate, Phase.shrink)
        )
        options = {"database": DirectoryBasedExampleDatabase(spec.root / ".letsbe" / "examples"), "phases": phases}
    limits = settings(max_examples=case.samples, deadline=None, suppress_health_check=list(HealthCheck), **options)
    search = _Search(stage)
    with contextlib.suppress(NoSuchExample, Flaky):
        find(strategy, search.broke, settings=limits, database_key=case.id.encode())
    if search.found is not None:
        sentence = f"{search.found.sentence} (the smallest campaign found that does so is shown)"
        raise CheckFailure(sentence, evidence=search.found.evidence)


class _Search:
    """Remembers the last campaign that broke a statement, which is the smallest, and ends shrinking in time."""

    def __init__(self, stage: Stage) -> None:
        self.found: CheckFailure | None = None
        self._stage = stage
        self._drawn: Drawn | None = None
        self._left = SHRINKING

    def broke(self, drawn: Drawn) -> bool:
        if self._left <= 0:
            return drawn == self._drawn
        found = failure(self._stage, drawn)
        self._left -= self.found is not None
        if found is not None:
            self.found, self._drawn = found, drawn
        return found is not None


def failure(stage: Stage, drawn: Drawn) -> CheckFailure | None:
    """Play one composed campaign: what it broke, or None."""
    try:
        Stage(stage.controller, None).play(lambda inner: _play(inner, drawn))
    except CheckFailure as found:
        return found
    return None


def _play(stage: Stage, drawn: Drawn) -> None:
    latency, failing, actions = drawn
    campaign = stage.campaign(latency=latency, eu=6, us=3, failing=failing)
    for action, number in actions:
        if campaign.oracle.complete():
            break  # what is over is over: a controller needn't watch it any longer
        _act(campaign, action, number)
        judge_status(campaign)
    if campaign.oracle.halted:  # what must be taken back is overdue only after some ticks
        campaign.ticks(campaign.plan.within + latency + 2)


def _act(campaign: Campaign, action: str, number: int) -> None:
    tenants = campaign.updated()
    if action in ("fail", "hide"):
        if tenants:
            campaign.set_health(tenants[number % len(tenants)], FAILING if action == "fail" else "missing")
            campaign.tick()
    else:
        _DO[action](campaign, number)


def _advance(campaign: Campaign, number: int) -> None:
    for _ in range(1 + number // 2):
        campaign.approve_next()
        campaign.tick()


def _to_next_deploy(campaign: Campaign, number: int) -> None:
    for _ in range(12):
        campaign.approve_next()
        if campaign.tick():
            return


def _heal(campaign: Campaign, number: int) -> None:
    for tenant in campaign.world.tenants.values():
        tenant.health = None
    campaign.timeline.note("everybody's health is as it is")


def _break(campaign: Campaign, number: int) -> None:
    rest = [t for t in campaign.oracle.taking_part() if not campaign.oracle.epoch.deploys[t.name]]
    for tenant in rest[:1]:
        tenant.breaks = True


def _abort(campaign: Campaign, number: int) -> None:
    campaign.abort()
    campaign.tick()


def _resume(campaign: Campaign, number: int) -> None:
    """Once everybody is back; what a resume before that means is the controller's to decide."""
    if not campaign.oracle.halted or campaign.oracle.aborted:
        return
    _heal(campaign, number)
    campaign.ticks(campaign.plan.within + 4)  # a controller learns from a tick that everything is back
    campaign.resume()


def _approve_stale(campaign: Campaign, number: int) -> None:
    if campaign.oracle.number > 1:
        campaign.approve(*campaign.gates, epoch=campaign.oracle.number - 1)


_DO: Mapping[str, Callable[[Campaign, int], object]] = {
    "advance": _advance,
    "to-next-deploy": _to_next_deploy,
    "tick": lambda campaign, number: campaign.tick(),
    "again": lambda campaign, number: campaign.again(),
    "restart": lambda campaign, number: campaign.restart(hard=number % 3 != 0),
    "heal": _heal,
    "break": _break,
    "abort": _abort,
    "resume": _resume,
    "approve-all": lambda campaign, number: campaign.approve(*campaign.gates),
    "approve-stale": _approve_stale,
    "clock-back": lambda campaign, number: campaign.tick(-STEP * (number + 1)),
    "clock-ahead": lambda campaign, number: campaign.tick(STEP * 30 * (number + 1)),
}
