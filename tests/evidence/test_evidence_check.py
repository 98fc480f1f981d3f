"""The verdict on evidence: what passes, what fails, and what proves nothing."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pytest_letsbe.evidence import EvidenceCheck, EvidenceOptions
from pytest_letsbe.model import CheckFailure, Location, Spec, Vacuous

REPORTS = Path(__file__).parent / "reports"
GOOD = (
    '<testsuite tests="3"><testcase name="a"/><testcase name="b"/><testcase name="c"><skipped/></testcase></testsuite>'
)


def judge(root: Path, **options: Any) -> None:
    check = EvidenceCheck("unit")
    spec = Spec("unit", msgspec.convert(options, EvidenceOptions), root, Location("letsbe.yaml", 7))
    (case,) = check.cases(spec)
    check.run(case, None)


def fails(root: Path, **options: Any) -> CheckFailure:
    with pytest.raises(CheckFailure) as caught:
        judge(root, **options)
    return caught.value


def writes(text: str, *, code: int = 0) -> str:
    return f"mkdir -p out; cat > out/unit.xml <<'X'\n{text}\nX\nexit {code}"


def test_the_one_item_is_named_after_its_evidence(tmp_path: Path) -> None:
    check = EvidenceCheck("unit")
    location = Location("letsbe.yaml", 7)
    for options, name in (
        (EvidenceOptions(run="true"), "unit::evidence[run]"),
        (EvidenceOptions(junit="x.xml"), "unit::evidence[junit]"),
        (EvidenceOptions(run="true", junit="x.xml"), "unit::evidence[junit]"),
    ):
        (case,) = check.cases(Spec("unit", options, tmp_path, location))
        assert (case.id, case.location) == (name, location)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"run": ""},
        {"run": []},
        {"run": [" "]},
        {"run": 3},
        {"junit": ""},
        {"junit": "x", "timeout": 0},
        {"junit": "x", "min_passed": 0},
        {"junit": "x", "allow_skipped": -1},
        {"junit": "x", "junti": "y"},
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(options, EvidenceOptions)


def test_a_command_that_writes_a_green_report_passes(tmp_path: Path) -> None:
    judge(tmp_path, run=writes(GOOD), junit="out/unit.xml")
    judge(tmp_path, run=writes(GOOD), junit="out/unit.xml")  # written again, the same bytes


def test_a_command_alone_passes_with_exit_zero_and_fails_otherwise(tmp_path: Path) -> None:
    judge(tmp_path, run="exit 0")
    failure = fails(tmp_path, run="echo boom; exit 2")
    assert failure.sentence == "`echo boom; exit 2` exited with 2"
    assert failure.evidence == ("boom",)


def test_a_report_alone_passes(tmp_path: Path) -> None:
    (tmp_path / "unit.xml").write_text(GOOD)
    judge(tmp_path, junit="unit.xml")
    judge(tmp_path, junit=str(tmp_path / "unit.xml"))


def test_a_missing_report_says_how_to_get_it(tmp_path: Path) -> None:
    assert fails(tmp_path, junit="unit.xml").sentence == (
        "unit.xml is missing: run the tests before, or tell the command in `run:`"
    )
    assert fails(tmp_path, run="true", junit="unit.xml").sentence == "unit.xml is missing: the command didn't write it"
    assert "is missing" in fails(tmp_path, junit="out/*.xml").sentence


def test_a_report_from_an_earlier_run_is_no_evidence(tmp_path: Path) -> None:
    (tmp_path / "unit.xml").write_text(GOOD)
    assert "unit.xml was not written by this run" in fails(tmp_path, run="true", junit="unit.xml").sentence


def test_a_report_restored_from_a_cache_is_no_evidence(tmp_path: Path) -> None:
    (tmp_path / "cached.xml").write_text(GOOD)
    os.utime(tmp_path / "cached.xml", (time.time() - 60,) * 2)
    assert "not written by this run" in fails(tmp_path, run="cp -p cached.xml unit.xml", junit="unit.xml").sentence


def test_the_failing_tests_are_named_five_at_most(tmp_path: Path) -> None:
    cases = "".join(f'<testcase name="t{n}"><failure/></testcase>' for n in range(7))
    (tmp_path / "unit.xml").write_text(f'<testsuite>{cases}<testcase name="fine"/></testsuite>')
    failure = fails(tmp_path, junit="unit.xml")
    assert failure.sentence == "unit.xml: 7 failed, 1 passed"
    assert failure.evidence == (*(f"failing: t{n}" for n in range(5)), "+2 more")


def test_a_failing_command_tells_its_exit_code_its_counts_and_its_last_words(tmp_path: Path) -> None:
    text = '<testsuite><testcase name="a"><failure/></testcase><testcase name="b"/></testsuite>'
    failure = fails(tmp_path, run=["sh", "-c", "echo bye; " + writes(text, code=1)], junit="out/unit.xml")
    assert "exited with 1; out/unit.xml: 1 failed, 1 passed" in failure.sentence
    assert failure.evidence == ("failing: a", "bye")


def test_a_command_that_fails_is_a_failure_whatever_its_report_says(tmp_path: Path) -> None:
    assert "exited with 1" in fails(tmp_path, run=writes(GOOD, code=1), junit="out/unit.xml").sentence
    assert "exited with 5; " in fails(tmp_path, run="exit 5", junit="none.xml").sentence
    empty = writes('<testsuites><testsuite tests="0"/></testsuites>', code=5)
    assert "no tests" in fails(tmp_path, run=empty, junit="out/unit.xml").sentence


def test_a_command_past_its_deadline_is_a_failure(tmp_path: Path) -> None:
    failure = fails(tmp_path, run="echo begun; sleep 30", junit="unit.xml", timeout=0.3)
    assert failure.sentence.startswith("`echo begun; sleep 30` didn't end within 0.3 seconds")
    assert failure.evidence == ("begun",)


def test_a_command_that_does_not_exist_is_a_failure(tmp_path: Path) -> None:
    assert "can't be started: No such file" in fails(tmp_path, run=["no-such-tool"]).sentence
    assert "exited with 127" in fails(tmp_path, run="no-such-tool").sentence


@pytest.mark.parametrize(
    "name",
    [
        "vitest-skipped",
        "vitest-filter",
        "vitest-none",
        "jest-skipped",
        "jest-none",
        "jest-todo",
        "bats-skipped",
        "bats-none",
        "node-skipped",
        "node-filter",
    ],
)
def test_a_tool_that_exits_zero_and_tested_nothing_proves_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "unit.xml").write_bytes((REPORTS / f"{name}.xml").read_bytes())
    with pytest.raises(Vacuous, match=r"unit\.xml: .* so nothing is proven"):
        judge(tmp_path, junit="unit.xml")


def test_only_expected_failures_prove_nothing(tmp_path: Path) -> None:
    (tmp_path / "unit.xml").write_text(
        '<testsuite><testcase name="a"><skipped type="pytest.xfail"/></testcase></testsuite>'
    )
    with pytest.raises(Vacuous, match="1 xfailed: nothing passed"):
        judge(tmp_path, junit="unit.xml")


def test_retried_to_green_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "unit.xml").write_text('<testsuite><testcase name="a"><flakyFailure/></testcase></testsuite>')
    failure = fails(tmp_path, junit="unit.xml")
    assert failure.sentence == "unit.xml: 1 passed, 1 rerun: green only after a retry"
    assert failure.evidence == ("retried: a",)


def test_a_report_that_contradicts_itself_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "unit.xml").write_text('<testsuite name="s" tests="50"><testcase name="a"/></testsuite>')
    failure = fails(tmp_path, junit="unit.xml")
    assert failure.evidence == ("suite s declares 50 tests and holds 1",)


def test_fewer_passes_than_asked_for_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "unit.xml").write_text(GOOD)
    judge(tmp_path, junit="unit.xml", min_passed=2)
    assert "at least 3 must pass" in fails(tmp_path, junit="unit.xml", min_passed=3).sentence


@pytest.mark.parametrize(("allowed", "passes"), [(True, True), (False, False), (0, False), (1, True)])
def test_skipped_tests_are_counted_against_what_is_allowed(tmp_path: Path, allowed: bool | int, passes: bool) -> None:
    (tmp_path / "unit.xml").write_text(GOOD)
    if passes:
        judge(tmp_path, junit="unit.xml", allow_skipped=allowed)
    else:
        assert "at most 0 may be skipped" in fails(tmp_path, junit="unit.xml", allow_skipped=allowed).sentence


def test_a_glob_sums_its_reports_and_one_stale_file_spoils_them(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    write = "mkdir -p r; for n in 1 2; do cat > r/TEST-$n.xml <<'X'\n" + GOOD + "\nX\ndone"
    judge(tmp_path, run=write, junit="r/*.xml", min_passed=4)
    (tmp_path / "r" / "TEST-gone.xml").write_text(GOOD)
    assert "r/TEST-gone.xml was not written by this run" in fails(tmp_path, run=write, junit="r/*.xml").sentence


def test_a_command_that_comes_back_to_its_own_check_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LETSBE_EVIDENCE_RUNNING", f"{tmp_path.resolve()}::unit")
    assert "comes back to this check" in fails(tmp_path, run="true").sentence


def test_the_command_runs_as_in_ci_and_without_our_workers_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    monkeypatch.delenv("CI", raising=False)
    judge(tmp_path, run='test -z "$PYTEST_XDIST_WORKER" && test "$CI" = true')


def test_the_command_finds_the_python_that_runs_us_as_in_an_activated_venv(tmp_path: Path) -> None:
    assert sys.prefix != sys.base_prefix, "these tests run from a venv"
    judge(tmp_path, run=f"test \"$(python3 -c 'import sys; print(sys.prefix)')\" = '{sys.prefix}'")


def test_a_token_in_the_output_or_the_command_is_not_shown_whole(tmp_path: Path) -> None:
    token = "ghp_" + "a1B2c3D4" * 4
    failure = fails(tmp_path, run=f"echo token is {token}; exit 1")
    assert token not in failure.sentence + "".join(failure.evidence)
    assert failure.evidence == ("token is ghp_…<36>",)
