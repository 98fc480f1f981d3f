"""What a rollout tells: deployments, rollbacks and canary aborts, as JSON lines that its controller writes.

The shape is that of Four Keys (deployments, changes and incidents as plain events, figures made when asked).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct
from msgspec.structs import replace

from ..model import Location, UsageError
from .located import decode, read
from .weeks import in_utc

_Text = Annotated[str, Meta(min_length=1, max_length=200)]
_Time = Annotated[datetime, Meta(tz=True)]


class Deploy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="event", tag="deploy"):
    """A deployment that reached an environment; ``fixes`` names the deployment that it is the hotfix of."""

    id: _Text
    at: _Time
    package: str = ""
    environment: _Text = "production"
    region: str = ""
    fixes: _Text | None = None


class Rollback(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="event", tag="rollback"):
    """A deployment was taken back: times of ``crossed`` threshold, ``started``, and ``at`` all were restored."""

    id: _Text
    deploy: _Text
    crossed: _Time
    at: _Time
    started: _Time | None = None
    package: str = ""
    region: str = ""


class CanaryAbort(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="event", tag="canary-abort"):
    """A campaign was stopped in its canary wave."""

    id: _Text
    at: _Time
    campaign: str = ""
    package: str = ""
    region: str = ""
    reason: Annotated[str, Meta(max_length=400)] = ""


Event: TypeAlias = Deploy | Rollback | CanaryAbort


def load(path: Path) -> list[Event]:
    """The events of a file, one JSON object a line; empty lines are nothing.

    Raises:
        UsageError: at ``file:line``, for a line that is no event, or whose times run backwards.
    """
    return list(_lines(path))


def _lines(path: Path) -> Iterator[Event]:
    for number, line in enumerate(read(path).split(b"\n"), start=1):
        if not line.strip():
            continue
        kinds: type[Event] = Event  # type: ignore[assignment]
        where = Location(str(path), number)
        event = _in_utc(decode(line, kinds, str(path), number), where)
        if isinstance(event, Rollback):
            steps = [event.crossed, *([event.started] if event.started else []), event.at]
            if steps != sorted(steps):
                raise UsageError("a rollback's times must run crossed, started, at", where)
        yield event


def _in_utc(event: Event, where: Location) -> Event:
    """One moment has one spelling, so that an event told twice is one event."""
    given = {name: when for name in ("at", "crossed", "started") if (when := getattr(event, name, None))}
    moments = {name: in_utc(when) for name, when in given.items()}
    for name, moment in moments.items():
        if moment is None:
            raise UsageError(f"{name}: the year {given[name].year} is no time of a rollout", where)
    return replace(event, **moments)
