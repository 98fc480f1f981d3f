"""Figures in words: a duration as a person says it, and a share that claims no more than its n allows."""

from __future__ import annotations

from .definitions import Kind
from .figures import ENOUGH, Figure, interval

_UNITS = ((7 * 86400.0, "wk"), (86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


def duration(seconds: float) -> str:
    """``3.5 h``: two figures in the largest unit of which there are two or more, or just one (1.5 d is 36 h)."""
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= 2 * size or seconds == size), _UNITS[-1])
    amount = seconds / size
    return f"{amount:.0f} {unit}" if amount >= 10 or amount == int(amount) else f"{amount:.1f} {unit}"


def percent(share: float) -> str:
    """Two significant figures below ten percent, none behind the point above."""
    of_hundred = 100 * share
    return f"{of_hundred:.0f} %" if of_hundred >= 10 or share == 0 else f"{of_hundred:.2g} %"


def value(kind: Kind, figure: Figure) -> str:
    """The figure itself; a dash where there is none."""
    if kind == "count":
        return f"{figure.n:,}"
    if not figure.n:
        return "–"
    if kind == "duration":
        return duration(figure.median or 0.0)
    return percent(figure.share or 0.0) if figure.n >= ENOUGH else f"{figure.hits} of {figure.n}"


def size(kind: Kind, figure: Figure) -> str:
    """What stands beside it: its n, and of a share how many."""
    if kind == "share" and figure.n >= ENOUGH:
        return f"{figure.hits:,} of {figure.n:,}"
    return f"n = {figure.n:,}"


def spread(kind: Kind, figure: Figure) -> str:
    """The interval of 95 %, or that there are too few for one."""
    if kind == "count" or not figure.n:
        return ""
    ends = interval(kind, figure)
    if ends is None:
        return "too few"
    show = duration if kind == "duration" else percent
    return f"{show(ends[0])} to {show(ends[1])}"


def reach(figure: Figure) -> str:
    """The shortest and the longest of two or more."""
    return f"{duration(figure.values[0])} to {duration(figure.values[-1])}" if len(figure.values) > 1 else ""


def compact(number: int) -> str:
    """``1.4k``: two figures, for where there is no room."""
    if number < 1000:
        return str(number)
    return f"{number / 1000:.1f}k" if number < 9950 else f"{number / 1000:.0f}k"
