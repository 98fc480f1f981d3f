"""Accepted findings: which waiver covers a case, which has expired, which covers nothing any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .model import Location


@dataclass(frozen=True, slots=True)
class Waiver:
    """``id`` names a case (``redaction::no-leak[github-pat/url/base64]``), a whole invariant
    (``redaction::chunk-invariant``), or a check (``perf``). ``until`` is its last day."""

    id: str
    until: date
    reason: str
    location: Location

    @property
    def check(self) -> str:
        return self.id.partition("::")[0]

    def covers(self, case_id: str) -> bool:
        return self.id == case_id or ("[" not in self.id and "::" in self.id and case_id.startswith(self.id + "["))

    def expired(self, today: date) -> bool:
        return today > self.until


def find(waivers: tuple[Waiver, ...], case_id: str, today: date) -> Waiver | None:
    """The waiver in force for a case, if there is one."""
    return next((w for w in waivers if w.covers(case_id) and not w.expired(today)), None)
