"""The shapes of what is shown: a figure over some weeks, a series of it, and all of them for one week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .definitions import Definition, Kind
from .statistics import median, median_interval, quantile, share_interval
from .weeks import Week

#: Of fewer, a share is written as "3 of 7": a percentage would claim more than is known.
ENOUGH = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure over some weeks. Durations are seconds in ``values``; of a share ``hits`` are so many of ``n``."""

    n: int = 0
    hits: int = 0
    values: tuple[float, ...] = ()

    @property
    def median(self) -> float | None:
        return median(self.values) if self.values else None

    @property
    def mean(self) -> float | None:
        return sum(self.values) / len(self.values) if self.values else None

    @property
    def ninetieth(self) -> float | None:
        """Of too few it would be the largest by another name."""
        return quantile(self.values, 0.9) if len(self.values) >= ENOUGH else None

    @property
    def share(self) -> float | None:
        return self.hits / self.n if self.n else None


def interval(kind: Kind, figure: Figure) -> tuple[float, float] | None:
    """95 %, where one can be told; a count of what happened has none."""
    if kind == "duration":
        return median_interval(figure.values)
    return share_interval(figure.hits, figure.n) if kind == "share" else None


@dataclass(frozen=True, slots=True)
class Series:
    """A figure: of the week, of all weeks together, of each, and by what they fall into (repo, package, region)."""

    definition: Definition
    week: Figure
    whole: Figure
    weeks: tuple[tuple[Week, Figure], ...]
    parts: Mapping[str, Figure] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Metrics:
    """All of it for one week; ``flaky`` are the worst (package, case, commits it was flaky at)."""

    week: Week
    series: tuple[Series, ...]
    flaky: tuple[tuple[str, str, int], ...] = ()
