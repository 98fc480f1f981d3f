"""The matrix, its exit code, and what never counts as a proof."""

import json
from xml.etree import ElementTree

import pytest


def test_a_satisfied_matrix_exits_0(project):
    project.coin("heads")
    result = project.run()
    result.stdout.fnmatch_lines(
        ["*letsbe * egress-proxy*", "  coin * required *passed * 1 passed", "*every required check is proven*"]
    )
    assert result.ret == 0


def test_a_missing_required_check_exits_10(project):
    project.coin("heads", require="[+coin]")
    result = project.run()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["  egress * required * MISSING*", "*not in letsbe.yaml*", "not releasable: *egress*"])
    assert result.ret == 10


def test_a_manifest_without_any_check_exits_10(project):
    project.manifest("version: 1\npackage: hub\n")
    assert project.run().ret == 10


def test_a_failing_case_exits_1_and_not_10(project):
    project.coin("fails", require="[+coin]")
    assert project.run().ret == 1


@pytest.mark.parametrize(("case", "shown"), [("lacks", "NOT EVALUATED"), ("hollow", "VACUOUS"), ("empty", "VACUOUS")])
def test_what_proves_nothing_is_no_pass(project, case, shown):
    project.coin("heads", case)
    result = project.run()
    result.stdout.fnmatch_lines([f"  coin * required * {shown}*"])
    assert result.ret == 10


def test_a_check_without_a_case_is_vacuous(project):
    project.coin()
    result = project.run()
    result.stdout.fnmatch_lines(["  coin * VACUOUS*"])
    assert result.ret == 10


def test_a_case_skipped_by_a_fixture_is_no_pass(project):
    conftest = project.path / "conftest.py"
    conftest.write_text(
        conftest.read_text() + "\nimport pytest\n@pytest.fixture(autouse=True)\ndef no(): pytest.skip('not today')\n"
    )
    project.coin("heads")
    assert project.run().ret == 10


def test_a_removed_check_needs_a_waiver(project):
    project.coin("heads", require="[+coin, -references, -secrets, -redaction, -egress, -perf]")
    text = (
        (project.path / "letsbe.yaml").read_text().replace("- {id: perf, until: 2099-01-01, reason: not this test}", "")
    )
    (project.path / "letsbe.yaml").write_text(text)
    result = project.run()
    result.stdout.fnmatch_lines(["  perf * required * MISSING*", "*removed by `require` without a waiver for 'perf'*"])
    assert result.ret == 10


def test_an_optional_check_does_not_gate(project):
    project.coin("lacks", require="[-references, -secrets, -redaction, -egress, -perf]")
    result = project.run()
    result.stdout.fnmatch_lines(["  coin * optional * NOT EVALUATED*"])
    assert result.ret == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("-k", "heads"),
        ("letsbe.yaml::coin::lands[heads]",),
        ("--deselect", "letsbe.yaml::coin::lands[tails]"),
        ("--co",),
    ],
)
def test_a_partial_run_never_enforces_the_matrix(project, arguments):
    project.coin("heads", "tails", require="[+coin]")
    result = project.run(*arguments)
    assert result.ret == 0
    assert "every required check is proven" not in result.stdout.str()


def test_a_run_that_stopped_at_the_first_failure_is_partial(project):
    project.coin("fails", "heads", "tails", require="[+coin]")
    result = project.run("-x")
    result.stdout.fnmatch_lines(["matrix not enforced*"])
    assert result.ret == 1


def test_python_tests_count_for_the_check_they_are_marked_with(project):
    project.coin("heads")
    (project.path / "test_own.py").write_text(
        "import pytest\n"
        "pytestmark = pytest.mark.letsbe_check('coin')\n"
        "@pytest.mark.letsbe_invariant('lands')\n"
        "def test_own(): pass\n"
        "@pytest.mark.xfail\n"
        "def test_hoped_for(): assert False\n"
    )
    report = project.report()
    assert report["checks"]["coin"]["counts"] == {
        "passed": 2,
        "failed": 0,
        "skipped": 1,
        "waived": 0,
        "not_evaluated": 0,
    }
    assert report["checks"]["coin"]["status"] == "not-evaluated"
    assert {case["id"] for case in report["cases"]} >= {"test_own.py::test_own", "letsbe.yaml::coin::lands[heads]"}


def test_the_embedded_reference_is_named_in_the_table(project):
    project.manifest(
        """\
        version: 1
        package: egress-proxy
        targets:
          redactor: {reference: correct}
        checks:
          redaction: {}
        """
    )
    result = project.run("-k", "liveness")
    result.stdout.fnmatch_lines(["*redaction ran on the embedded reference (correct), not on your code*"])


def test_the_report_has_the_fixed_shape(project):
    project.coin("heads", "fails")
    report = project.report()
    fixed = ["schema", "package", "commit", "complete", "shard", "argv", "checks", "cases"]
    assert list(report) == [*fixed, "waivers"]  # what is ours stands behind what is fixed
    assert report["schema"] == "letsbe-report/1"
    assert report["package"] == "egress-proxy"
    assert report["complete"] is True
    assert report["checks"]["coin"] == {
        "status": "failed",
        "required": True,
        "counts": {"passed": 1, "failed": 1, "skipped": 0, "waived": 0, "not_evaluated": 0},
        "reasons": ["lands: 1 of 2 failed"],
    }
    failed = next(case for case in report["cases"] if case["outcome"] == "failed")
    assert failed["id"] == "letsbe.yaml::coin::lands[fails]"
    assert failed["message"] == "the coin fell into the drain"
    assert failed["samples"] == 3
    assert len(failed["failed_samples"]) == 8
    assert failed["where"].startswith("letsbe.yaml:5")
    assert failed["evidence"] == ["it rolled"]


def test_a_report_without_waivers_or_failures_has_the_fixed_keys_only(project):
    project.manifest("version: 1\npackage: hub\nchecks: {coin: {cases: [heads]}}\n")
    report = project.report()
    assert list(report) == ["schema", "package", "commit", "complete", "shard", "argv", "checks", "cases"]
    fixed = ["id", "check", "invariant", "case", "outcome", "message", "samples", "failed_samples", "seconds"]
    assert [list(case) for case in report["cases"]] == [fixed]


def test_a_partial_report_lists_what_was_left_out(project):
    project.coin("heads", "tails")
    report = project.report("-k", "heads")
    assert report["complete"] is False
    assert {case["case"]: case["outcome"] for case in report["cases"]} == {"heads": "passed", "tails": "deselected"}


def test_a_report_without_a_manifest_is_missed_aloud(pytester):
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest("-p", "letsbe", "--letsbe-report", "r.json")
    result.stdout.fnmatch_lines(["letsbe: no report was written: no letsbe.yaml was collected"])


def test_several_manifests_in_one_run_write_a_report_each(project):
    text = "version: 1\npackage: {}\nchecks: {{coin: {{cases: [heads]}}}}\n"
    project.manifest(text.format("hub"), "a/letsbe.yaml")
    project.manifest(text.format("mobile"), "b/letsbe.yaml")
    result = project.run("--letsbe-report", "out/r.json")
    assert result.ret == 10
    packages = [json.loads((project.path / f"out/r.{name}.json").read_text())["package"] for name in ("hub", "mobile")]
    assert packages == ["hub", "mobile"]


def test_junit_properties_name_check_invariant_and_case(project):
    project.coin("heads")
    project.run("--junit-xml", "junit.xml")
    text = (project.path / "junit.xml").read_text()
    for name, value in (("letsbe.check", "coin"), ("letsbe.invariant", "lands"), ("letsbe.case", "heads")):
        assert f'<property name="{name}" value="{value}"' in text


def test_the_matrix_stands_below_everything_else(project):
    project.coin("fails", "heads")
    shown = project.run().stdout.str()
    assert shown.index("short test summary") < shown.index("letsbe 0.1") < shown.index("1 failed, 1 passed in")


@pytest.mark.parametrize("where", ["in CI", "at a desk"])
@pytest.mark.parametrize("spread", [(), ("-n2",)], ids=["one process", "xdist"])
def test_a_finding_is_told_once_and_named_in_the_summary(project, monkeypatch, where, spread):
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.delenv("BUILD_NUMBER", raising=False)
    monkeypatch.setenv("CI", "true") if where == "in CI" else monkeypatch.delenv("CI", raising=False)
    project.coin("fails")
    shown = project.run(*spread, "--junit-xml", "junit.xml").stdout.str()
    assert shown.count("  it rolled") == shown.count("rerun: pytest -p letsbe") == 1
    assert "FAILED letsbe.yaml::coin::lands[fails] - letsbe.yaml:5: the coin fell" in shown
    failure = ElementTree.parse(project.path / "junit.xml").find(".//failure")
    assert failure.get("message") == "letsbe.yaml:5: the coin fell into the drain"
    assert "it rolled" in failure.text


def test_of_many_findings_of_an_invariant_the_first_are_shown_whole(project):
    project.coin(*(f"fails-{n:02}" for n in range(25)))
    shown = project.run("-p", "no:randomly").stdout.str()
    assert shown.count("samples that failed:") == 20
    assert shown.count("  it rolled") == 25
    assert shown.count("rerun: pytest -p letsbe") == 25
    assert project.run("-v").stdout.str().count("samples that failed:") == 25


def test_without_any_letsbe_yaml_the_run_says_so(project):
    result = project.run()
    result.stdout.fnmatch_lines(["letsbe: no letsbe.yaml in *: `letsbe init` writes one"])
    assert result.ret == 5


def test_a_mere_collection_says_that_nothing_is_enforced(project):
    project.coin("heads")
    project.run("--co").stdout.fnmatch_lines(["matrix not enforced*"])


def test_two_manifests_of_one_package_have_no_common_report(project):
    text = "version: 1\npackage: hub\nchecks:\n  coin: {cases: [heads]}\n"
    project.manifest(text)
    project.manifest(text, "deep/letsbe.yaml")
    result = project.run("--letsbe-report", "r.json")
    result.stdout.fnmatch_lines(
        ["letsbe: no report was written: deep/letsbe.yaml and letsbe.yaml name the same package*"]
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert not list(project.path.glob("r*.json"))


def test_the_reports_of_several_packages_are_named(project):
    for package in ("hub", "mobile"):
        project.manifest(
            f"version: 1\npackage: {package}\nchecks:\n  coin: {{cases: [heads]}}\n", f"{package}/letsbe.yaml"
        )
    result = project.run("--letsbe-report", "out/r.json")
    result.stdout.fnmatch_lines(["one report of each package: out/r.hub.json, out/r.mobile.json"])


def test_a_report_that_cannot_be_written_fails_the_run(project):
    project.coin("heads")
    (project.path / "taken").mkdir()
    result = project.run("--letsbe-report", "taken")
    result.stdout.fnmatch_lines(["letsbe: the report taken can't be written: Is a directory"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR
