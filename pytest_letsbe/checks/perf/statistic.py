"""The statistics that hold on a shared machine: medians of interleaved blocks, and slopes of a curve.

Over 80 trials of a proxy against itself, half of them beside two CPU hogs, the median of interleaved block ratios
raised no alarm at a limit of 10 %, and sequential means, p95 and p99 raised 16, 22 and 29 (research/egress.md, section
5). So the first is judged, and the tails are only told.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

#: Samples of one block, in the order they were taken: seconds.
Block = Sequence[float]


def medians(blocks: Sequence[Block]) -> list[float]:
    return [median(block) for block in blocks]


def median_ratio(over: Sequence[Block], under: Sequence[Block]) -> float:
    """Median over the blocks of ``median(over) / median(under)``; both sides of a block were taken interleaved."""
    return median(a / b for a, b in zip(medians(over), medians(under), strict=True))


def median_difference(over: Sequence[Block], under: Sequence[Block]) -> float:
    """Median over the blocks of ``median(over) - median(under)``, in the samples' unit."""
    return median(a - b for a, b in zip(medians(over), medians(under), strict=True))


def factor(ratio: float) -> float:
    """How far a ratio is from 1, whichever side: 0.8 is as far as 1.25."""
    return max(ratio, 1 / ratio) if ratio > 0 else float("inf")


def thirds(series: Sequence[float]) -> tuple[float, float]:
    """Medians of the middle and of the last third of a series."""
    third = max(1, len(series) // 3)
    return median(series[third : 2 * third] or series), median(series[-third:])


def decided(value: float, limit: float, noise: float, quiet: float) -> bool | None:
    """Whether ``value`` is within ``limit``; None when the machine is too noisy to say.

    Args:
        noise: the factor between two measurements of the same thing (A/A), at least 1.
        quiet: up to this factor the plain comparison counts; beyond it, only a verdict that the factor can't turn.
    """
    if noise <= quiet:
        return value <= limit
    if value * noise <= limit:
        return True
    return False if value / noise > limit else None
