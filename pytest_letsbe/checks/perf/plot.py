"""A chart in a few lines of text, for the failure in a terminal."""

from __future__ import annotations

from .chart import Chart, number

WIDTH, HEIGHT = 56, 8
MARKS = "●○◆◇"
LIMIT = "╌"


def draw(chart: Chart, width: int = WIDTH, height: int = HEIGHT) -> list[str]:
    """The curves over a frame, the limit as a broken line, and which mark is which."""
    x0, x1, y0, y1 = chart.bounds()
    grid = [[" "] * width for _ in range(height)]

    def row(y: float) -> int:
        return height - 1 - round((y - y0) / (y1 - y0) * (height - 1))

    if chart.limit is not None:
        grid[row(chart.scaled((1.0, chart.limit))[1])] = list(LIMIT * width)
    for mark, series in zip(MARKS, chart.series, strict=False):
        for point in series.points:
            x, y = chart.scaled(point)
            grid[row(y)][round((x - x0) / (x1 - x0) * (width - 1))] = mark
    top, bottom = (number(10**y if chart.log else y) for y in (y1, y0))
    gutter = max(len(top), len(bottom))
    labels = [top, *[""] * (height - 2), bottom]
    lines = [f"{chart.title} ({chart.y})"]
    lines += [f"{label:>{gutter}} ┤{''.join(cells).rstrip()}" for label, cells in zip(labels, grid, strict=True)]
    left, right = (number(10**x if chart.log else x) for x in (x0, x1))
    lines.append(f"{'':{gutter}} └{'─' * width}")
    lines.append(f"{'':{gutter}}  {left}{right:>{width - len(left)}}  {chart.x}")
    legend = [f"{mark} {series.name}" for mark, series in zip(MARKS, chart.series, strict=False)]
    if chart.limit is not None:
        legend.append(f"{LIMIT} limit {number(chart.limit)}")
    return [*lines, f"{'':{gutter}}  {'   '.join(legend)}"]
