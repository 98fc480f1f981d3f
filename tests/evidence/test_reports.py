"""TAP, vitest's and jest's JSON, and SARIF: what each proves, and what only looks like proof."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_letsbe.evidence import EvidenceCheck, EvidenceOptions
from pytest_letsbe.evidence.json_reports import read_sarif, read_vitest
from pytest_letsbe.evidence.tap import read_tap
from pytest_letsbe.model import CheckFailure, Location, Spec, Vacuous


def verdict(root: Path, **options: object) -> str:
    """``passed``, or the first words of what is said against it."""
    check = EvidenceCheck("unit")
    spec = Spec("unit", msgspec.convert(options, EvidenceOptions), root, Location("letsbe.yaml"))
    (case,) = check.cases(spec)
    try:
        check.run(case, None)
    except CheckFailure as failure:
        return f"failed: {failure.sentence}"
    except Vacuous as vacuous:
        return f"vacuous: {vacuous}"
    return "passed"


def test_the_item_is_named_after_its_format(tmp_path):
    for format_ in ("tap", "vitest", "sarif"):
        options = msgspec.convert({format_: "x"}, EvidenceOptions)
        (case,) = EvidenceCheck("unit").cases(Spec("unit", options, tmp_path, Location("letsbe.yaml")))
        assert case.id == f"unit::evidence[{format_}]"


def test_two_reports_for_one_check_are_refused():
    with pytest.raises(msgspec.ValidationError, match="one report proves a check"):
        msgspec.convert({"tap": "x", "junit": "y"}, EvidenceOptions)


TAP = {
    "TAP version 13\n1..2\nok 1 - a\nok 2 - b\n": "passed",
    "ok 1 a\nok 2 b\n1..2\n": "passed",  # a plan may come last
    "1..2\nok 1 a # SKIP no docker\nok 2 b\n": "passed",
    "1..2\nok 1 a\nnot ok 2 b\n": "failed: r.tap: 1 failed, 1 passed",
    "1..1\nnot ok 1 a # TODO later\n": "vacuous",
    "1..2\nok 1 a # skip\nnot ok 2 skipped # SKIP\n": "vacuous",  # bats
    "1..0\n": "vacuous",
    "1..0 # SKIP all\n": "vacuous",
    "1..3\nok 1 a\nok 2 b\n": "failed: r.tap: 2 passed: the report contradicts itself",
    "ok 1 a\n": "failed: r.tap: 1 passed: the report contradicts itself",
    "1..2\nok 1 a\nBail out! no database\n": "failed",
    "TAP version 14\n1..1\n# Subtest: group\n    1..2\n    ok 1 a\n    not ok 2 b # TODO\nok 1 - group\n": "passed",
    "hello\n": "failed: r.tap isn't TAP",
    "": "failed: r.tap is empty",
    "1..1\nok 1 - escaped \\# SKIP is a name\n": "passed",
}


@pytest.mark.parametrize("text", TAP)
def test_tap(tmp_path, text):
    (tmp_path / "r.tap").write_text(text)
    assert verdict(tmp_path, tap="r.tap").startswith(TAP[text])


def suite(*tests: dict[str, object], **more: object) -> dict[str, object]:
    return {"name": "a.test.ts", "status": "passed", "assertionResults": list(tests), **more}


def one(status: str, **more: object) -> dict[str, object]:
    return {"fullName": f"is {status}", "status": status, "failureMessages": [], **more}


VITEST = [
    ({"success": True, "testResults": [suite(one("passed"), one("skipped"))]}, "passed"),
    ({"success": False, "testResults": [suite(one("passed"), one("failed"), status="failed")]}, "failed: r.json: 1 failed, 1 passed"),
    ({"success": True, "testResults": [suite(one("passed", failureMessages=["boom"]))]}, "failed: r.json: 1 passed, 1 rerun"),
    ({"success": True, "testResults": [suite(one("pending"), one("todo"))]}, "vacuous"),
    ({"success": True, "testResults": []}, "vacuous"),
    ({"success": False, "testResults": [suite(status="failed", message="cannot import")]}, "failed: r.json: 1 error"),
    ({"success": False, "testResults": [suite(one("passed"))]}, "failed"),
    ({"success": True, "testResults": [suite(one("exploded"))]}, "failed"),
    ({"numTotalTests": 3}, "failed: r.json isn't a report of vitest or jest"),
    ([], "failed: r.json isn't a report of vitest or jest"),
]  # fmt: skip


@pytest.mark.parametrize(("report", "wanted"), VITEST)
def test_vitest_and_jest(tmp_path, report, wanted):
    (tmp_path / "r.json").write_text(json.dumps(report))
    assert verdict(tmp_path, vitest="r.json").startswith(wanted)


def log(*results: dict[str, object], artifacts: int = 2, **more: object) -> dict[str, object]:
    listed = [{"location": {"uri": f"src/{n}.sh"}} for n in range(artifacts)]
    rule = {"id": "SC2086", "defaultConfiguration": {"level": "note"}}
    run = {"tool": {"driver": {"name": "x", "rules": [rule]}}, "results": list(results), "artifacts": listed, **more}
    return {"version": "2.1.0", "runs": [run]}


def result(level: str | None = "error", **more: object) -> dict[str, object]:
    place = {"physicalLocation": {"artifactLocation": {"uri": "src/0.sh"}, "region": {"startLine": 4}}}
    level_ = {} if level is None else {"level": level}
    return {"ruleId": "SC2086", "message": {"text": "quote it"}, "locations": [place], **level_, **more}


SARIF = [
    (log(), "passed"),
    (log(result()), "failed: r.sarif: 1 failed, 1 passed"),
    (log(result("warning")), "failed"),
    (log(result("note"), result(None)), "passed"),  # without a level the rule's own holds
    (log(result(kind="pass")), "passed"),
    (log(result(suppressions=[{"kind": "inSource"}])), "passed"),
    (log(artifacts=0), "vacuous"),
    (log(invocations=[{"executionSuccessful": False}]), "failed: r.sarif: 2 passed: the report contradicts itself"),
    ({"version": "2.1.0", "runs": []}, "vacuous"),
    ({"version": "2.0.0", "runs": []}, "failed: r.sarif isn't SARIF 2.1.0"),
]


@pytest.mark.parametrize(("report", "wanted"), SARIF)
def test_sarif(tmp_path, report, wanted):
    (tmp_path / "r.sarif").write_text(json.dumps(report))
    assert verdict(tmp_path, sarif="r.sarif").startswith(wanted)


def test_a_sarif_finding_is_named_with_its_place(tmp_path):
    (tmp_path / "r.sarif").write_text(json.dumps(log(result())))
    assert read_sarif(tmp_path / "r.sarif", "r.sarif").failing == ("src/0.sh:4 SC2086: quote it",)


@pytest.mark.parametrize("reader", [read_tap, read_vitest, read_sarif])
@pytest.mark.parametrize("what", ["missing", "folder", "cut"])
def test_what_cant_be_read_is_a_finding_that_names_the_file(tmp_path, reader, what):
    path = tmp_path / "r"
    if what == "folder":
        path.mkdir()
    elif what == "cut":
        path.write_text('{"testResults": [')
    with pytest.raises(CheckFailure, match=r"^r"):
        reader(path, "r")


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["version", "runs", "results", "tool", "driver", "rules", "artifacts", "location", "testResults",
                             "assertionResults", "status", "suppressions", "locations", "physicalLocation", "region"]),
            inner | st.just("2.1.0"),
            max_size=4,
        ),
        max_leaves=12,
    )
)  # fmt: skip
def test_no_json_at_all_breaks_a_reader(tmp_path, data):
    (tmp_path / "r").write_text(json.dumps(data))
    for reader in (read_vitest, read_sarif):
        try:
            reader(tmp_path / "r", "r")
        except CheckFailure as failure:
            assert failure.sentence.startswith("r")


def test_nodes_own_tap_is_read(tmp_path):
    node = shutil.which("node")
    assert node, "node is missing: CI installs it"
    (tmp_path / "a.test.mjs").write_text(
        "import {test} from 'node:test';\ntest('a', () => {});\ntest('b', {skip: true}, () => {});\n"
        "test('c', () => { throw new Error('x') });\ntest('d', {todo: true}, () => { throw new Error('x') });\n"
    )
    command = [node, "--test", "--test-reporter=tap", "--test-reporter-destination=r.tap", "a.test.mjs"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=120)
    counts = read_tap(tmp_path / "r.tap", "r.tap")
    assert (counts.passed, counts.failed, counts.skipped, counts.xfailed) in {(1, 1, 1, 1), (0, 1, 0, 0)}
