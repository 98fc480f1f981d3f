"""A plan is read strictly, and its waves are counted in tenants."""

import pytest

from pytest_letsbe.checks.rollout import plan
from pytest_letsbe.checks.rollout.invariants import plans
from pytest_letsbe.model import CheckFailure, UsageError

DIGEST = "sha256:" + "c" * 64
PLAN = f"""\
version: 1
plan:
  type: wrapper-package
  component: safety-wrapper
  tag: safety/v1.4.2
  digest: {DIGEST}
  rounding: ceil
  halt: {{failing: 1, no_data: hold}}
  rollback: {{auto: true, to: previous}}
  waves:
    - {{name: eu-canary, region: eu, percent: 5, gate: eu, soak: 60}}
    - {{name: eu-all, region: eu, percent: 100, soak: 60}}
fleet:
"""


def read(tmp_path, tenants=7, **changed):
    text = PLAN
    for old, new in changed.items():
        assert old in text
        text = text.replace(old, new)
    text += "".join(f"  - {{tenant: t{n}, region: eu, digest: 'sha256:{'a' * 64}'}}\n" for n in range(tenants))
    path = tmp_path / "rollout-plan.yaml"
    path.write_text(text)
    return plan.read(path, "rollout-plan.yaml")


@pytest.mark.parametrize(
    ("percent", "tenants", "rounding", "minimum", "cap"),
    [
        (5, 7, "ceil", 0, 1),
        (5, 7, "floor", 0, 0),
        (5, 7, "floor", 1, 1),
        (50, 7, "ceil", 0, 4),
        (50, 7, "floor", 0, 3),
        (7, 100, "ceil", 0, 7),  # 100 * 0.07 is more than 7 in floats
        (100, 3, "floor", 9, 3),
    ],
)
def test_a_percentage_is_counted_in_tenants(tmp_path, percent, tenants, rounding, minimum, cap):
    found = read(
        tmp_path,
        **{"percent: 5,": f"percent: {percent},", "rounding: ceil": f"rounding: {rounding}\n  minimum: {minimum}"},
    )
    assert found.plan.waves[0].cap(tenants, found.plan) == cap


def test_frozen_tenants_take_no_part(tmp_path):
    found = read(tmp_path, tenants=4)
    assert found.effective() == [(1, 4), (4, 4)]
    frozen = plan.Member(tenant="x", region="eu", digest="d", frozen=True)
    assert plan.eligible([*found.file.fleet, frozen], "eu") == 4


def test_five_percent_of_four_is_a_quarter_and_the_failure_shows_the_waves(tmp_path):
    with pytest.raises(CheckFailure) as caught:
        plans.judge("plan-waves", read(tmp_path, tenants=4))
    assert str(caught.value) == (
        "wave eu-canary: 5 % of 4 tenants is 1, 25 % in effect, more than max_canary_percent 20"
    )
    assert str(caught.value.location) == "rollout-plan.yaml:11:37"
    assert any("eu-canary" in line and "1/4" in line for line in caught.value.evidence)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "soak: 60}\n    - {name: eu-all",
            "soaks: 60}\n    - {name: eu-all",
            r"rollout-plan.yaml:11:\d+: unknown key 'soaks' \(did you mean 'soak'\?\)",
        ),
        ("percent: 5,", "percent: 500,", r"rollout-plan.yaml:11:\d+: plan.waves.0.percent"),
        ("failing: 1", "failing: no", r"rollout-plan.yaml:8:\d+"),
        ("version: 1", "version: 2", r"rollout-plan.yaml:1:\d+"),
        (
            "rounding: ceil",
            "rounding: ceil\n  rounding: floor",
            r"rollout-plan.yaml:8:\d+: key 'rounding' stands twice",
        ),
    ],
)
def test_a_mistake_is_a_usage_error_with_its_place(tmp_path, old, new, said):
    with pytest.raises(UsageError, match=said):
        read(tmp_path, **{old: new})


def test_a_tenant_that_stands_twice_is_a_usage_error(tmp_path):
    twice = f"fleet:\n  - {{tenant: t1, region: eu, digest: '{DIGEST}'}}\n"
    with pytest.raises(UsageError, match=r"rollout-plan.yaml:16:\d+: tenant 't1' stands twice"):
        read(tmp_path, **{"fleet:\n": twice})
