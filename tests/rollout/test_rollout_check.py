"""The check on real targets: what it says of controllers that break off, lack an op, answer nonsense, or are correct."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from pytest_letsbe.checks.rollout.check import RolloutCheck
from pytest_letsbe.checks.rollout.options import RolloutOptions
from pytest_letsbe.data import data_dir
from pytest_letsbe.model import Location, Spec, UsageError
from pytest_letsbe.runner import Runner
from pytest_letsbe.targets import connect
from pytest_letsbe.targets.spec import TargetSpec


def ends(target, tmp_path, *invariants, plan=None):
    """Outcome and error of each case of these invariants."""
    check = RolloutCheck()
    spec = Spec("rollout", RolloutOptions(plan=plan), tmp_path, Location("letsbe.yaml"))
    runner = Runner(check, check.cases(spec), connect(target, role="rollout", root=tmp_path))
    try:
        return {case.id: runner.end_of(case) for case in runner.cases if case.invariant in invariants}
    finally:
        runner.close()


def written(tmp_path, body):
    source = "from pytest_letsbe.reference.rollout import ReferenceController\n\n\n" + dedent(body)
    (tmp_path / "controller.py").write_text(source)
    return TargetSpec(python="controller.py:Controller")


def test_the_served_reference_holds_every_statement_about_stops(tmp_path):
    found = ends(TargetSpec(reference="correct"), tmp_path, "liveness", "rollback-own", "status-true")
    assert {end.outcome for end in found.values()} == {"passed"}


def test_a_controller_in_node_is_judged_alike(tmp_path):
    program = data_dir("mutants") / "rollout" / "NodeController.mjs"
    found = ends(TargetSpec(run=["node", str(program)]), tmp_path, "liveness", "restart-safe", "once")
    assert {end.outcome for end in found.values()} == {"passed"}


def test_an_op_that_is_missing_leaves_its_statements_not_evaluated(tmp_path):
    target = written(tmp_path, "class Controller(ReferenceController):\n    restart = None\n")
    found = ends(target, tmp_path, "liveness", "restart-safe")
    assert {end.outcome for name, end in found.items() if "liveness" in name} == {"passed"}
    assert {end.outcome for name, end in found.items() if "restart-safe" in name} == {"not_evaluated"}
    assert "doesn't support restart" in str(found["rollout::restart-safe[every-tick]"].error)


def test_a_controller_that_does_nothing_fails_liveness_and_proves_nothing_else(tmp_path):
    body = "class Controller(ReferenceController):\n    def tick(self, **told):\n        return {'commands': []}\n"
    found = ends(written(tmp_path, body), tmp_path, "liveness", "wave-cap")
    assert found["rollout::liveness[healthy]"].outcome == "failed"
    assert {end.outcome for name, end in found.items() if "wave-cap" in name} == {"not_evaluated"}


@pytest.mark.parametrize(
    "answer", ["{}", "{'commands': 'none'}", "{'commands': [7]}", "{'commands': [{'op': 'deploy'}]}"]
)
def test_an_answer_without_commands_is_a_finding(tmp_path, answer):
    body = f"class Controller(ReferenceController):\n    def tick(self, **told):\n        return {answer}\n"
    found = ends(written(tmp_path, body), tmp_path, "liveness")
    assert found["rollout::liveness[healthy]"].outcome == "failed"


def test_a_failure_shows_the_ticks_and_the_tenants(tmp_path):
    body = """
        class Controller(ReferenceController):
            def _to_return(self, state, seen):
                return super()._to_return(state, seen)[:1] if not state.returned else []
    """
    found = ends(written(tmp_path, body), tmp_path, "rollback-own")
    error = found["rollout::rollback-own[canary-fails]"].error
    assert "got no rollback within 5 ticks of the stop at tick" in error.sentence
    lines = error.evidence
    assert lines[0].startswith("tenants: ")
    assert any("f##" in line.replace("!", "#") for line in lines)
    assert any(" rollback " in line for line in lines)
    assert any("health of" in line and line.endswith("failing") for line in lines)


def test_what_any_order_finds_is_made_small(tmp_path):
    body = """
        class Controller(ReferenceController):
            def _passed(self, state, now):
                if state.now is not None and now < state.now and state.phase == "running":
                    state.deployed, state.wave = [], -1
                return super()._passed(state, now)
    """
    found = ends(written(tmp_path, body), tmp_path, "any-order")
    end = found["rollout::any-order[composed]"]
    assert end.outcome == "failed"
    assert "the smallest campaign found" in end.error.sentence
    assert len(end.error.evidence) < 25


def test_a_plan_that_is_missing_is_a_usage_error(tmp_path):
    spec = Spec("rollout", RolloutOptions(), tmp_path, Location("letsbe.yaml"))
    with pytest.raises(UsageError, match=r"letsbe.yaml:1: plan: there is no file 'rollout-plan.yaml'"):
        RolloutCheck().cases(spec)


def test_the_cases_are_pure_and_in_order(tmp_path):
    spec = Spec("rollout", RolloutOptions(plan=None), tmp_path, Location("letsbe.yaml"))
    first, second = ([case.id for case in RolloutCheck().cases(spec)] for _ in range(2))
    assert first == second
    assert len(first) == len(set(first))
    assert first[0] == "rollout::liveness[healthy]"


def test_serve_rollout_speaks_the_protocol():
    requests = '{"id": 1, "op": "hello", "input": {"protocol": 1, "role": "rollout"}}\n{"id": 2, "op": "status", "input": {}}\n'
    done = subprocess.run(
        [sys.executable, "-m", "pytest_letsbe", "serve", "rollout"],
        input=requests,
        capture_output=True,
        text=True,
        check=True,
    )
    hello, status = done.stdout.splitlines()
    assert '"tick"' in hello
    assert '"state": "done"' in status


EXAMPLE = Path(__file__).parents[2] / "examples" / "rollout"


def test_the_plan_of_the_example_is_sound_and_is_played_to_its_end():
    found = ends(
        TargetSpec(reference="correct"),
        EXAMPLE,
        "liveness",
        *(f"plan-{what}" for what in ("waves", "regions", "thresholds", "rollback", "pinned", "canary")),
        plan="rollout-plan.yaml",
    )
    assert found["rollout::liveness[your-plan]"].outcome == "passed"
    assert {end.outcome for end in found.values()} == {"passed"}
