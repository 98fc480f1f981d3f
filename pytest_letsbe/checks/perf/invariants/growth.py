"""growth: twice the body costs twice the work, not four times, whatever stands in it."""

from __future__ import annotations

from typing import Any

from ....model import Case, CheckFailure, Invariant
from ...redaction.invariants.growth import SHAPES, exponent
from ..bench import Bench, Finding
from ..budget import sizes as sizes_of
from ..chart import Chart, Series
from ..laboratory import TARGET
from .base import Rule

GROWTH = Invariant(
    "growth",
    "The cost of a body of n, 2n, 4n and 8n bytes grows with an exponent of at most 1.3.",
    "patterns scanned per position: exponent 2, 32 KB took 4.2 s (research/egress.md, 5)",
)
#: Below this many seconds for the largest body a quadratic scan can't be told from a linear one, nor hurts.
FLOOR = 0.02
LARGEST = 2 * 1024 * 1024
DEADLINE = 15.0
#: In the pr profile; nightly sends every shape both ways.
QUICK = (
    "upload/prose",
    "upload/spaces",
    "upload/one-letter",
    "upload/pem-headers",
    "download/prose",
    "download/spaces",
)


def _names() -> tuple[str, ...]:
    return tuple(f"{direction}/{shape}" for direction in ("download", "upload") for shape in sorted(SHAPES))


def _judge(case: Case, bench: Bench) -> None:
    if case.name not in QUICK and not bench.nightly:
        raise ValueError(f"{case.name} belongs to the nightly profile")
    limit = bench.limits.redact_growth.exponent_max
    sizes = sizes_of(bench.limits.redact_growth)
    while True:
        measured = _cost(bench, case.name, sizes, 2)
        seconds = measured["seconds"]
        if "late" in measured or "refused" in measured or seconds[-1] >= FLOOR or sizes[-1] * 4 > LARGEST:
            break
        sizes = [4 * size for size in sizes]
    direction, shape = case.name.split("/")
    if "late" in measured:
        size = sizes[len(seconds)]
        raise CheckFailure(
            f"{size:,} bytes of {shape.replace('-', ' ')} didn't pass within {DEADLINE:g} s ({direction})",
            evidence=_lines(sizes, seconds),
            location=bench.budget.at("redact_growth"),
        )
    # A size that the proxy refuses costs nothing; what is left must still show a slope.
    if len(seconds) < 3 or seconds[-1] < FLOOR or exponent(sizes[: len(seconds)], seconds) <= limit:
        bench.keep_figures(case, measured)
        return
    again = _cost(bench, case.name, sizes[: len(seconds)], 4)["seconds"]
    seconds = [min(pair) for pair in zip(seconds, again, strict=False)]
    fitted = exponent(sizes[: len(seconds)], seconds)
    bench.keep_figures(case, {**measured, "exponent": fitted})
    if fitted <= limit:
        return
    points = [(float(size), 1000 * s) for size, s in zip(sizes, seconds, strict=False)]
    straight = tuple((size, points[0][1] * size / points[0][0]) for size, _ in points)
    chart = Chart(f"cost of a body of {shape.replace('-', ' ')}", "bytes", "ms",
                  (Series("proxy", tuple(points)), Series("if it were linear", straight)), log=True)  # fmt: skip
    facts = [f"exponent: {fitted:.2f} (limit {limit})", *_lines(sizes, seconds)]
    sentence = f"the cost of {shape.replace('-', ' ')} ({direction}) grows with exponent {fitted:.2f} (limit {limit})"
    raise bench.fail(case, GROWTH, "redact_growth", Finding(sentence, facts, chart))


def _cost(bench: Bench, name: str, sizes: list[int], repeats: int) -> dict[str, Any]:
    direction, shape = name.split("/")
    return bench.take(
        "growth", way="http", proxy=TARGET, direction=direction, shape=shape, sizes=sizes, repeats=repeats,
        deadline=DEADLINE,
    )  # fmt: skip


def _lines(sizes: list[int], seconds: list[float]) -> list[str]:
    return [f"{size:,} bytes: {1000 * s:.1f} ms" for size, s in zip(sizes, seconds, strict=False)]


QUICK_RULE = Rule(GROWTH, QUICK, _judge)
NIGHTLY_RULE = Rule(GROWTH, _names(), _judge)
