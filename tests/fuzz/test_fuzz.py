"""A short part of the fuzz, the same inputs every time; the long one is `python -m tests.fuzz SURFACE`."""

import pytest

from tests.fuzz.__main__ import run
from tests.fuzz.surfaces import MEANT, SURFACES, seeds


@pytest.mark.parametrize("name", sorted(SURFACES))
def test_odd_input_ends_in_an_error_we_mean_or_in_none(name):
    inputs, _ = run(name, 60, 60, derandomize=True)
    assert inputs >= 30


@pytest.mark.parametrize("name", sorted(SURFACES))
def test_each_surface_takes_a_seed_of_its_own(name):
    """Else the fuzz would meet nothing behind the first refusal."""
    taken = 0
    for seed in seeds(name):
        try:
            SURFACES[name](seed)
            taken += 1
        except MEANT:
            pass
    assert taken
