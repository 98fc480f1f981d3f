"""Inline exceptions: ``letsbe: allow <rule-id> until 2027-01-31 reason ...`` on the line or in a comment above it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

MARK = b"letsbe: allow"
_ALLOW = re.compile(rb"letsbe: allow[ \t]+(?P<rule>(?:[a-z]+::)?[a-z0-9][a-z0-9._-]*)(?P<rest>[^\n]*)")
_REST = re.compile(r"\s+until[ =]+(?P<until>\d{4}-\d{2}-\d{2})\s+(?:reason[ :=]+|-- )(?P<reason>\S.*)")
_COMMENT = re.compile(rb"^[ \t]*(?:#|//|--|;|/?\*|<!--|\{#|\{\{!|%|rem\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Allow:
    """One exception as written; ``problem`` says why it can't hold, ``lines`` are those it covers."""

    rule: str
    path: str
    line: int
    column: int
    lines: tuple[int, ...]
    until: date | None = None
    reason: str = ""
    problem: str = ""

    def covers(self, rule: str, check: str, line: int) -> bool:
        wanted_check, colons, wanted = self.rule.rpartition("::")
        return wanted == rule and (not colons or wanted_check == check) and line in self.lines

    def expired(self, today: date) -> bool:
        return self.until is not None and today > self.until


def parse(raw: bytes, path: str) -> list[Allow]:
    """Every exception of a text; placeholders such as ``<rule-id>`` are none."""
    found = []
    for mark in _ALLOW.finditer(raw):
        start = raw.rfind(b"\n", 0, mark.start()) + 1
        line = raw.count(b"\n", 0, start) + 1
        above = _COMMENT.match(raw[start : mark.start()]) is not None
        column = len(raw[start : mark.start()].decode("utf-8", "replace")) + 1
        rest = mark["rest"].decode("utf-8", "replace")
        lines = (line, line + 1) if above else (line,)
        found.append(_allow(mark["rule"].decode(), path, line, column, lines, rest))
    return found


def spans(raw: bytes) -> list[tuple[int, int]]:
    """Where the exceptions themselves stand."""
    return [mark.span() for mark in _ALLOW.finditer(raw)]


def _allow(rule: str, path: str, line: int, column: int, lines: tuple[int, ...], rest: str) -> Allow:
    said = _REST.match(rest)
    if said is None:
        problem = "needs `until YYYY-MM-DD reason ...`" if "until" not in rest or "reason" not in rest else "isn't read"
        return Allow(
            rule, path, line, column, lines, problem=f"{problem}: letsbe: allow {rule} until 2027-01-31 reason ..."
        )
    reason = re.sub(r"\s*(?:\*/|-->|#\}|\}\})\s*$", "", said["reason"]).strip()
    try:
        until = date.fromisoformat(said["until"])
    except ValueError:
        return Allow(rule, path, line, column, lines, problem=f"{said['until']} is no date of the calendar")
    if len(reason) < 3:
        return Allow(rule, path, line, column, lines, until, reason, "needs a reason, best with an issue number")
    return Allow(rule, path, line, column, lines, until, reason)
