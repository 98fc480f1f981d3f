"""``-- letsbe: allow migrations::<rule> until <date> <reason>``: a destructive statement that somebody meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from ...suggest import did_you_mean
from .sql import Statement

FORM = "-- letsbe: allow migrations::<rule>[, <rule>] until YYYY-MM-DD <reason>"
_STARTS = re.compile(r"letsbe\s*:", re.IGNORECASE)
_ALLOW = re.compile(
    r"letsbe\s*:\s*allow\s+(?P<rules>(?:migrations::)?[\w-]+(?:\s*,\s*(?:migrations::)?[\w-]+)*)\s+until\s+(?P<until>\d{4}-\d{2}-\d{2})\s+(?P<reason>\S.*)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Annotation:
    """What is allowed for the statement on the lines ``first`` to ``last``."""

    line: int
    first: int
    last: int
    rules: tuple[str, ...]
    until: date
    reason: str

    def covers(self, rule: str, line: int | None) -> bool:
        """``line`` is None for what was seen by its effect: any statement of the file may have done it."""
        return rule in self.rules and (line is None or self.first <= line <= self.last)


def read_annotations(parts: list[Statement], known: frozenset[str]) -> tuple[list[Annotation], list[tuple[int, str]]]:
    """The annotations of a file, and what is wrong with those that can't be read, as (line, sentence)."""
    found: list[Annotation] = []
    wrong: list[tuple[int, str]] = []
    for part in parts:
        for comment in part.comments:
            if not _STARTS.match(comment.text):
                continue
            match = _ALLOW.fullmatch(comment.text)
            if match is None:
                wrong.append((comment.line, f"this annotation can't be read; write `{FORM}`"))
                continue
            # `migrations::rule` as everywhere: without the check's name the scanner takes it for a rule of its own.
            rules = tuple(r.removeprefix("migrations::") for r in re.split(r"\s*,\s*", match["rules"].lower()))
            unknown = [rule for rule in rules if rule not in known]
            if unknown:
                wrong.append((comment.line, f"no rule is called {unknown[0]!r}{did_you_mean(unknown[0], known)}"))
                continue
            try:
                until = date.fromisoformat(match["until"])
            except ValueError:
                wrong.append((comment.line, f"{match['until']} is no date"))
                continue
            first = min(part.line, comment.line)
            found.append(Annotation(comment.line, first, part.last, rules, until, match["reason"]))
    return found, wrong
