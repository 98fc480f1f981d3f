"""letsbe.yaml becomes items that behave like any other pytest item."""

import pytest


def test_an_item_is_named_after_check_invariant_and_case(project):
    project.coin("heads", "tails")
    result = project.run("--collect-only", "-q")
    result.stdout.fnmatch_lines(["letsbe.yaml::coin::lands[[]heads]", "letsbe.yaml::coin::lands[[]tails]"])
    assert result.ret == 0


def test_a_case_can_be_selected_by_its_node_id(project):
    project.coin("heads", "tails")
    result = project.run("letsbe.yaml::coin::lands[heads]")
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("coin::lands[haeds]", "coin::lands has no case `haeds` (did you mean 'heads'?)"),
        ("coin::lends[heads]", "coin has no invariant `lends` (did you mean 'lands'?)"),
        ("coins", "no check `coins` (did you mean 'coin'?)"),
    ],
)
def test_a_node_id_that_names_no_case_is_answered_with_the_nearest(project, asked, said):
    project.coin("heads", "tails")
    result = project.run(f"letsbe.yaml::{asked}")
    result.stderr.fnmatch_lines([f"ERROR: letsbe.yaml: {said}"])
    assert result.ret == 4


def test_a_node_id_of_someone_elses_tests_is_left_to_pytest(project):
    project.coin("heads")
    (project.path / "test_own.py").write_text("def test_it(): pass\n")
    result = project.run("letsbe.yaml", "test_own.py::test_its")
    assert "did you mean" not in result.stderr.str()
    assert result.ret == 4


def test_a_keyword_selects_cases(project):
    project.coin("heads", "tails")
    result = project.run("-k", "tails")
    result.assert_outcomes(passed=1, deselected=1)
    result.stdout.fnmatch_lines(["*matrix not enforced*"])
    assert result.ret == 0


def test_the_check_is_a_keyword_too(project):
    project.coin("heads")
    project.run("-k", "coin").assert_outcomes(passed=1)


def test_markers_select_cases(project):
    project.coin("heads", "live")
    project.run("-m", 'letsbe_check(name="coin")').assert_outcomes(passed=2)
    project.run("-m", 'letsbe_invariant(id="lands")').assert_outcomes(passed=1, deselected=1)


def test_last_failed_runs_what_failed(project):
    project.coin("heads", "fails")
    project.run()
    project.run("--lf").assert_outcomes(failed=1, deselected=1)


def test_a_failure_names_the_place_the_evidence_five_samples_and_the_rerun(project):
    project.coin("fails")
    result = project.run()
    result.stdout.fnmatch_lines(
        [
            "letsbe.yaml:5: the coin fell into the drain",
            "  it rolled",
            "  samples that failed: throw-0, throw-1, throw-2, throw-3, throw-4 +3 more",
            "rerun: pytest -p letsbe 'letsbe.yaml::coin::lands[[]fails]'",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert "runner.py" not in result.stdout.str()


def test_an_error_of_the_suite_itself_keeps_its_traceback(project):
    project.coin("crashes")
    result = project.run()
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*KeyError: 'a bug of ours'*"])


def test_when_liveness_fails_the_rest_is_not_evaluated(project):
    project.coin("live-fails", "heads", "tails")
    result = project.run("-rs")
    result.assert_outcomes(failed=1, skipped=2)
    result.stdout.fnmatch_lines(["*not evaluated: liveness doesn't hold (the coin fell into the drain)*"])


def test_liveness_is_a_precondition_also_when_it_is_not_selected(project):
    project.coin("live-fails", "heads")
    project.run("-k", "heads").assert_outcomes(skipped=1, deselected=1)


def test_autouse_fixtures_of_every_scope_reach_yaml_items(project):
    project.pytester.makeconftest(
        (project.path / "conftest.py").read_text()
        + """
import pytest

@pytest.fixture(autouse=True, scope="module")
def per_module(request):
    print("module fixture ran")
    yield

@pytest.fixture(autouse=True)
def per_function(request):
    print("function fixture ran")
    yield
"""
    )
    project.coin("heads")
    result = project.run("-s")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*module fixture ran*", "*function fixture ran*"])


def test_a_testpaths_setting_does_not_hide_the_manifest(project):
    project.coin("heads")
    project.pytester.makefile(".toml", pytest='[pytest]\naddopts = ["-p", "letsbe"]\ntestpaths = ["tests"]')
    (project.path / "tests").mkdir()
    (project.path / "tests" / "test_it.py").write_text("def test_it(): pass\n")
    project.run().assert_outcomes(passed=2)
    project.run("tests").assert_outcomes(passed=1)


@pytest.mark.parametrize("how", ["-p letsbe", "--disable-plugin-autoload -p letsbe", "-p letsbe -p letsbe"])
def test_the_plugin_loads_by_its_short_name(project, how):
    project.coin("heads")
    result = project.run(*how.split(), subprocess=True)
    result.assert_outcomes(passed=1)
    assert result.ret == 0


def test_the_plugin_can_be_switched_off(project):
    project.manifest("this: isn't read")
    (project.path / "pytest.toml").unlink()
    (project.path / "conftest.py").unlink()
    (project.path / "test_it.py").write_text("def test_it(): pass\n")
    project.run("-p", "no:letsbe", subprocess=True).assert_outcomes(passed=1)


def test_a_suite_without_a_manifest_prints_the_same_with_and_without_the_plugin(pytester):
    pytester.makepyfile("def test_it(): pass")
    bare = pytester.runpytest_subprocess("-p", "no:letsbe", "-p", "no:randomly")
    loaded = pytester.runpytest_subprocess("-p", "letsbe", "-p", "no:randomly")

    def lines(result):
        return [line.rsplit(" in ", 1)[0] for line in result.outlines if not line.startswith(("plugins:", "rootdir"))]

    assert lines(bare) == lines(loaded)


@pytest.mark.parametrize("order", [("-p", "randomly"), ("-p", "xdist", "-n", "2")], ids=["shuffled", "two workers"])
def test_shuffled_and_shared_runs_reach_the_same_verdict(project, order):
    project.pytester.makefile(".toml", pytest='[pytest]\naddopts = ["-p", "letsbe"]')
    project.coin("fails", "heads", "tails", require="[+coin]")
    result = project.run("--disable-plugin-autoload", *order, subprocess=True)
    result.assert_outcomes(failed=1, passed=2)
    result.stdout.fnmatch_lines(["  coin * required * FAILED * 2 passed, 1 failed"])
