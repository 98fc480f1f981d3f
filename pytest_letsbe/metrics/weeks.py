"""ISO 8601 weeks in UTC: Monday to Sunday, named ``2026-W48``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from ..model import UsageError

_NAME = re.compile(r"(\d{4})-W(\d{2})\Z", re.ASCII)


#: Before and after, no pipeline runs: such a time is a mistake, and arithmetic with it would leave the calendar.
_FIRST, _LAST = 1970, 9000


def in_utc(moment: datetime | None) -> datetime | None:
    """The moment in UTC (taken for UTC where it says no offset); None for none, and for one that no pipeline saw."""
    if moment is None or not _FIRST <= moment.year <= _LAST:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """A week by its Monday."""

    monday: date

    @classmethod
    def of(cls, moment: datetime) -> Week:
        day = moment.astimezone(UTC).date()
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def named(cls, name: str) -> Week:
        """Raises ``UsageError`` for a name of no week."""
        found = _NAME.match(name)
        try:
            if found and _FIRST < int(found[1]) <= _LAST:
                return cls(date.fromisocalendar(int(found[1]), int(found[2]), 1))
        except ValueError:
            pass
        raise UsageError(f"{name!r} is no week: write it like 2026-W48")

    def before(self, weeks: int) -> Week:
        return Week(self.monday - timedelta(weeks=weeks))

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    def __str__(self) -> str:
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02}"
