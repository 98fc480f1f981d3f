"""What a client wishes for beside the request: media types by ``Accept``, a status or an example by ``Prefer``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wishes:
    """``accept`` is the header's text, empty without one; ``code`` and ``example`` are what ``Prefer`` names.

    ``Prefer: code=404, example=gone`` (RFC 7240; the two preferences are those that Prism's users know).
    """

    accept: str = ""
    code: int | None = None
    example: str | None = None


def wishes(headers: Mapping[str, str]) -> Wishes:
    """Read the headers; preferences that nobody knows are ignored, as RFC 7240, 2, says."""
    lower = {name.lower(): value for name, value in headers.items()}
    said: dict[str, str] = {}
    for part in re.split(r"[,;]", lower.get("prefer", "")):
        name, _, value = part.strip().partition("=")
        said.setdefault(name.strip().lower(), value.strip().strip('"'))
    code = said.get("code", "")
    chosen = int(code) if re.fullmatch(r"[1-5][0-9]{2}", code) else None
    return Wishes(lower.get("accept", ""), chosen, said.get("example") or None)


def acceptable(accept: str, offered: Iterable[str]) -> str | None:
    """The offered media type that is wanted most, the first of equals; None when none is (RFC 9110, 12.5.1)."""
    ranges = [_range(part) for part in accept.split(",") if part.strip()]
    best: tuple[float, str] | None = None
    for name in offered:
        weight = _weight(name, ranges) if ranges else 1.0
        if weight > 0 and (best is None or weight > best[0]):
            best = (weight, name)
    return None if best is None else best[1]


def _range(text: str) -> tuple[str, str, float]:
    full, *parameters = text.split(";")
    main, _, sub = full.strip().lower().partition("/")
    weight = 1.0
    for parameter in parameters:
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "q":
            weight = float(value) if re.fullmatch(r"[01](\.[0-9]{0,3})?", value) else 1.0
    return main, sub or "*", weight


def _weight(name: str, ranges: list[tuple[str, str, float]]) -> float:
    """That of the most specific range that matches; the offer may be a range itself."""
    main, _, sub = name.split(";")[0].strip().lower().partition("/")
    found = (-1, 0.0)
    for wanted, part, weight in ranges:
        if wanted not in ("*", main) and main != "*":
            continue
        if part not in ("*", sub) and sub != "*":
            continue
        found = max(found, ((wanted != "*") + (part != "*"), weight), key=lambda one: one[0])
    return found[1]
