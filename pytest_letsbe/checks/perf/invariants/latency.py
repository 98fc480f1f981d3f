"""added-latency, vs-base and errors: what a small request costs, one at a time and at a fixed rate."""

from __future__ import annotations

from typing import Any

from ....model import Case, CheckFailure, Invariant, NotEvaluated
from .. import statistic
from ..bench import Bench, Finding, has_base
from ..budget import headroom
from ..chart import Chart, curve, spread
from ..laboratory import BASE, RELAY, TARGET
from .base import WAYS, Rule

ADDED = Invariant(
    "added-latency",
    "A small request takes at most so many milliseconds more through the proxy than without it.",
    "strategy: the proxy sits in front of every call an agent makes",
)
VS_BASE = Invariant(
    "vs-base",
    "A small request takes at most so many times what it takes through the base build, measured in the same run.",
    "interleaved block medians: no false alarm in 80 A/A trials, +50 % always found (research/egress.md, 5)",
)
ERRORS = Invariant(
    "errors",
    "At a fixed rate every request is answered once, with its own answer, and reaches the site once.",
    "open loop; a request sent twice is a tool call done twice",
)

#: Blocks are shortened until all of them take about this share of ``max_seconds``: a slow proxy shows soon.
STRETCH = 1 / 6
OPEN = "open-loop-"
#: A queue that grows while the proxy waits for a CPU for more than this share of the time is the machine's.
STARVED = 0.5


def _blocks(bench: Bench, way: str, lanes: list[str | None]) -> dict[str, Any]:
    sampling = bench.budget.file.perf
    base = BASE in lanes
    pilot = bench.take("interleaved", way=way, lanes=lanes, blocks=1, per_block=4, warmup=2, base=base)
    slowest = sum(sum(lane[0]) for lane in pilot["lanes"]) / 4
    blocks = sampling.blocks * (3 if bench.nightly else 1)
    each = sampling.max_seconds * STRETCH * (3 if bench.nightly else 1) / (blocks * slowest)
    while each < 4 and blocks > 6:
        blocks, each = max(6, blocks // 2), each * 2
    per_block = max(4, min(sampling.per_block, int(each)))
    warmup = max(2, min(sampling.warmup, int(1 / slowest)))
    return bench.take("interleaved", way=way, lanes=lanes, blocks=blocks, per_block=per_block, warmup=warmup, base=base)


def _added(case: Case, bench: Bench) -> None:
    if case.name.startswith(OPEN):
        _added_open(case, bench)
        return
    limits = bench.limits.added_p50
    limit, quiet = max(limits.max_ms, limits.floor_ms), bench.budget.file.noise.max_aa_ratio
    value, noise, measured = _added_once(bench, case.name, None)
    if bench.spec.update:
        bench.update(("added_p50", "max_ms"), headroom(value, 1.0))
        return
    bench.keep_figures(case, {"added_p50_ms": value, "aa_ratio": noise, "percentiles": measured["percentiles"]})
    verdict = statistic.decided(value, limit, noise, quiet)
    if verdict is not False and verdict is not None:
        return
    # Over the budget, or too noisy to say: once more, beside a plain relay that suffers from the machine alike.
    value, noise, measured = _added_once(bench, case.name, RELAY)
    relay = 1000 * statistic.median_difference(measured["lanes"][3], measured["lanes"][0])
    limit = max(limit, limits.times_relay * relay)
    verdict = statistic.decided(value, limit, noise, quiet)
    facts = [
        f"added p50: {value:.2f} ms (limit {limit:.2f} ms)",
        f"a plain relay adds: {relay:.2f} ms on this machine now",
        f"the proxy against itself (A/A): factor {noise:.2f} (quiet up to {quiet})",
        *_tails(measured["percentiles"][0], measured["percentiles"][1]),
    ]
    if verdict is None:
        raise NotEvaluated(_too_noisy(noise, quiet, f"added p50 {value:.2f} ms, limit {limit:.2f} ms"))
    if not verdict:
        names = ("direct", "proxied", "proxied again", "plain relay")
        lanes = [[1000 * m for m in statistic.medians(lane)] for lane in measured["lanes"]]
        shown = tuple(curve(name, lane) for name, lane in zip(names, lanes, strict=True) if name != "proxied again")
        chart = Chart(f"median of each block, {_told(case.name)}", "block", "ms", shown)
        sentence = f"the proxy adds {value:.3g} ms to a small request {_told(case.name)} (limit {limit:.3g} ms)"
        raise bench.fail(case, ADDED, "added_p50", Finding(sentence, facts, chart))


def _added_once(bench: Bench, way: str, relay: str | None) -> tuple[float, float, dict[str, Any]]:
    """Added milliseconds, the A/A factor of the very same blocks, and the measurement."""
    lanes = [None, TARGET, TARGET, *([relay] if relay else [])]
    measured = _blocks(bench, way, lanes)
    direct, first, second = measured["lanes"][:3]
    both = [[*a, *b] for a, b in zip(first, second, strict=True)]
    value = 1000 * statistic.median_difference(both, direct)
    return value, statistic.factor(statistic.median_ratio(first, second)), measured


def _added_open(case: Case, bench: Bench) -> None:
    limits = bench.limits.open_loop
    measured, added = _open(bench, case.name)
    if bench.spec.update:
        bench.update(("open_loop", "gate", "p50_added_ms"), headroom(added, 2.0))
        return
    bench.keep_figures(case, {"added_p50_ms": added, "direct": measured["direct"], "proxied": measured["proxied"]})
    limit = limits.gate.p50_added_ms
    if added <= limit:
        return
    bench.forget()
    _, relay_added = _open(bench, case.name, RELAY)
    bench.forget()
    measured, added = _open(bench, case.name)
    limit = max(limit, bench.limits.added_p50.times_relay * relay_added)
    if added <= limit:
        return
    if measured["starved"] > STARVED:
        share = f"{measured['starved']:.0%}"
        raise NotEvaluated(
            f"inconclusive: the proxy was ready to run and had no CPU for {share} of the time; at {limits.rate_rps:g}"
            f" requests a second it added {added:.0f} ms (limit {limit:.0f} ms). Run it on a quieter machine"
        )
    facts = [
        f"added p50: {added:.1f} ms (limit {limit:.1f} ms), counted from the moment each request was due",
        f"a plain relay adds: {relay_added:.2f} ms on this machine now",
        f"rate: {limits.rate_rps:g} a second",
        f"ready to run, and without a CPU: {measured['starved']:.0%} of the time (judged up to {STARVED:.0%})",
        *_tails(measured["direct"], measured["proxied"]),
    ]
    legs = {"direct": measured, "proxied": measured}
    series = tuple(spread(name, [1000 * s for s in leg["curve"][name]]) for name, leg in legs.items())
    chart = Chart(f"latency at {limits.rate_rps:g} requests a second, {_told(_way(case))}", "percentile", "ms", series)
    sentence = f"at {limits.rate_rps:g} requests a second the proxy adds {added:.1f} ms (p50, limit {limit:.1f} ms)"
    raise bench.fail(case, ADDED, "open_loop", Finding(sentence, facts, chart))


def _open(bench: Bench, name: str, proxy: str = TARGET) -> tuple[dict[str, Any], float]:
    limits = bench.limits.open_loop
    seconds = limits.seconds * (4 if bench.nightly else 1)
    way = name.removeprefix(OPEN)
    measured = bench.once("open_loop", way=way, proxy=proxy, rate=limits.rate_rps, seconds=seconds)
    if not measured["curve"]["proxied"]:
        raise _lost(measured)
    return measured, measured["proxied"]["p50"] - measured["direct"]["p50"]


def _errors(case: Case, bench: Bench) -> None:
    measured, _ = _open(bench, case.name)
    bench.keep_figures(case, {key: measured[key] for key in ("sent", "errors", "wrong", "twice")})
    allowed = bench.limits.open_loop.errors
    if len(measured["errors"]) > allowed or measured["wrong"] or measured["twice"]:
        failure = _lost(measured)
        bench.forget()  # a rerun measures anew
        raise CheckFailure(failure.sentence, evidence=failure.evidence, location=bench.budget.at("open_loop"))


def _lost(measured: dict[str, Any]) -> CheckFailure:
    errors, wrong, twice, sent = (measured[key] for key in ("errors", "wrong", "twice", "sent"))
    if errors:
        return CheckFailure(
            f"{len(errors)} of {sent} requests at a fixed rate failed", evidence=sorted(set(errors))[:5]
        )
    if wrong:
        return CheckFailure(f"{wrong} of {sent} requests at a fixed rate got an answer that isn't theirs")
    return CheckFailure(f"{twice} of {sent} requests at a fixed rate reached the site more than once")


def _vs_base(case: Case, bench: Bench) -> None:
    limits, quiet = bench.limits.vs_base_build, bench.budget.file.noise.max_aa_ratio
    agreed: list[tuple[float, float, dict[str, Any]]] = []
    for _ in range(limits.confirm):
        measured = _blocks(bench, case.name, [BASE, TARGET, BASE])
        first, ours, second = measured["lanes"]
        base = [[*a, *b] for a, b in zip(first, second, strict=True)]
        ratio, noise = statistic.median_ratio(ours, base), statistic.factor(statistic.median_ratio(first, second))
        bench.keep_figures(case, {"ratio": ratio, "aa_ratio": noise, "percentiles": measured["percentiles"]})
        if statistic.decided(ratio, limits.max, noise, quiet):
            return
        agreed.append((ratio, noise, measured))
    ratio, noise, measured = min(agreed, key=lambda run: run[0])
    if not all(statistic.decided(r, limits.max, n, quiet) is False for r, n, _ in agreed):
        raise NotEvaluated(_too_noisy(noise, quiet, f"ratio to the base build {ratio:.2f}, limit {limits.max}"))
    facts = [
        f"ratio to the base build: {', '.join(f'{r:.2f}' for r, _, _ in agreed)} (limit {limits.max})",
        f"the base build against itself (A/A): factor {noise:.2f} (quiet up to {quiet})",
        *_tails(measured["percentiles"][0], measured["percentiles"][1], "base"),
    ]
    lanes = [[1000 * m for m in statistic.medians(lane)] for lane in measured["lanes"][:2]]
    chart = Chart(f"median of each block, {_told(case.name)}", "block", "ms",
                  (curve("base build", lanes[0]), curve("this build", lanes[1])))  # fmt: skip
    told = f"{ratio:.2f} times what it takes with the base build (limit {limits.max})"
    sentence = f"a small request {_told(case.name)} takes {told}"
    raise bench.fail(case, VS_BASE, "vs_base_build", Finding(sentence, facts, chart))


def _tails(under: dict[str, float], over: dict[str, float], name: str = "direct") -> list[str]:
    return [f"{p}: {name} {under[p]:.2f} ms, proxied {over[p]:.2f} ms" for p in ("p50", "p95", "p99", "max")]


def _too_noisy(noise: float, quiet: float, what: str) -> str:
    return (
        f"inconclusive: the same proxy against itself differs by a factor of {noise:.2f} (limit {quiet}); {what}."
        " Run it on a quieter machine"
    )


def _told(way: str) -> str:
    return "inside a tunnel" if way == "connect" else "over HTTP"


def _way(case: Case) -> str:
    return case.name.removeprefix(OPEN)


_OPEN_NAMES = tuple(OPEN + way for way in WAYS)
RULES = (
    Rule(ADDED, (*WAYS, *_OPEN_NAMES), _added),
    Rule(VS_BASE, WAYS, _vs_base, has_base),
    Rule(ERRORS, _OPEN_NAMES, _errors),
)
