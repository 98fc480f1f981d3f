"""A baseline file: findings accepted for a time, by fingerprint. It holds no secret and every entry ends one day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from .. import strict_yaml
from ..model import Location, UsageError
from ..structs import convert
from .finding import Finding


class _Entry(Struct, frozen=True, forbid_unknown_fields=True):
    rule: str
    path: str
    fingerprint: Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
    until: date
    reason: Annotated[str, Meta(min_length=3)]


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    version: Literal[1]
    findings: list[_Entry] = []


@dataclass(frozen=True, slots=True)
class Accepted:
    """One entry: the rule, the file and the value it was written for."""

    rule: str
    path: str
    fingerprint: str
    until: date
    reason: str
    location: Location

    def covers(self, finding: Finding) -> bool:
        return (self.rule, self.path, self.fingerprint) == (finding.rule, finding.path, finding.fingerprint)


def read(path: Path, shown: str) -> tuple[Accepted, ...]:
    """Every entry with its place.

    Raises:
        UsageError: the file isn't a baseline.
    """
    document = strict_yaml.load(path, shown_as=shown)
    if not isinstance(document.data, dict):
        raise UsageError("a baseline is a mapping with `version: 1` and `findings:`", Location(shown))
    model = convert(document, (), _File, document.data)
    return tuple(
        Accepted(e.rule, e.path, e.fingerprint, e.until, e.reason, document.at("findings", index))
        for index, e in enumerate(model.findings)
    )


def render(findings: Iterable[Finding], until: date, reason: str) -> str:
    """A baseline of the findings as YAML; the same findings give the same text."""
    import json

    lines = ["# Accepted findings, by keyed fingerprint. Expired or unmatched entries fail.", "version: 1", "findings:"]
    for rule, path, print_ in sorted({(f.rule, f.path, f.fingerprint) for f in findings}):
        entry = f"rule: {rule}, path: {json.dumps(path)}, fingerprint: {json.dumps(print_)}"
        lines.append(f"  - {{{entry}, until: {until}, reason: {json.dumps(reason)}}}")
    return "\n".join(lines if len(lines) > 3 else [*lines[:2], "findings: []"]) + "\n"
