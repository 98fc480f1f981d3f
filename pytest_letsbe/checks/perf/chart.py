"""What is drawn of a measurement: a few named curves and the limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Series:
    """A named curve."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves over one pair of axes.

    Args:
        limit: a level that the curves should stay under (or over), drawn as a line.
        log: both axes are logarithmic, as growth needs it.
    """

    title: str
    x: str
    y: str
    series: tuple[Series, ...]
    limit: float | None = None
    log: bool = False

    def bounds(self) -> tuple[float, float, float, float]:
        """Least and largest x and y, as drawn (their logarithms when ``log``); never empty."""
        points = [self.scaled(point) for series in self.series for point in series.points] or [(0.0, 0.0), (1.0, 1.0)]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        if self.limit is not None:
            ys.append(self.scaled((1.0, self.limit))[1])
        if not self.log:
            ys.append(0.0)
        x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
        return x0, x1 if x1 > x0 else x0 + 1, y0, y1 if y1 > y0 else y0 + 1

    def scaled(self, point: Point) -> Point:
        if not self.log:
            return point
        return math.log10(max(point[0], 1e-9)), math.log10(max(point[1], 1e-9))


def curve(name: str, values: Sequence[float]) -> Series:
    """Values one after another."""
    return Series(name, tuple((float(index + 1), value) for index, value in enumerate(values)))


def spread(name: str, values: Sequence[float], points: int = 100) -> Series:
    """Sorted values against their percentile."""
    ordered = sorted(values)
    if not ordered:
        return Series(name, ())
    last = len(ordered) - 1
    return Series(name, tuple((100 * p / points, ordered[round(last * p / points)]) for p in range(points + 1)))


def number(value: float) -> str:
    """Three digits, no exponent where none is needed."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
