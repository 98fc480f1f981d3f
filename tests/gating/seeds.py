"""Every case of gating on every correct gate with many seeds: `python -m tests.gating.seeds --seeds 10`, exit 1 on an alarm."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pytest_letsbe import selfcheck
from pytest_letsbe.checks.gating.check import GatingCheck
from pytest_letsbe.checks.gating.options import GatingOptions
from pytest_letsbe.model import Location, Spec
from pytest_letsbe.runner import Runner
from pytest_letsbe.targets import connect


def correct_gates() -> list[selfcheck.Subject]:
    """Those of tests/mutants/gating that nothing may be found in."""
    return [subject for subject in selfcheck.subjects("gating") if subject.expected is None]


def alarms(subject: selfcheck.Subject, seed: int, profile: str, only: str = "") -> tuple[int, list[str]]:
    """How many cases were judged, and what was said of those that didn't pass."""
    check = GatingCheck()
    described = check.subject_target(subject.path, subject.name)
    if described is None:
        raise ValueError(f"{subject.name} is no target")
    with tempfile.TemporaryDirectory(prefix="letsbe-seeds-") as folder:
        root = Path(folder)
        spec = Spec("gating", GatingOptions(policy="builtin", seed=seed), root, Location("letsbe.yaml"), profile)
        cases = [case for case in check.cases(spec) if only in case.id]
        runner = Runner(check, check.cases(spec), connect(described, role="gate", root=root))
        try:
            ends = [(case, runner.end_of(case)) for case in cases]
        finally:
            runner.close()
    return len(cases), [f"{case.id}: {end.outcome}: {end.error}" for case, end in ends if end.outcome != "passed"]


def run(seeds: range, names: list[str], profile: str, only: str) -> Iterator[str]:
    """A line for each gate and seed, the alarms behind it; the last is the sum."""
    started, judged, wrong = time.monotonic(), 0, 0
    gates = [gate for gate in correct_gates() if not names or gate.name in names]
    for seed in seeds:
        for gate in gates:
            begun = time.monotonic()
            number, found = alarms(gate, seed, profile, only)
            judged, wrong = judged + number, wrong + len(found)
            yield f"seed {seed} {gate.name}: {number} cases, {len(found)} alarms, {time.monotonic() - begun:.0f} s"
            yield from (f"  {line}" for line in found)
    seconds = time.monotonic() - started
    yield f"{len(gates)} gates, {len(seeds)} seeds, {judged} cases judged, {wrong} alarms, {seconds:.0f} s"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="so many")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--gate", action="append", default=[], metavar="NAME", help="only this one; may be repeated")
    parser.add_argument("--profile", default="pr", choices=("pr", "nightly"))
    parser.add_argument("--only", default="", metavar="TEXT", help="only cases whose id holds it")
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.seeds)
    last = ""
    for last in run(seeds, options.gate, options.profile, options.only):
        print(last, flush=True)
    return 0 if " 0 alarms" in last else 1


if __name__ == "__main__":
    sys.exit(main())
