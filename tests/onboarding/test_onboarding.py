"""The check on real sites: the references pass, also by HTTP and when killed; a fault is told with what was said."""

import sys

import pytest

from pytest_letsbe.checks.onboarding.check import OnboardingCheck
from pytest_letsbe.checks.onboarding.options import OnboardingOptions
from pytest_letsbe.data import data_dir
from pytest_letsbe.model import CheckFailure, Location, Spec
from pytest_letsbe.runner import Runner
from pytest_letsbe.targets import connect
from pytest_letsbe.targets.spec import TargetSpec

FAULTS = data_dir("mutants") / "onboarding" / "faults.py"

#: A site without an op `restart`, whose state is a file.
UNSTOPPED = """
from pytest_letsbe.reference.onboarding import ReferenceOnboarding

class Site:
    def __init__(self):
        site = ReferenceOnboarding()
        for op in ("reset", "start", "submit", "pay", "resume"):
            setattr(self, op, getattr(site, op))
"""


@pytest.fixture
def run(tmp_path):
    runners = []

    def make(target: TargetSpec, **options) -> Runner:
        check = OnboardingCheck()
        spec = Spec("onboarding", OnboardingOptions(**options), tmp_path, Location("letsbe.yaml"))
        runners.append(Runner(check, check.cases(spec), connect(target, role="onboarding", root=tmp_path)))
        return runners[-1]

    yield make
    for each in runners:
        each.close()


def ends(runner, *invariants):
    chosen = [case for case in runner.cases if not invariants or case.invariant in invariants]
    assert chosen
    return {case.id: str(end.error) for case in chosen if (end := runner.end_of(case)).outcome != "passed"}


@pytest.mark.parametrize("variant", ["correct", "outbox"])
def test_the_references_pass_on_stdio(run, variant):
    assert ends(run(TargetSpec(reference=variant, timeout=60))) == {}


def test_a_server_is_driven_by_http_too(run):
    argv = [sys.executable, "-m", "pytest_letsbe", "serve", "onboarding", "--http", "{port}"]
    runner = run(TargetSpec(start=argv, url="http://127.0.0.1:{port}", ready="/healthz", timeout=60))
    assert ends(runner, "liveness", "provisioned-once", "no-cross-talk") == {}


def test_a_site_without_restart_is_killed_where_it_keeps_its_state(run, tmp_path):
    (tmp_path / "site.py").write_text(UNSTOPPED)
    where = f"{tmp_path / 'site.py'}:Site"
    kept = run(TargetSpec(python=where, env={"LETSBE_STATE": "{state}"}, timeout=60))
    assert ends(kept, "paid-survives-restart", "resumable") == {}
    lost = run(TargetSpec(python=where, timeout=60))
    assert all("names no {state} folder" in why for why in ends(lost, "paid-survives-restart").values())


def test_other_data_and_a_single_plan_are_enough(run):
    steps = {"company": {"company": "Bakery {n}"}, "domain": {"domain": "d{n}.test"}}
    assert ends(run(TargetSpec(reference="correct", timeout=60), plans=["team"], steps=steps), "no-cross-talk") == {}


def test_a_fault_is_told_with_what_was_said_and_provisioned(run):
    runner = run(TargetSpec(python=f"{FAULTS}:EachWebhook", timeout=60))
    case = next(case for case in runner.cases if case.id == "onboarding::provisioned-once[paid-then-paid-then-paid]")
    end = runner.end_of(case)
    assert isinstance(end.error, CheckFailure)
    assert end.error.sentence == "one onboarding was provisioned 3 times"
    text = "\n".join(end.error.evidence)
    assert text.count("pay {") == 3
    assert text.count("provisioned onb_") == 3
