"""The report file ``letsbe-report/1`` as structs, read strictly; fields of later versions are ignored."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from ..model import UsageError

Status: TypeAlias = Literal["passed", "failed", "missing", "vacuous", "waived", "not-evaluated"]
Outcome: TypeAlias = Literal["passed", "failed", "error", "waived", "not_evaluated", "skipped", "deselected"]

_Name = Annotated[str, Meta(min_length=1)]
_Number = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class CaseCounts(Struct, frozen=True):
    """Cases of a check by outcome; ``failed`` holds errors too."""

    passed: _Number = 0
    failed: _Number = 0
    skipped: _Number = 0
    waived: _Number = 0
    not_evaluated: _Number = 0


class CheckEntry(Struct, frozen=True):
    """What one run says of one check."""

    status: Status
    required: bool
    counts: CaseCounts = CaseCounts()
    reasons: tuple[str, ...] = ()


class CaseEntry(Struct, frozen=True):
    """One collected case; ``deselected`` when that run left it out."""

    id: _Name
    check: _Name
    outcome: Outcome
    invariant: str = ""
    case: str = ""
    message: str | None = ""
    samples: _Number = 0
    failed_samples: tuple[str, ...] = ()
    seconds: Annotated[float, Meta(ge=0)] = 0.0
    retried: bool = False
    where: str = ""
    evidence: tuple[str, ...] = ()


class WaiverEntry(Struct, frozen=True):
    """A waiver of the run's manifest; ``until`` is its last day."""

    id: _Name
    until: date
    reason: str = ""


class Report(Struct, frozen=True, tag_field="schema", tag="letsbe-report/1"):
    """One run over one package. ``shard`` is ``(i, n)``, counted from 1. Older ones don't tell ``finished``."""

    package: _Name
    complete: bool
    checks: dict[str, CheckEntry]
    cases: tuple[CaseEntry, ...]
    commit: str | None = None
    finished: Annotated[datetime, Meta(tz=True)] | None = None
    shard: tuple[int, int] | None = None
    argv: tuple[str, ...] = ()
    waivers: tuple[WaiverEntry, ...] = ()

    def __post_init__(self) -> None:
        if self.shard is not None and not 1 <= self.shard[0] <= self.shard[1]:
            raise ValueError(f"shard {list(self.shard)} must be [i, n] with 1 <= i <= n")


class Bundle(Struct, frozen=True, tag_field="schema", tag="letsbe-merge/1"):
    """A merged file keeps the reports it came from; its verdict is worked out anew."""

    reports: tuple[Report, ...]


def load_report(path: Path) -> Report | Bundle:
    """Read a report, or what ``letsbe merge`` wrote.

    Raises:
        UsageError: names the file, and the field that is off.
    """
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: can't be read: {getattr(error, 'strerror', None) or error}") from None
    try:
        return decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise UsageError(f"{path}: not a letsbe report: {error}") from None


def decode(data: bytes) -> Report | Bundle:
    kinds: type[Report | Bundle] = Report | Bundle  # type: ignore[assignment]
    try:
        return msgspec.json.decode(data, type=kinds)
    except msgspec.DecodeError as error:
        if "surrogate" not in str(error):
            raise
    # Python's json writes a file name that isn't UTF-8 as half a surrogate pair; show it as "?".
    try:
        whole = json.dumps(json.loads(data), ensure_ascii=False).encode("utf-8", "replace")
    except ValueError as error:
        raise msgspec.DecodeError(str(error)) from None
    return msgspec.json.decode(whole, type=kinds)


def digest(report: Report) -> str:
    """Names a report by its content, so that the same one given twice counts once."""
    return hashlib.sha256(msgspec.json.encode(report, order="deterministic")).hexdigest()
