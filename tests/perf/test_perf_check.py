"""The check as a package meets it: which cases there are, what it asks of a manifest, and one whole run of a fault."""

import sys
from pathlib import Path

import pytest

from pytest_letsbe import selfcheck
from pytest_letsbe.checks.perf.check import PerfCheck
from pytest_letsbe.checks.perf.options import BaseBuild, PerfOptions
from pytest_letsbe.data import data_dir
from pytest_letsbe.model import Location, Spec, UsageError
from pytest_letsbe.targets.spec import TargetSpec

MUTANTS = data_dir("mutants") / "perf"


def spec(folder=Path(), profile="pr", **options):
    return Spec("perf", PerfOptions(**options), folder, Location("letsbe.yaml", 5), profile)


def names(**options):
    return {case.id for case in PerfCheck().cases(spec(**options))}


def test_the_cases_are_sorted_and_liveness_comes_first():
    cases = PerfCheck().cases(spec())
    assert cases[0].invariant == "liveness"
    assert len({case.id for case in cases}) == len(cases)
    assert [case.id for case in cases] == [case.id for case in PerfCheck().cases(spec())]


def test_a_base_is_compared_with_only_where_one_is_named(monkeypatch):
    assert not any("vs-base" in name for name in names())
    assert "perf::vs-base[http]" in names(base=BaseBuild(cwd="../base"))
    monkeypatch.delenv("PERF_TEST_BASE", raising=False)
    assert not any("vs-base" in name for name in names(base=BaseBuild(cwd_from="PERF_TEST_BASE")))
    monkeypatch.setenv("PERF_TEST_BASE", "/base")
    assert "perf::vs-base[connect]" in names(base=BaseBuild(cwd_from="PERF_TEST_BASE"))


def test_nightly_sends_every_shape_both_ways():
    quick, whole = PerfCheck().cases(spec()), PerfCheck().cases(spec(profile="nightly"))
    assert {case.id for case in quick} < {case.id for case in whole}


def test_a_budget_that_is_missing_is_told_with_how_to_write_it(tmp_path):
    with pytest.raises(UsageError, match=r"letsbe.yaml:5: there is no perf-budget.yaml yet; .*--letsbe-update"):
        PerfCheck().cases(spec(tmp_path, budget="perf-budget.yaml"))


def test_a_proxy_that_runs_elsewhere_cant_be_measured():
    with pytest.raises(UsageError, match="needs `start` and `url`"):
        PerfCheck().open(TargetSpec(url="http://127.0.0.1:1"), spec(), None)


def judged(folder, name, *ids, path=MUTANTS / "slow.py", **options):
    """What the check says of one subject, for some cases only."""
    check = PerfCheck()
    options = {"budget": str(MUTANTS / "quick.yaml"), **options}
    made = spec(folder, **options)
    target = check.open(check.subject_target(path, name), made, None)
    runner = selfcheck.Runner(check, check.cases(made), target)
    try:
        return {case.id: runner.end_of(case) for case in runner.cases if case.id in ids}
    finally:
        runner.close()


def test_a_stream_that_is_held_fails_with_a_plot_and_a_page(tmp_path):
    end = judged(tmp_path, "HoldsStreams", "perf::sse-event-lag[http]")["perf::sse-event-lag[http]"]
    assert end.outcome == "failed"
    assert "an event of a stream came" in end.error.sentence
    assert any("╌" in line for line in end.error.evidence)
    assert "perf::sse-event-lag[http]" in (tmp_path / ".letsbe/perf/sse-event-lag-http.html").read_text()
    assert end.error.location.path.endswith("quick.yaml")


def test_what_passes_leaves_its_figures(tmp_path):
    end = judged(tmp_path, "Plain", "perf::added-latency[open-loop-http]", path=MUTANTS / "correct.py")
    assert end["perf::added-latency[open-loop-http]"].outcome == "passed"
    assert '"p99"' in (tmp_path / ".letsbe/perf/added-latency-open-loop-http.json").read_text()


def test_a_proxy_that_dies_is_a_finding_and_no_hang(tmp_path):
    (tmp_path / "gone.py").write_text(
        "class Gone:\n    def __init__(self, *given):\n        raise SystemExit('no policy')\n"
    )
    end = judged(tmp_path, "Gone", "perf::liveness[http]", path=tmp_path / "gone.py")["perf::liveness[http]"]
    assert end.outcome == "failed"
    assert "ended with exit code 1" in end.error.sentence
    assert any("no policy" in line for line in end.error.evidence)


def test_an_update_writes_the_budget(project, tmp_path):
    start = [sys.executable, "-P", "-m", "pytest_letsbe.reference.proxy", "--class", f"{MUTANTS / 'correct.py'}:Plain"]
    start += [f"--{name}={{{name}}}" for name in ("port", "policy", "dns", "ca", "state")]
    project.manifest(
        f"""
        version: 1
        package: egress-proxy
        targets:
          proxy: {{start: {start}, url: "http://127.0.0.1:{{port}}"}}
        checks:
          perf: {{target: proxy, budget: perf-budget.yaml}}
        """
    )
    project.run(
        "letsbe.yaml::perf::added-latency[http]",
        "letsbe.yaml::perf::throughput[http]",
        "--letsbe-update",
        subprocess=True,
    )
    written = (project.path / "perf-budget.yaml").read_text()
    assert "enough_mb_s: 20}" not in written
    assert "added_p50:      {stat: interleaved_median_diff, max_ms: 10," not in written
    assert "tunnels:        {open: 300," in written
