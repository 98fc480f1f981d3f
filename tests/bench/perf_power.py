"""How often vs-base cries wolf, and how often it sees: `python -m tests.bench.perf_power [A/A trials] [planted trials]`.

Each trial starts both builds afresh. A/A compares the reference proxy with itself; the planted ones wait so much longer that a
small request takes 1.5 or 1.3 times what it takes with the base. What is counted is the check's own verdict, confirmation included.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median

from msgspec import structs

from pytest_letsbe.checks.perf.bench import Bench
from pytest_letsbe.checks.perf.invariants import latency
from pytest_letsbe.checks.perf.laboratory import BASE
from pytest_letsbe.checks.perf.options import BaseBuild, PerfOptions
from pytest_letsbe.model import Case, CheckFailure, Location, NotEvaluated, Spec
from pytest_letsbe.reference.proxy.server import ReferenceProxy
from pytest_letsbe.targets.spec import TargetSpec

WAY = "http"


class Delayed(ReferenceProxy):
    """The reference, and a wait before each request: DELAY_MS."""

    async def forward(self, *parts):
        time.sleep(float(os.environ["DELAY_MS"]) / 1000)
        return await super().forward(*parts)


def start() -> list[str]:
    given = [f"--{name}={{{name}}}" for name in ("port", "policy", "dns", "ca", "state")]
    subject = f"{Path(__file__).absolute()}:Delayed"
    return [sys.executable, "-P", "-m", "pytest_letsbe.reference.proxy", "--class", subject, *given]


def bench(folder: Path) -> Bench:
    options = PerfOptions(base=BaseBuild(env={"DELAY_MS": "0"}))
    spec = Spec("perf", options, folder, Location("letsbe.yaml"))
    target = TargetSpec(start=start(), url="http://127.0.0.1:{port}", env={"DELAY_MS": "0"}, timeout=60)
    return Bench(target, spec, None)


def trial(made: Bench) -> tuple[str, float]:
    """The verdict, and the ratio of the last measurement."""
    case = Case("perf", "vs-base", WAY)
    try:
        latency._vs_base(case, made)
        verdict = "passed"
    except CheckFailure:
        verdict = "failed"
    except NotEvaluated:
        verdict = "inconclusive"
    figures = json.loads((made.spec.root / ".letsbe/perf/vs-base-http.json").read_text())
    return verdict, figures["ratio"]


def slow_down(made: Bench, delay_ms: float) -> None:
    made.target_spec = structs.replace(made.target_spec, env={"DELAY_MS": f"{delay_ms:.3f}"})
    made.restart()


def base_ms(made: Bench) -> float:
    measured = made.take("interleaved", way=WAY, lanes=[BASE], blocks=6, per_block=16, warmup=20, base=True)
    return 1000 * median(s for block in measured["lanes"][0] for s in block)


def series(label: str, slower: float, trials: int) -> None:
    verdicts: Counter[str] = Counter()
    ratios: list[float] = []
    loads: list[float] = []
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        made = bench(Path(name))
        for _ in range(trials):
            if slower:
                slow_down(made, base_ms(made) * slower)
            verdict, ratio = trial(made)
            made.restart()
            verdicts[verdict] += 1
            ratios.append(ratio)
            loads.append(os.getloadavg()[0])
        made.close()
    told = ", ".join(f"{n} {verdict}" for verdict, n in sorted(verdicts.items()))
    print(
        f"{label:<6} {trials} trials: {told}; ratio {min(ratios):.2f} to {max(ratios):.2f}, median {median(ratios):.2f};"
        f" load {min(loads):.1f} to {max(loads):.1f}; {time.monotonic() - started:.0f} s",
        flush=True,
    )


def main() -> None:
    aa, planted = (int(sys.argv[index]) if len(sys.argv) > index else trials for index, trials in ((1, 80), (2, 40)))
    series("A/A", 0.0, aa)
    series("+50 %", 0.5, planted)
    series("+30 %", 0.3, planted)


if __name__ == "__main__":
    main()
