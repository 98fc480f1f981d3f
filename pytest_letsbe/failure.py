"""The text of a failing item: ``file:line: sentence``, the evidence, the rerun command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from .model import Case, CheckFailure

SHOWN_SAMPLES = 5
#: So many findings of an invariant are shown with all their evidence; what leaks all leaks in thousands of cases.
SHOWN_WHOLE = 20


def render(case: Case, failure: CheckFailure, rerun: str, note: str | None = None, *, whole: bool = True) -> str:
    """What a person reads of one finding; ``rerun`` is the command that runs it again and shows it whole."""
    where = failure.location or case.location
    lines = [f"{where.path}:{where.line}: {failure.sentence}" if where else failure.sentence]
    lines += [f"  {line}" for line in (failure.evidence if whole else failure.evidence[:1])]
    if failure.failed_samples and whole:
        shown = ", ".join(failure.failed_samples[:SHOWN_SAMPLES])
        more = len(failure.failed_samples) - SHOWN_SAMPLES
        lines.append(f"  samples that failed: {shown}" + (f" +{more} more" if more > 0 else ""))
    if note:
        lines.append(f"  {note}")
    return "\n".join([*lines, f"rerun: {rerun}"])


class Writer(Protocol):
    """The part of pytest's terminal writer that is needed here."""

    def line(self, s: str = "") -> None: ...


@dataclass(frozen=True)
class Headline:
    """The first line of a finding, under the name by which pytest asks for it."""

    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Shown:
    """A finding as pytest prints it: all of it among the failures, its first line in summaries and JUnit's ``message``.

    Where ``CI`` is set pytest repeats a text that is a mere ``str`` whole in its short summary.
    """

    text: str

    @property
    def reprcrash(self) -> Headline:
        return Headline(self.text.partition("\n")[0])

    def toterminal(self, tw: Writer) -> None:
        tw.line(self.text)

    def __str__(self) -> str:
        return self.text
