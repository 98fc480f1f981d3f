"""The truth about a campaign: what may be commanded when, told without any controller."""

import pytest

from pytest_letsbe.checks.rollout.controller import Command
from pytest_letsbe.checks.rollout.made import SOAK, STEP, made_plan, made_tenants
from pytest_letsbe.checks.rollout.oracle import Oracle
from pytest_letsbe.checks.rollout.world import World


@pytest.fixture
def made():
    plan = made_plan(1)
    world = World(made_tenants(1))
    return plan, world, Oracle(plan, world)


def give(made, *names, op="deploy", digest=None, seconds=STEP):
    """One tick in which these tenants are commanded; the invariants that are violated."""
    plan, world, oracle = made
    world.pass_tick(seconds)
    commands = [Command(op, name, digest or plan.digest) for name in names]
    found = oracle.tick(world.snapshot(), commands)
    for command in commands:
        world.apply(command)
    return sorted({invariant for violation in found for invariant in violation.invariants})


def soak(made, seconds=SOAK):
    for _ in range(seconds // STEP + 1):
        assert give(made) == []


def test_a_wave_waits_for_its_gate(made):
    assert give(made, "c1-eu-1") == ["gate-approved"]


def test_an_approved_wave_holds_a_quarter_and_no_more(made):
    made[2].approve("eu-canary", 1)
    assert give(made, "c1-eu-1", "c1-eu-2") == []


def test_one_more_than_the_wave_is_too_many_also_while_deploys_are_under_way(made):
    made[2].approve("eu-canary", 1)
    assert give(made, "c1-eu-1", "c1-eu-2", "c1-eu-3") == ["wave-cap"]


def test_a_frozen_tenant_and_a_stranger_are_untouched(made):
    made[2].approve("eu-canary", 1)
    assert give(made, "c1-eu-0") == ["frozen-untouched"]
    assert give(made, "nobody") == ["frozen-untouched", "plan-digest"]


def test_the_next_wave_waits_for_the_soak_and_then_opens(made):
    made[2].approve("eu-canary", 1)
    give(made, "c1-eu-1", "c1-eu-2")
    assert give(made, "c1-eu-3") != []


def test_after_the_soak_nothing_is_said(made):
    made[2].approve("eu-canary", 1)
    give(made, "c1-eu-1", "c1-eu-2")
    soak(made)
    assert give(made, "c1-eu-3", "c1-eu-4") == []
    assert give(made, "c1-eu-4") == ["once", "one-way"]


def test_a_clock_that_goes_back_is_no_soak(made):
    made[2].approve("eu-canary", 1)
    give(made, "c1-eu-1", "c1-eu-2")
    give(made)
    assert give(made, "c1-eu-3", seconds=-3600) == ["soaked"]


def test_unknown_health_holds(made):
    made[2].approve("eu-canary", 1)
    give(made, "c1-eu-1", "c1-eu-2")
    soak(made)
    made[1].tenants["c1-eu-1"].health = "missing"
    assert give(made, "c1-eu-3") == ["unknown-holds"]


def test_a_failing_tenant_stops_it_in_that_very_tick(made):
    made[2].approve("eu-canary", 1)
    give(made, "c1-eu-1", "c1-eu-2")
    soak(made)
    made[1].tenants["c1-eu-1"].health = "failing"
    assert give(made, "c1-eu-3") == ["halt-stops", "one-way", "resume-approved"]
    assert made[2].number == 2


def test_a_rollback_goes_to_the_tenants_own_digest_once_and_only_after_a_stop(made):
    _plan, world, oracle = made
    own = world.tenants["c1-eu-1"].previous
    oracle.approve("eu-canary", 1)
    give(made, "c1-eu-1", "c1-eu-2")
    assert give(made, "c1-eu-1", op="rollback", digest=own) == ["no-needless-rollback", "one-way"]
    oracle.abort()
    assert give(made, "c1-eu-2", op="rollback", digest=own) == ["rollback-own"]
    assert give(made, "c1-eu-1", op="rollback", digest=own) == ["once", "rollback-own"]


def test_a_rollback_that_never_comes_is_overdue_once(made):
    plan, _world, oracle = made
    oracle.approve("eu-canary", 1)
    give(made, "c1-eu-1")
    oracle.abort()
    said = [give(made) for _ in range(plan.within + 4)]
    assert said.count(["rollback-own"]) == 1
    assert said[: plan.within] == [[]] * plan.within


def test_the_second_epoch_wants_its_own_approvals(made):
    _plan, world, oracle = made
    oracle.approve("eu-canary", 1)
    give(made, "c1-eu-1")
    world.tenants["c1-eu-1"].health = "failing"
    give(made, "c1-eu-1", op="rollback", digest=world.tenants["c1-eu-1"].previous)
    world.tenants["c1-eu-1"].health = None
    give(made)
    oracle.resume()
    oracle.approve("eu-canary", 1)
    assert give(made, "c1-eu-2") == ["gate-approved", "resume-approved"]


def test_us_waits_for_all_of_eu(made):
    for gate in ("eu-canary", "us-canary"):
        made[2].approve(gate, 1)
    assert "region-order" in give(made, "c1-us-1")
