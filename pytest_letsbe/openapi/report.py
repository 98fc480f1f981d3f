"""What a comparison found, and how it is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from ..model import Location

Verdict: TypeAlias = Literal["compatible", "breaking", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One incompatible (``break``) or undecided (``unknown``) change.

    ``witness`` is a concrete request or response that one side takes and the other refuses, or None when the break is
    one by rule. ``where`` is the operation and the place inside it, without names of files; ``elsewhere`` are the
    other places that share the schema.
    """

    rule: str
    location: Location
    where: str
    verdict: Literal["break", "unknown"]
    message: str
    witness: dict[str, Any] | None = None
    operation: str = ""
    elsewhere: tuple[str, ...] = ()

    @property
    def also(self) -> int:
        return len(self.elsewhere)

    @property
    def case(self) -> str:
        """The stable name that a waiver is written for: the rule and the place, no line."""
        return f"{self.rule}/{slug(self.where)}"

    def line(self) -> str:
        more = f" (and in {self.also} more places)" if self.also else ""
        return f"{self.location}: {self.rule}: {self.where}: {self.message}{more}"


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, sorted by place; ``proven`` counts the schema pairs that were shown to be compatible."""

    findings: tuple[Finding, ...]
    proven: int = 0
    operations: int = 0
    notes: tuple[str, ...] = field(default=())

    @property
    def breaks(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.verdict == "break"]

    @property
    def unknown(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.verdict == "unknown"]

    @property
    def verdict(self) -> Verdict:
        return "breaking" if self.breaks else "unknown" if self.unknown else "compatible"

    def as_json(self) -> str:
        findings = [
            {"rule": f.rule, "location": str(f.location), "verdict": f.verdict, "witness": f.witness,
             "message": f"{f.where}: {f.message}", "where": f.where, "case": f.case} for f in self.findings
        ]  # fmt: skip
        stats = {
            "breaks": len(self.breaks),
            "unknown": len(self.unknown),
            "proven": self.proven,
            "operations": self.operations,
        }
        out = {"verdict": self.verdict, "findings": findings, "stats": stats, "notes": list(self.notes)}
        return json.dumps(out, indent=1, ensure_ascii=False, default=str)

    def text(self) -> str:
        lines: list[str] = []
        for finding in self.findings:
            lines.append(finding.line())
            lines += witness_lines(finding)
        lines += [f"note: {note}" for note in self.notes]
        return "\n".join([*lines, self.summary()])

    def summary(self) -> str:
        compared = f"{self.operations} operations compared, {self.proven} changed schemas proven compatible"
        if self.verdict == "compatible":
            return f"compatible: {compared}"
        by_rule = sum(finding.witness is None for finding in self.breaks)
        shown = f"{len(self.breaks) - by_rule} with a witness, {by_rule} by rule"
        return f"{self.verdict}: {len(self.breaks)} breaks ({shown}), {len(self.unknown)} unknown; {compared}"


def witness_lines(finding: Finding, width: int = 400) -> Sequence[str]:
    """The witness, indented, cut when it is long."""
    if finding.witness is None:
        return ()
    text = json.dumps(finding.witness, ensure_ascii=False, default=str)
    return (f"    witness: {text if len(text) <= width else text[:width] + ' ...'}",)


def slug(text: str) -> str:
    """A name that can stand in a node id."""
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", text)
    words = [re.sub(r"[^a-z0-9._-]+", "-", part.lower()).strip("-._") for part in re.split(r"[/ ]+", text)]
    return "/".join(word for word in words if word) or "document"
