"""memory-plateau and tunnels: many requests leave nothing behind, and many clients are served at once."""

from __future__ import annotations

from typing import Any

from ....model import Case, CheckFailure, Invariant, NotEvaluated
from .. import statistic
from ..bench import Bench, Finding
from ..chart import Chart, curve
from ..laboratory import TARGET
from .base import Rule

PLATEAU = Invariant(
    "memory-plateau",
    "Over many requests the proxy's memory comes to rest, and stays under its cap.",
    "a short run's slope blames every warm-up (research/egress.md, 5): a plateau is asked for, three times",
)
TUNNELS = Invariant(
    "tunnels",
    "So many tunnels open at once all carry bytes, or are refused at once in words.",
    "tinyproxy stalls at 200 clients for 20 s (research/egress.md, 5)",
)
#: A heap that still fills looks like a leak; a leak still looks like one after so many rounds.
ROUNDS = 3


def _plateau(case: Case, bench: Bench) -> None:
    limits = bench.limits.memory_plateau
    requests = limits.requests * (10 if bench.nightly else 1)
    whole: list[float] = []
    for _ in range(ROUNDS):
        measured = bench.take(
            "memory",
            proxy=TARGET,
            requests=requests,
            most=bench.budget.file.perf.max_seconds / (0.5 if bench.nightly else 3),
        )
        series = [mb for mb in measured["series"] if mb is not None]
        if len(series) < 3:
            raise NotEvaluated("the proxy's memory can't be read on this machine")
        whole += series
        middle, last = statistic.thirds(series)
        rests = last - middle <= max(limits.floor_mb, middle * (limits.last_vs_middle_third_max - 1))
        if rests or max(series) > limits.cap_mb:
            break
    bench.keep_figures(case, {"middle_mb": middle, "last_mb": last, "series": whole})
    if max(whole) > limits.cap_mb:
        sentence = f"the proxy's memory reached {max(whole):.0f} MB (cap {limits.cap_mb:g} MB)"
    elif not rests:
        sentence = f"the proxy's memory doesn't come to rest: {whole[0]:.0f} MB, then {whole[-1]:.0f} MB"
    else:
        return
    facts = [
        f"requests: {measured['requests']:,} in each round, {len(whole) // len(series)} rounds",
        f"last round: middle third {middle:.1f} MB, last third {last:.1f} MB",
        f"limit: factor {limits.last_vs_middle_third_max:g}, or {limits.floor_mb:g} MB",
    ]
    chart = Chart("resident memory over the requests", "sample", "MB", (curve("proxy", whole),))
    raise bench.fail(case, PLATEAU, "memory_plateau", Finding(sentence, facts, chart))


def _tunnels(case: Case, bench: Bench) -> None:
    limits = bench.limits.tunnels
    measured = bench.take("tunnels", proxy=TARGET, open_=limits.open, wait=8.0)
    bench.keep_figures(case, {key: measured[key] for key in ("asked", "worked", "refused", "failed")})
    if measured["failed"]:
        raise _crowded(bench, case, measured, f"of {limits.open} tunnels at once some hung or broke")
    rude = sorted(set(map(int, measured["refused"])) - set(limits.refuse_with))
    if rude:
        raise _crowded(bench, case, measured, f"of {limits.open} tunnels at once some were refused with {rude[0]}")
    if measured["worked"] < limits.ok_ratio * limits.open:
        sentence = f"of {limits.open} tunnels at once {measured['worked']} worked (at least {limits.ok_ratio:.0%})"
        raise _crowded(bench, case, measured, sentence)


def _crowded(bench: Bench, case: Case, measured: dict[str, Any], sentence: str) -> CheckFailure:
    facts = [
        f"worked: {measured['worked']} of {measured['asked']}",
        f"refused: {', '.join(f'{n} with {status}' for status, n in measured['refused'].items()) or 'none'}",
        *(f"broken: {what}" for what in sorted(set(measured["failed"]))[:5]),
    ]
    times = [1000 * s for s in measured["opening"]]
    chart = Chart("time to open each tunnel", "tunnel", "ms", (curve("CONNECT and TLS", times),))
    return bench.fail(case, TUNNELS, "tunnels", Finding(sentence, facts, chart))


RULES = (Rule(PLATEAU, ("requests",), _plateau), Rule(TUNNELS, ("at-once",), _tunnels))
