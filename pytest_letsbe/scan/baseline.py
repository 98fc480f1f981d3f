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


def accept(findings: Iterable[Finding], until: date, reason: str, standing: Iterable[Accepted] = ()) -> list[Accepted]:
    """One entry a finding, by rule, path and value: the one that stands keeps its date and its reason."""
    known = {(entry.rule, entry.path, entry.fingerprint): entry for entry in standing}
    nowhere = Location("")
    return [
        known.get(key) or Accepted(*key, until, reason, nowhere)
        for key in sorted({(f.rule, f.path, f.fingerprint) for f in findings})
    ]


def render(entries: Iterable[Accepted]) -> str:
    """The entries as a file; the same ones give the same text."""
    import json

    lines = ["# Accepted findings, by keyed fingerprint. Expired or unmatched entries fail.", "version: 1", "findings:"]
    for e in sorted(entries, key=lambda e: (e.rule, e.path, e.fingerprint)):
        entry = f"rule: {e.rule}, path: {json.dumps(e.path)}, fingerprint: {json.dumps(e.fingerprint)}"
        lines.append(f"  - {{{entry}, until: {e.until}, reason: {json.dumps(e.reason)}}}")
    return "\n".join(lines if len(lines) > 3 else [*lines[:2], "findings: []"]) + "\n"
