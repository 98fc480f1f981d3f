"""The budget file: ratios and additions with floors, read strictly, and written anew by ``--letsbe-update``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from ... import strict_yaml
from ...model import Location, UsageError
from ...structs import convert

Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Positive = Annotated[float, Meta(gt=0)]
Share = Annotated[float, Meta(gt=0, le=1)]
_SIZE = re.compile(r"([0-9]+)(KiB|MiB)\Z|x([0-9]+)\Z")


class Sampling(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much is measured; the nightly profile takes several times as much."""

    version: Literal[1]
    blocks: Annotated[int, Meta(ge=6, le=10_000)] = 24
    per_block: Annotated[int, Meta(ge=4, le=10_000)] = 16
    interleave: Literal["abba"] = "abba"
    warmup: Count = 20
    max_seconds: Positive = 30.0


class AddedP50(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limit of the time that the proxy adds to a small request, keep-alive, one at a time."""

    stat: Literal["interleaved_median_diff"] = "interleaved_median_diff"
    max_ms: Positive = 10.0
    floor_ms: Positive = 0.5
    times_relay: Positive = 8.0


class VsBase(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limit of the ratio to the base build's time."""

    stat: Literal["interleaved_ratio"] = "interleaved_ratio"
    max: Positive = 1.2
    confirm: Annotated[int, Meta(ge=1, le=5)] = 2


class OpenGate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of the open loop is judged; the tails are only told."""

    p50_added_ms: Positive = 20.0


class OpenLoop(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fixed rate, counted from the moment each request was due."""

    rate_rps: Positive = 30.0
    seconds: Positive = 3.0
    from_: Literal["scheduled"] = msgspec.field(name="from", default="scheduled")
    errors: Annotated[int, Meta(ge=0)] = 0
    report: list[Literal["p50", "p95", "p99"]] = msgspec.field(default_factory=lambda: ["p50", "p95", "p99"])
    gate: OpenGate = OpenGate()


class Throughput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A download passes at ``min_ratio`` of the direct rate, or at ``enough_mb_s``, whichever is less."""

    body_mb: Positive = 8.0
    min_ratio: Share = 0.02
    enough_mb_s: Positive = 20.0


class EventLag(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limit of the lag of the worst event, beyond the direct one, in the best of so many streams."""

    events: Annotated[int, Meta(ge=2, le=16)] = 8
    gap_ms: Positive = 60.0
    max_ms: Positive = 100.0
    min_of: Annotated[int, Meta(ge=1, le=10)] = 3


class Growth(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limit of the exponent of cost over size; the sizes grow further while the cost can't be told from nothing."""

    sizes: Annotated[list[str], Meta(min_length=3)] = msgspec.field(default_factory=lambda: ["16KiB", "x2", "x4", "x8"])
    exponent_max: Annotated[float, Meta(gt=1)] = 1.3
    corpus: Literal["adversarial"] = "adversarial"


class Plateau(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Memory of the last third over the middle third of many requests; less than ``floor_mb`` more is no growth."""

    requests: Annotated[int, Meta(ge=120, le=10_000_000)] = 1500
    last_vs_middle_third_max: Annotated[float, Meta(gt=1)] = 1.05
    floor_mb: Positive = 4.0
    cap_mb: Positive = 512.0


class Tunnels(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many at once; ``ok_ratio`` of them work, and the rest is refused with one of the statuses."""

    open: Annotated[int, Meta(ge=1, le=5000)] = 300
    ok_ratio: Share = 1.0
    refuse_with: list[int] = msgspec.field(default_factory=lambda: [429, 503])


class SlowReader(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limit of what the proxy holds of a body that its client doesn't read."""

    body_mb: Positive = 128.0
    rss_growth_max_mb: Positive = 32.0


class Budgets(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry for each statement."""

    added_p50: AddedP50 = AddedP50()
    vs_base_build: VsBase = VsBase()
    open_loop: OpenLoop = OpenLoop()
    throughput: Throughput = Throughput()
    sse_event_lag: EventLag = EventLag()
    redact_growth: Growth = Growth()
    memory_plateau: Plateau = Plateau()
    tunnels: Tunnels = Tunnels()
    slow_reader: SlowReader = SlowReader()


class Noise(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Beyond this ratio of a measurement to itself only a verdict that the noise can't turn is given."""

    self_check: Literal["aa"] = "aa"
    max_aa_ratio: Annotated[float, Meta(gt=1)] = 1.10
    on_fail: Literal["inconclusive"] = "inconclusive"


class BudgetFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    perf: Sampling
    budgets: Budgets = Budgets()
    noise: Noise = Noise()


@dataclass(frozen=True, slots=True)
class Budget:
    """A budget, and where each of its entries stands; ``document`` is None for the suite's own."""

    file: BudgetFile
    document: strict_yaml.Document | None = None

    def at(self, name: str) -> Location | None:
        """Where the entry of ``budgets`` stands, for a failure's first line."""
        return None if self.document is None else self.document.at("budgets", name)


OWN = Budget(BudgetFile(perf=Sampling(version=1)))


def load(path: Path, *, shown_as: str) -> Budget:
    """Read a budget file; UsageError names ``file:line:column`` and the mend."""
    document = strict_yaml.load(path, shown_as=shown_as)
    if not isinstance(document.data, dict):
        raise UsageError("needs at least `perf: {version: 1}`", document.at())
    file = convert(document, (), BudgetFile, document.data)
    _sizes(file.budgets.redact_growth.sizes, document)
    return Budget(file, document)


def sizes(growth: Growth) -> list[int]:
    """``[64KiB, x2, x4]`` in bytes."""
    return _sizes(growth.sizes, None)


def _sizes(texts: list[str], document: strict_yaml.Document | None) -> list[int]:
    found: list[int] = []
    for index, text in enumerate(texts):
        match = _SIZE.match(text)
        size = 0
        if match and match[1]:
            size = int(match[1]) * (1024 if match[2] == "KiB" else 1024 * 1024)
        elif match and found:
            size = found[0] * int(match[3])
        if size <= (found[-1] if found else 0):
            where = document.at("budgets", "redact_growth", "sizes", index) if document else None
            raise UsageError(f"{text!r}: sizes grow, as in [64KiB, x2, x4, x8]", where)
        found.append(size)
    return found


TEMPLATE = """\
# What the proxy may cost (checks.perf). Written by `pytest -p letsbe --letsbe-update`; review it like code.
perf: {version: 1, blocks: 24, per_block: 16, interleave: abba, warmup: 20, max_seconds: 30}
budgets:
  # Judged: median of interleaved blocks. Under floor_ms nothing fails; times_relay of a plain relay excuses a slow
  # machine.
  added_p50:      {stat: interleaved_median_diff, max_ms: 10, floor_ms: 0.5, times_relay: 8}
  vs_base_build:  {stat: interleaved_ratio, max: 1.2, confirm: 2}
  # p95 and p99 are told, never judged.
  open_loop:
    {rate_rps: 30, seconds: 3, from: scheduled, errors: 0, report: [p50, p95, p99], gate: {p50_added_ms: 20}}
  throughput:     {body_mb: 8, min_ratio: 0.02, enough_mb_s: 20}
  sse_event_lag:  {events: 8, gap_ms: 60, max_ms: 100, min_of: 3}
  redact_growth:  {sizes: [16KiB, x2, x4, x8], exponent_max: 1.3, corpus: adversarial}
  memory_plateau: {requests: 1500, last_vs_middle_third_max: 1.05, floor_mb: 4, cap_mb: 512}
  tunnels:        {open: 300, ok_ratio: 1.0, refuse_with: [429, 503]}
  slow_reader:    {body_mb: 128, rss_growth_max_mb: 32}
noise: {self_check: aa, max_aa_ratio: 1.10, on_fail: inconclusive}
"""


def write(path: Path, shown_as: str, key: tuple[str, ...], value: float) -> None:
    """Put a number into the file, which is made from the template when there is none; the rest of it stays as it is.

    Raises:
        UsageError: the file doesn't have the key, so there is nothing to replace.
    """
    if not path.exists():
        path.write_text(TEMPLATE, encoding="utf-8")
    document = strict_yaml.load(path, shown_as=shown_as)
    if key not in document.marks:
        raise UsageError(f"write {'.'.join(key)} once; then it can be updated", document.at(*key))
    line, column = document.marks[key]
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    head, tail = lines[line - 1][: column - 1], lines[line - 1][column - 1 :]
    lines[line - 1] = head + re.sub(r"(:\s*)[^\s,}#]+", rf"\g<1>{value:g}", tail, count=1)
    fresh = path.with_name(path.name + ".new")
    fresh.write_text("".join(lines), encoding="utf-8")
    fresh.replace(path)


def headroom(value: float, least: float, times: float = 2.0) -> float:
    """A limit to write for what was measured: twice as much, to two digits, and never under ``least``."""
    return float(f"{max(value * times, least):.2g}")
