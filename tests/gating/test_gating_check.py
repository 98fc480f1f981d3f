"""The check on real gates: the references pass, a faulty one is told with its script, which plays again."""

import json
import os
import random
from pathlib import Path

import pytest

from pytest_letsbe import selfcheck
from pytest_letsbe.checks.gating.check import GatingCheck
from pytest_letsbe.checks.gating.options import GatingOptions
from pytest_letsbe.cli import main
from pytest_letsbe.data import data_dir
from pytest_letsbe.model import CheckFailure, Location, NotEvaluated, Spec
from pytest_letsbe.runner import Runner
from pytest_letsbe.targets import connect
from pytest_letsbe.targets.spec import TargetSpec

MUTANTS = data_dir("mutants") / "gating"


@pytest.fixture
def run(tmp_path):
    runners = []

    def make(target: TargetSpec, policy: str = "builtin") -> Runner:
        check = GatingCheck()
        spec = Spec("gating", GatingOptions(policy=policy), tmp_path, Location("letsbe.yaml"))
        found = Runner(check, check.cases(spec), connect(target, role="gate", root=tmp_path))
        runners.append(found)
        return found

    yield make
    for each in runners:
        each.close()


@pytest.mark.parametrize("variant", ["correct", "strict", "lenient"])
def test_the_references_pass_every_case(run, variant):
    runner = run(TargetSpec(reference=variant, timeout=60))
    ends = {case.id: runner.end_of(case) for case in runner.cases}
    assert {id: str(end.error) for id, end in ends.items() if end.outcome != "passed"} == {}


def test_a_failure_keeps_a_script_that_plays_again(run, tmp_path, capsys):
    where = f"{MUTANTS / 'binding.py'}:ForgetsTenant"
    runner = run(TargetSpec(python=where))
    case = next(case for case in runner.cases if case.id == "gating::tenant-binding[tenant/another]")
    end = runner.end_of(case)
    assert isinstance(end.error, CheckFailure)
    assert end.error.sentence == "an approval given for one tenant ran a call of another"
    text = "\n".join(end.error.evidence)
    for part in ("statement:", '"op": "spend"', "ledger:", "the gate said", "letsbe gate replay .letsbe/gate/"):
        assert part in text
    kept = tmp_path / ".letsbe" / "gate" / "tenant-binding-tenant-another.jsonl"
    assert all(json.loads(line) for line in kept.read_text().splitlines())
    assert main(["gate", "replay", str(kept), "--python", where]) == 1
    assert "violated: an approval given for one tenant" in capsys.readouterr().out
    assert main(["gate", "replay", str(kept), "--reference", "correct"]) == 0
    assert capsys.readouterr().out.endswith("holds\n")


def test_the_ledger_of_a_failure_is_that_of_the_script_it_shows(run):
    runner = run(TargetSpec(python=f"{MUTANTS / 'binding.py'}:NewArgumentsAreFree"))
    case = next(case for case in runner.cases if case.id == "gating::exact-args[optional-added]")
    evidence = runner.end_of(case).error.evidence
    script = next(line for line in evidence if '"op": "spend"' in line)
    ran = next(line for line in evidence if line.startswith("  ran: "))
    assert ran.split("rid=")[1].split()[0] in script


def test_a_drawn_sequence_is_cut_down_to_what_shows_the_fault(run, tmp_path, capsys):
    where = f"{MUTANTS / 'lasting.py'}:KillSwitchForgetsRevocations"
    runner = run(TargetSpec(python=where))
    case = next(case for case in runner.cases if case.id == "gating::any-order[composed-1]")
    assert runner.end_of(case).error.sentence == "a call ran that nothing permitted"
    kept = tmp_path / ".letsbe" / "gate" / "any-order-composed-1.jsonl"
    ops = [step["op"] for step in map(json.loads, kept.read_text().splitlines()) if "op" in step]
    assert {"call", "revoke", "kill", "spend"} < set(ops)
    assert len(ops) <= 10, ops
    assert main(["gate", "replay", str(kept), "--python", where]) == 1
    assert main(["gate", "replay", str(kept), "--reference", "correct"]) == 0
    capsys.readouterr()


def test_what_the_policy_does_not_mention_is_listed_and_not_demanded(run, tmp_path):
    (tmp_path / "small.yaml").write_text(
        "version: 1\ntiers: [read, exec]\nlevels: [0]\nmatrix: {0: [allow, deny]}\n"
        "tools: {fs.read: {tier: read, args: {path: str}}, sh.run: {tier: exec, args: {cmd: str}}}\n"
    )
    runner = run(TargetSpec(reference="correct", timeout=60), "small.yaml")
    names = {case.id for case in runner.cases}
    assert {"gating::rate-limit[not-in-policy]", "gating::audit-tamper[not-in-policy]"} <= names
    assert "gating::single-use[not-in-policy]" in names


LACKING = """
from pytest_letsbe.reference.gate.memory import MemoryGate

class Gate(MemoryGate):
    revoke = None
"""


def test_an_op_that_is_lacking_leaves_its_invariant_not_evaluated(run, tmp_path):
    (tmp_path / "lacking.py").write_text(LACKING)
    runner = run(TargetSpec(python="lacking.py:Gate"))
    case = next(case for case in runner.cases if case.invariant == "revocation")
    with pytest.raises(NotEvaluated, match="revoke"):
        runner.run(case)


def test_a_gate_killed_at_any_moment_is_a_finding_and_leaves_nothing_behind(run):
    dice = random.Random(4)
    runner = run(TargetSpec(reference="strict", timeout=60))
    cases = [case for case in runner.cases if case.invariant in ("single-use", "expiry", "session-binding")]
    target = runner.target
    pids = []
    for case in cases:
        import threading

        target.hello()
        pids.append(target._child.pid)
        timer = threading.Timer(dice.random() * 0.05, target.kill)
        timer.start()
        end = runner.end_of(case)
        timer.join()
        assert end.outcome in ("passed", "failed", "not_evaluated")
    runner.close()
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists() and os.getpgid(pid) == pid] == []


@pytest.mark.parametrize("name", ["RunsWithoutArguments", "ChecksThenActs", "WritesAfterRunning", "PrefixIds"])
def test_a_mutant_of_each_structure_is_killed(name):
    found = [subject for subject in selfcheck.subjects("gating") if subject.name == name]
    for subject in found:
        assert selfcheck.judge(subject).killed
    assert found
