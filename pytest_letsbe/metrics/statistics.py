"""What may be said of few values: middle, spread, and how far the truth may lie from them."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, comb, sqrt

#: The 97.5 % point of the normal distribution: intervals are of 95 %.
_Z = 1.959963984540054


def quantile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of them lie at or below, between two of them in proportion (Hyndman and Fan, type 7).

    ``values`` isn't empty.
    """
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(ceil(place), len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def median(values: Sequence[float]) -> float:
    return quantile(values, 0.5)


def median_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """Two of the values that hold the median of where they come from, 95 % of the time; None of fewer than six.

    By the binomial distribution of how many lie below it (Conover, Practical Nonparametric Statistics, 3.2): no shape
    of the distribution is assumed.
    """
    size = len(values)
    # The most ranks that can be left out on each side while the two tails together hold at most 5 %.
    left_out, tail = -1, 0.0
    for rank in range(size // 2):
        tail += comb(size, rank) / 2**size
        if 2 * tail > 0.05:
            break
        left_out = rank
    if left_out < 0:
        return None
    ordered = sorted(values)
    return ordered[left_out], ordered[size - 1 - left_out]


def share_interval(hits: int, size: int) -> tuple[float, float] | None:
    """Wilson's interval of a share (JASA 22, 1927), which also holds for few and for none; None of nothing."""
    if not size:
        return None
    share, square = hits / size, _Z * _Z
    middle = (share + square / (2 * size)) / (1 + square / size)
    half = _Z * sqrt(share * (1 - share) / size + square / (4 * size * size)) / (1 + square / size)
    return (0.0 if hits == 0 else max(0.0, middle - half)), (1.0 if hits == size else min(1.0, middle + half))
