"""Removal with notice: deprecation, sunset dates (RFC 8594) and stability levels."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from ..operations import Operation
from .context import Context, Pair

LEVELS = ("draft", "alpha", "beta", "stable")


def removed(context: Context, old: Operation, prefix: str, *, path_gone: bool) -> None:
    """An operation that is gone: allowed while it was a draft, and after its notice."""
    if level(old) in ("draft", "alpha"):
        return
    kind = "api-path-removed" if path_gone else "api-removed"
    where = f"{prefix}{old.name}"
    place = context.new.top / ("webhooks" if prefix.startswith("webhook") else "paths")
    request = {"request": {"method": old.method.upper(), "path": old.path}}
    if old.flag("deprecated") is not True:
        context.by_rule(
            f"{kind}-without-deprecation", place, where, "was removed without being deprecated first", request
        )
        return
    said = old.flag("x-sunset")
    if said is None:
        return
    day = sunset(said)
    if day is None:
        context.by_rule(
            "api-path-sunset-parse", old.place, where, f"was removed, and its sunset {said!r} is no date", request
        )
    elif day > context.today:
        context.by_rule(f"{kind}-before-sunset", place, where, f"was removed before its sunset on {day}", request)


def changed(context: Context, pair: Pair) -> None:
    """Promises about an operation that is still there."""
    old, new = pair.old, pair.new
    stated = new.flag("x-stability-level")
    if stated is not None and stated not in LEVELS and stated != old.flag("x-stability-level"):
        context.by_rule(
            "api-invalid-stability-level", new.place, pair.name, f"{stated!r} is none of {', '.join(LEVELS)}"
        )
    elif (
        level(new) is not None
        and level(old) is not None
        and LEVELS.index(str(level(new))) < LEVELS.index(str(level(old)))
    ):
        context.by_rule("api-stability-decreased", new.place, pair.name, f"was {level(old)} and is {level(new)}")
    before, after = old.flag("x-sunset"), new.flag("x-sunset")
    if after is not None and sunset(after) is None and after != before:
        context.by_rule("api-deprecated-sunset-parse", new.place, pair.name, f"the sunset {after!r} is no date")
    elif before is not None and after is None and new.flag("deprecated") is True:
        context.by_rule(
            "api-sunset-deleted", new.place, pair.name, f"the sunset {before} is gone, the deprecation stays"
        )
    elif before is not None and after is not None:
        was, now = sunset(before), sunset(after)
        if was and now and now < was:
            message = f"the sunset was {was} and is {now}"
            context.by_rule("api-sunset-date-changed-too-small", new.place, pair.name, message)


def level(operation: Operation) -> str | None:
    """The stability level; an operation without one is as stable as any."""
    said = operation.flag("x-stability-level")
    return said if said in LEVELS else "stable" if said is None else None


def sunset(said: Any) -> date | None:
    """A date, or a moment as RFC 3339 writes it."""
    if not isinstance(said, str) or not re.match(r"\d{4}-\d\d-\d\d", said):
        return None
    try:
        return datetime.fromisoformat(said.replace("Z", "+00:00")).date()
    except ValueError:
        return None
