"""Twelve weeks of a figure as inline SVG: each value a dot, each week's figure a bar or mark, its n below; no lines.

Lines between weeks would claim a course where a week may hold two values. Colours are the page's own, so that it is
read in light, in dark and on paper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from math import log

from .figures import Figure, Series, interval
from .wording import compact, duration, percent, value

_WIDTH, _HEIGHT = 540, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 50, 4, 12, 44
#: Where the axis of durations may be marked, in seconds.
_MARKS = (
    1,
    10,
    60,
    300,
    900,
    1800,
    3600,
    4 * 3600,
    12 * 3600,
    86400,
    3 * 86400,
    7 * 86400,
    28 * 86400,
    91 * 86400,
    364 * 86400,
)
#: Values of one week; more are drawn as every so many-th.
_MOST_DOTS = 60
_SHARES = (0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0)
_COUNTS = (2, 4, 10, 20, 50, 100, 200, 500, 1000)

Scale = Callable[[float], float]


def to_svg(series: Series, name: str) -> str:
    """``name`` is unique on the page: the picture is called by its title and described by what it shows."""
    kind = series.definition.kind
    figures = [figure for _, figure in series.weeks]
    scale, marks = {"duration": _durations, "share": _shares, "count": _counts}[kind](figures)
    draw = {"duration": _dots, "share": _share, "count": _bar}[kind]
    column = (_WIDTH - _LEFT - _RIGHT) / len(series.weeks)
    lines = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="{name}-title {name}-says">',
        f'<title id="{name}-title">{escape(series.definition.title)}, twelve weeks</title>',
        f'<desc id="{name}-says">{escape(_says(series))}</desc>',
    ]
    for mark, text in marks:
        y = scale(mark)
        lines.append(f'<path class="rule" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/>')
        lines.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{escape(text)}</text>')
    for index, (week, figure) in enumerate(series.weeks):
        middle = _LEFT + column * (index + 0.5)
        lines += draw(figure, middle, column, scale)
        below = compact(figure.n)
        if kind == "share" and figure.n:
            below = f"{compact(figure.hits)}/{below}"
        small = ' class="small"' if len(below) > 5 else ""
        now = ' class="now"' if index == len(series.weeks) - 1 else ""
        lines.append(f'<text x="{middle:.1f}" y="{_HEIGHT - 24}" text-anchor="middle"{now}>{str(week)[5:]}</text>')
        lines.append(f'<text x="{middle:.1f}" y="{_HEIGHT - 7}" text-anchor="middle"{small}>{below}</text>')
    lines.append(f'<text x="{_LEFT - 6}" y="{_HEIGHT - 7}" text-anchor="end">n</text></svg>')
    return "".join(lines)


def _says(series: Series) -> str:
    told = [f"{week}: {value(series.definition.kind, f)} of {f.n}" for week, f in series.weeks if f.n]
    return "; ".join(told) or "Nothing was recorded."


def _between(low: float, high: float) -> Scale:
    """Linear, from the bottom line to the top one."""
    return lambda at: _HEIGHT - _BOTTOM - (at - low) / (high - low) * (_HEIGHT - _BOTTOM - _TOP)


def _durations(figures: Sequence[Figure]) -> tuple[Scale, list[tuple[float, str]]]:
    values = [max(1.0, second) for figure in figures for second in figure.values] or [3600.0, 86400.0]
    below = [mark for mark in _MARKS if mark <= min(values)]
    above = [mark for mark in _MARKS if mark >= max(values)]
    low, high = float(below[-1]), float(above[0]) if above else max(values)
    if low == high:
        low, high = low / 2, high * 2
    linear = _between(log(low), log(high))
    shown = [mark for mark in _MARKS if low <= mark <= high]
    while len(shown) > 7:
        shown = shown[::2]
    return lambda at: linear(log(max(1.0, at))), [(mark, duration(mark)) for mark in shown]


def _shares(figures: Sequence[Figure]) -> tuple[Scale, list[tuple[float, str]]]:
    highest = max((ends[1] for figure in figures if (ends := interval("share", figure))), default=1.0)
    top = next(share for share in _SHARES if share >= highest)
    return _between(0, top), [(top * part / 2, percent(top * part / 2)) for part in range(3)]


def _counts(figures: Sequence[Figure]) -> tuple[Scale, list[tuple[float, str]]]:
    highest = max((figure.n for figure in figures), default=0)
    top = next((count for count in _COUNTS if count >= highest), highest)
    return _between(0, top), [(top * part / 2, f"{top * part // 2:,}") for part in range(3)]


def _dots(figure: Figure, middle: float, column: float, scale: Scale) -> Iterable[str]:
    """Every value; the median of two or more as a stroke, and its interval where there is one."""
    stride = -(-len(figure.values) // _MOST_DOTS) or 1
    for index, second in enumerate(figure.values[::stride]):
        # Equal ones don't hide each other: each next one stands a little further out.
        aside = 0.0 if len(figure.values) < 3 else (index % 5 - 2) * column / 9
        yield f'<circle class="dot" cx="{middle + aside:.1f}" cy="{scale(second):.1f}" r="3"/>'
    if ends := interval("duration", figure):
        yield from _whisker(ends, middle, scale)
    if len(figure.values) > 1:
        yield f'<path class="mark" d="M{middle - column / 3:.1f} {scale(figure.median or 0):.1f}h{column / 1.5:.1f}"/>'


def _share(figure: Figure, middle: float, column: float, scale: Scale) -> Iterable[str]:
    """A mark with its interval: wide for few."""
    ends = interval("share", figure)
    if ends is not None:
        yield from _whisker(ends, middle, scale)
        yield f'<circle class="mark" cx="{middle:.1f}" cy="{scale(figure.share or 0):.1f}" r="4"/>'


def _bar(figure: Figure, middle: float, column: float, scale: Scale) -> Iterable[str]:
    if figure.n:
        top, width = scale(figure.n), column * 0.6
        yield f'<rect class="count" x="{middle - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}"'
        yield f' height="{scale(0) - top:.1f}"/>'


def _whisker(ends: tuple[float, float], middle: float, scale: Scale) -> Iterable[str]:
    yield f'<path class="whisker" d="M{middle:.1f} {scale(ends[0]):.1f}V{scale(ends[1]):.1f}"/>'
