"""throughput and slow-reader: large bodies pass quickly, and one that nobody reads isn't held in memory."""

from __future__ import annotations

from statistics import median

from ....model import Case, CheckFailure, Invariant, NotEvaluated
from ..bench import Bench, Finding
from ..chart import Chart, Series, curve
from ..laboratory import TARGET
from .base import WAYS, Rule

THROUGHPUT = Invariant(
    "throughput",
    "A large download passes at so large a share of the direct rate, or at so many megabytes a second.",
    "strategy: tenants pull models and backups through it",
)
SLOW = Invariant(
    "slow-reader",
    "A client that asks for a large body and doesn't read it costs the proxy at most so many megabytes.",
    "mitmproxy held 397 MB of a 200 MB body (research/egress.md, 5); backpressure: RFC 9293, 3.8.6",
)


def _throughput(case: Case, bench: Bench) -> None:
    limits = bench.limits.throughput
    for attempt in range(2):
        # What a slow proxy takes a minute for shows as well in a smaller body.
        pilot = bench.take("throughput", way=case.name, proxy=TARGET, body_mb=min(0.5, limits.body_mb), blocks=1)
        body = max(min(limits.body_mb, median(pilot["proxied"])), min(0.5, limits.body_mb))
        measured = bench.take("throughput", way=case.name, proxy=TARGET, body_mb=body, blocks=2 if attempt == 0 else 3)
        ratio = median(p / d for p, d in zip(measured["proxied"], measured["direct"], strict=True))
        rate = median(measured["proxied"])
        if bench.spec.update:
            bench.update(("throughput", "min_ratio"), float(f"{max(min(ratio / 2, 1.0), 0.001):.2g}"), least=True)
            bench.update(("throughput", "enough_mb_s"), float(f"{max(rate / 2, 1):.2g}"), least=True)
            return
        bench.keep_figures(case, {"ratio": ratio, "mb_s": rate, "direct_mb_s": median(measured["direct"])})
        if ratio >= limits.min_ratio or rate >= limits.enough_mb_s:
            return
    facts = [
        f"through the proxy: {rate:.1f} MB/s (enough: {limits.enough_mb_s:g})",
        f"direct: {median(measured['direct']):.1f} MB/s",
        f"ratio: {ratio:.4f} (least: {limits.min_ratio:g})",
        f"body: {body:.1f} MB",
    ]
    series = (curve("direct", measured["direct"]), curve("proxied", measured["proxied"]))
    chart = Chart("each download", "download", "MB/s", series, limits.enough_mb_s, log=True)
    sentence = f"a download passes the proxy at {rate:.1f} MB/s, {ratio:.2%} of the direct rate"
    raise bench.fail(case, THROUGHPUT, "throughput", Finding(sentence, facts, chart))


def _slow(case: Case, bench: Bench) -> None:
    limits = bench.limits.slow_reader
    body = limits.body_mb * (2 if bench.nightly else 1)
    measured = bench.take("slow_reader", way=case.name, proxy=TARGET, body_mb=body, pause=0.8, most=8.0)
    points = [(at, mb) for at, mb in measured["series"] if mb is not None]
    if not points:
        raise NotEvaluated("the proxy's memory can't be read on this machine")
    grown = max(mb for _, mb in points) - points[0][1]
    bench.keep_figures(case, {"grown_mb": grown, "body_mb": body})
    if grown > limits.rss_growth_max_mb:
        facts = [
            f"memory: {grown:.0f} MB more than before (limit {limits.rss_growth_max_mb:g} MB)",
            f"body: {body:g} MB, of which the client reads nothing",
            f"watched for: {points[-1][0]:.1f} s",
        ]
        chart = Chart("resident memory while the client doesn't read", "seconds", "MB more",
                      (Series("proxy", tuple((at, mb - points[0][1]) for at, mb in points)),),
                      limits.rss_growth_max_mb)  # fmt: skip
        sentence = (
            f"the proxy holds {grown:.0f} MB for a client that doesn't read (limit {limits.rss_growth_max_mb:g} MB)"
        )
        raise bench.fail(case, SLOW, "slow_reader", Finding(sentence, facts, chart))
    if measured["status"] == 200 and not measured["came"]:
        raise CheckFailure(
            "a client that paused and then read on got nothing any more", location=bench.budget.at("slow_reader")
        )


RULES = (Rule(THROUGHPUT, WAYS, _throughput), Rule(SLOW, WAYS, _slow))
