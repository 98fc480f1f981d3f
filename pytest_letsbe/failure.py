"""The text of a failing item: ``file:line: sentence``, the evidence, the rerun command."""

from __future__ import annotations

from .model import Case, CheckFailure

SHOWN_SAMPLES = 5


def render(case: Case, failure: CheckFailure, rerun: str, note: str | None = None) -> str:
    """What a person reads of one finding; ``rerun`` is the command that runs it again."""
    where = failure.location or case.location
    lines = [f"{where.path}:{where.line}: {failure.sentence}" if where else failure.sentence]
    lines += [f"  {line}" for line in failure.evidence]
    if failure.failed_samples:
        shown = ", ".join(failure.failed_samples[:SHOWN_SAMPLES])
        more = len(failure.failed_samples) - SHOWN_SAMPLES
        lines.append(f"  samples that failed: {shown}" + (f" +{more} more" if more > 0 else ""))
    if note:
        lines.append(f"  {note}")
    return "\n".join([*lines, f"rerun: {rerun}"])
