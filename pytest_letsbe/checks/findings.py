"""Findings of a check that reads a repo: many places become one failure, five of them shown."""

from __future__ import annotations

from ..model import CheckFailure, Location

#: (sentence, where)
Finding = tuple[str, Location]
_SHOWN = 5


def refuse(found: list[Finding]) -> None:
    """Raise ``CheckFailure`` at the first place when there is any finding."""
    if not found:
        return
    sentence, where = found[0]
    evidence = [f"{place}: {said}" for said, place in found[:_SHOWN]] if len(found) > 1 else []
    more = [f"+{len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    tail = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    raise CheckFailure(sentence + tail, evidence=[*evidence, *more], location=where)
