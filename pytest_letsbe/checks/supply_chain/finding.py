"""What a rule of this check found: a sentence, a place where there is one, and the mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...model import CheckFailure, Location

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation."""

    sentence: str
    location: Location | None = None
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.location}: {self.sentence}" if self.location else self.sentence


def refuse(found: Sequence[Finding], mend: str) -> None:
    """Raise the first finding, the others as evidence."""
    if not found:
        return
    first = found[0]
    lines = [str(finding) for finding in found[:SHOWN]] if len(found) > 1 else []
    lines += [f"+{len(found) - SHOWN} more"] if len(found) > SHOWN else []
    lines += [note for finding in found[:SHOWN] for note in finding.notes]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    raise CheckFailure(
        first.sentence + more, evidence=[*dict.fromkeys(lines), f"mend: {mend}"], location=first.location
    )
