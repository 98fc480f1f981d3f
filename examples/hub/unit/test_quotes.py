import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

from quotes import total


def test_a_quote_is_the_sum_of_its_lines():
    assert total([(2, 1500), (1, 990)]) == 3990


def test_an_empty_quote_costs_nothing():
    assert total([]) == 0
