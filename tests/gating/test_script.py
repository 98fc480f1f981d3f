"""Scripts: what stands for something else in a step, and what stands for itself."""

import pytest

from pytest_letsbe.checks.gating.canonical import same
from pytest_letsbe.checks.gating.check import GatingCheck
from pytest_letsbe.checks.gating.invariants.approvers import covers
from pytest_letsbe.checks.gating.options import GatingOptions
from pytest_letsbe.checks.gating.policy import Approval
from pytest_letsbe.checks.gating.script import approval_of, fill
from pytest_letsbe.data import data_dir
from pytest_letsbe.model import Location, Spec


@pytest.mark.parametrize("text", ["$a", "$(reboot)", "$HOME/x", "$"])
def test_a_text_of_arguments_that_begins_with_a_dollar_sign_stands_for_itself(text):
    call = {"args": {"cmd": text, "more": [text]}}
    assert fill(call, {"a": "id-1"}, 0) == call


def test_an_approval_is_named_by_a_dollar_sign():
    assert approval_of("$a", {"a": "id-1"}) == "id-1"
    assert approval_of("a", {"a": "id-1"}) == "a"
    assert approval_of({"$id": "a", "as": "longer"}, {"a": "id-1"}) == "id-10"
    with pytest.raises(KeyError):
        approval_of("$b", {"a": "id-1"})


def test_half_a_surrogate_pair_is_what_parsers_make_of_it_and_nothing_else():
    assert same("a\ud800b", "a\ufffdb")
    assert not same("a\ud800b", "ab")
    assert not same("a\ufffdb", "a?b")


def test_who_is_covered_by_the_approvers_is_no_stranger():
    assert covers(Approval(approvers=["agent:*"]), "agent:other")
    assert not covers(Approval(approvers=["human:*"]), "agent:other")


def drawn(tmp_path, seed):
    check = GatingCheck()
    spec = Spec("gating", GatingOptions(policy="builtin", seed=seed), tmp_path, Location("letsbe.yaml"))
    return {case.name: case.data for case in check.cases(spec) if case.invariant == "tenant-binding"}


def test_a_seed_draws_other_calls_for_the_same_cases(tmp_path):
    one, again, other = drawn(tmp_path, 1), drawn(tmp_path, 1), drawn(tmp_path, 2)
    assert one.keys() == other.keys()
    for name, data in one.items():
        assert [s.steps for s in data.scripts] == [s.steps for s in again[name].scripts]
        assert [s.steps for s in data.scripts] != [s.steps for s in other[name].scripts]


def test_the_rows_of_a_shipped_file_are_items_of_pytest(pytester):
    result = pytester.runpytest_inprocess("-p", "letsbe", "-q", str(data_dir("corpora") / "gating" / "unicode.yaml"))
    assert result.ret == 0
    assert result.parseoutcomes()["passed"] >= 5
