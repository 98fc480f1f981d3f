"""The statistics: what is robust stays put, and a noisy machine is never called a slow proxy."""

import random

import pytest

from pytest_letsbe.checks.perf import statistic


def blocks(centre, count=24, per_block=16, spread=0.1, seed=1):
    rng = random.Random(seed)
    return [[centre * rng.uniform(1 - spread, 1 + spread) for _ in range(per_block)] for _ in range(count)]


def test_the_ratio_of_block_medians_ignores_a_tail_that_turns_a_mean():
    base = blocks(1.0)
    spiked = [[*block[:-3], 500.0, 500.0, 500.0] for block in blocks(1.0, seed=2)]
    assert statistic.median_ratio(spiked, base) == pytest.approx(1.0, abs=0.06)


def test_a_machine_that_slows_down_midway_slows_both_sides_of_a_block():
    base = blocks(1.0, count=12) + blocks(4.0, count=12)
    ours = blocks(1.5, count=12, seed=2) + blocks(6.0, count=12, seed=3)
    assert statistic.median_ratio(ours, base) == pytest.approx(1.5, rel=0.05)


def test_the_difference_is_in_the_samples_own_unit():
    assert statistic.median_difference([[3.0, 3.0], [5.0, 5.0]], [[1.0, 1.0], [2.0, 2.0]]) == 2.5


@pytest.mark.parametrize(("ratio", "expected"), [(1.25, 1.25), (0.8, 1.25), (1.0, 1.0), (0.0, float("inf"))])
def test_noise_counts_on_either_side(ratio, expected):
    assert statistic.factor(ratio) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "noise", "verdict"),
    [
        (1.1, 1.0, True),
        (1.3, 1.0, False),
        (1.3, 1.10, False),  # quiet enough: the plain comparison
        (1.1, 1.5, None),  # noise could turn it either way
        (1.3, 1.5, None),
        (0.7, 1.5, True),  # not even the noise brings it over
        (2.0, 1.5, False),  # not even the noise excuses it
    ],
)
def test_a_verdict_that_noise_could_turn_is_none(value, noise, verdict):
    assert statistic.decided(value, 1.2, noise, 1.10) is verdict


def test_thirds_are_the_middle_and_the_last():
    assert statistic.thirds([1, 1, 1, 2, 2, 2, 9, 9, 9]) == (2, 9)
