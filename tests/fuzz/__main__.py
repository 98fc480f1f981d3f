"""``python -m tests.fuzz manifest|corpora|protocol|reports --minutes 10``: exit 1 on a crash or a hang, with its input."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from types import FrameType

from hypothesis import HealthCheck, Phase, given, settings

from pytest_letsbe.progress import Progress

from .inputs import inputs
from .surfaces import MEANT, SURFACES, seeds

#: Seconds for one input, of this process and of the clock; a reader that takes longer hangs.
BUSY, WALL = 10.0, 120.0


class Hang(Exception):
    """Not one of ours, so that it counts as a crash."""


def run(name: str, seconds: float, examples: int, *, derandomize: bool = False) -> tuple[int, int]:
    """Fuzz one surface; how many inputs there were, and how many it took. Raises what the surface crashed with."""
    surface, counts = SURFACES[name], [0, 0]
    until = time.monotonic() + seconds

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=derandomize,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink],
    )  # fmt: skip
    @given(inputs(seeds(name)))
    def judge(data: bytes) -> None:
        if time.monotonic() > until:
            return
        counts[0] += 1
        signal.setitimer(signal.ITIMER_VIRTUAL, BUSY)
        signal.setitimer(signal.ITIMER_REAL, WALL)
        try:
            surface(data)
            counts[1] += 1
        except MEANT:
            pass
        except BaseException:
            print(f"{name}: this input, or one like it: {data!r}", file=sys.stderr)
            raise
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)

    before = {number: signal.signal(number, _hang) for number in (signal.SIGALRM, signal.SIGVTALRM)}
    try:
        judge()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return counts[0], counts[1]


def _hang(number: int, frame: FrameType | None) -> None:
    raise Hang(f"no end within {BUSY:.0f} s of work, or {WALL:.0f} s of the clock")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("surface", choices=sorted(SURFACES))
    parser.add_argument("--minutes", type=float, default=10.0)
    options = parser.parse_args()
    seconds = 60 * options.minutes
    began, total, taken = time.monotonic(), 0, 0
    with Progress(f"fuzz {options.surface}: second", round(seconds)) as progress:
        while (spent := time.monotonic() - began) < seconds:  # many short runs: each begins with other examples
            more = run(options.surface, seconds - spent, 500)
            total, taken = total + more[0], taken + more[1]
            now = round(time.monotonic() - began)
            progress.step(f"{total:,} inputs, {taken:,} of them valid", now - round(spent))
    print(f"{options.surface}: {total:,} inputs ({taken:,} valid) in {options.minutes:g} minutes, no crash and no hang")
    return 0


if __name__ == "__main__":
    sys.exit(main())
