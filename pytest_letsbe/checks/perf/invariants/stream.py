"""sse-event-lag: an event is passed on when it comes, not when the stream ends."""

from __future__ import annotations

from typing import Any

from ....model import Case, Invariant, NotEvaluated
from ..bench import Bench, Finding
from ..chart import Chart, curve
from ..laboratory import TARGET
from .base import WAYS, Rule

LAG = Invariant(
    "sse-event-lag",
    "Of a stream of server-sent events each is at the client at most so many milliseconds after the site sent it.",
    "smokescreen and mitmproxy hold a stream until it ends: 1,205 ms (research/egress.md, 5)",
)


def _judge(case: Case, bench: Bench) -> None:
    limits = bench.limits.sse_event_lag
    runs: list[tuple[float, dict[str, Any]]] = []
    for _ in range(limits.min_of):
        measured = bench.take("stream", way=case.name, proxy=TARGET, events=limits.events, gap=limits.gap_ms / 1000)
        runs.append((_worst(measured), measured))
        if runs[-1][0] <= limits.max_ms:
            break
    worst, measured = min(runs, key=lambda run: run[0])
    direct = 1000 * max(measured["direct"]["lags"])
    figures = {"worst_added_ms": worst, "first_event_ms": 1000 * next(iter(measured["proxied"]["lags"]), 0.0),
               "head_ms": 1000 * measured["proxied"]["head"]}  # fmt: skip
    bench.keep_figures(case, figures)
    if worst <= limits.max_ms:
        return
    if worst != float("inf") and direct > limits.max_ms:
        raise NotEvaluated(f"inconclusive: even without the proxy an event came {direct:.0f} ms late")
    lags = {name: [1000 * lag for lag in measured[name]["lags"]] for name in ("direct", "proxied")}
    facts = [
        f"events that came: {len(lags['proxied'])} of {measured['proxied']['events']}",
        f"lag of each event, ms: {', '.join(f'{lag:.0f}' for lag in lags['proxied']) or '-'}",
        f"worst without the proxy: {direct:.1f} ms",
        f"head of the answer after: {1000 * measured['proxied']['head']:.0f} ms",
        f"best of: {len(runs)} streams, events {limits.gap_ms:g} ms apart",
    ]
    if worst == float("inf"):
        sentence = (
            f"{len(lags['proxied'])} of {measured['proxied']['events']} events of a stream came through the proxy"
        )
    else:
        sentence = f"an event of a stream came {worst:.0f} ms late (limit {limits.max_ms:g} ms)"
    series = tuple(curve(name, values) for name, values in lags.items())
    chart = Chart("lag of each event", "event", "ms", series, limits.max_ms)
    raise bench.fail(case, LAG, "sse_event_lag", Finding(sentence, facts, chart))


def _worst(measured: dict[str, Any]) -> float:
    """Milliseconds the worst event was late beyond the worst direct one; infinite when one never came."""
    proxied = measured["proxied"]
    if len(proxied["lags"]) < proxied["events"]:
        return float("inf")
    return 1000 * float(max(proxied["lags"]) - max(measured["direct"]["lags"]))


RULES = (Rule(LAG, WAYS, _judge),)
