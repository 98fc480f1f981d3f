"""What the differ says about a pair, and whether that is right."""

from __future__ import annotations

from pytest_letsbe.openapi.diff import diff
from pytest_letsbe.openapi.report import Report

from .pairs import Pair, document


def report(pair: Pair) -> Report:
    return diff(document(pair.old, "old.json"), document(pair.new, "new.json"))


def wrong(pair: Pair) -> str:
    """What is wrong with the answer, or nothing."""
    said = report(pair)
    wanted = "breaking" if pair.breaking else "unknown" if pair.verdict == "unknown" else "compatible"
    if said.verdict != wanted:
        found = "; ".join(finding.line() for finding in said.findings[:2])
        return f"{pair.name}: {wanted} was wanted, {said.verdict} was said. {found}"
    if pair.verdict == "break" and not any(finding.witness for finding in said.breaks):
        return f"{pair.name}: no witness"
    return ""
