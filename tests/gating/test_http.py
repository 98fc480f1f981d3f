"""Races of a gate that is reached over HTTP: eight connections at once."""

import sys

from pytest_letsbe.checks.gating.check import GatingCheck
from pytest_letsbe.checks.gating.options import GatingOptions
from pytest_letsbe.model import Location, Spec
from pytest_letsbe.runner import Runner
from pytest_letsbe.targets import connect
from pytest_letsbe.targets.spec import TargetSpec

RACING = {"single-use-race", "parallel-calls"}


def test_the_reference_holds_its_races_over_http(tmp_path):
    check = GatingCheck()
    spec = Spec("gating", GatingOptions(policy="builtin"), tmp_path, Location("letsbe.yaml"))
    start = [sys.executable, "-m", "pytest_letsbe", "serve", "gate", "--http", "{port}"]
    target = TargetSpec(start=start, url="http://127.0.0.1:{port}", timeout=60)
    runner = Runner(check, check.cases(spec), connect(target, role="gate", root=tmp_path))
    try:
        ends = {case.id: runner.end_of(case) for case in runner.cases if case.invariant in RACING}
    finally:
        runner.close()
    assert len(ends) > 5
    assert {id: str(end.error) for id, end in ends.items() if end.outcome != "passed"} == {}
