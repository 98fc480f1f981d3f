"""What the rules say of pipelines that people write."""

import subprocess
import sys
from textwrap import dedent

import pytest

from pytest_letsbe.checks import Checks
from pytest_letsbe.checks.pipeline.conditions import Event, holds
from pytest_letsbe.checks.pipeline.contexts import could_be
from pytest_letsbe.checks.pipeline.policy import REQUIRED, Policy, Secrets, stricter
from pytest_letsbe.checks.pipeline.shell import swallows

W = ".gitea/workflows/"
#: The strategy's first sketch: its seven jobs by name, one of them filled in.
SKELETON = """\
name: pr-checks
on: [pull_request]
jobs:
  lint-typecheck:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
      - run: pnpm install
      - run: pnpm lint
"""


def test_the_sketch_of_the_strategy_is_red_and_each_gap_is_named(judge):
    found = judge({W + "pr-checks.yml": SKELETON})
    assert {"required-jobs", "rerun-on-main", "pinned-actions", "frozen-installs", "timeouts"} <= found.keys()
    told = "\n".join([found["required-jobs"].sentence, *found["required-jobs"].evidence])
    for name in REQUIRED[1:]:
        assert f"no job {name} runs on pull requests" in told
    pins = found["pinned-actions"].evidence
    assert pins[0].startswith(f"{W}pr-checks.yml:7:9: ")
    assert "actions/setup-node at v4" in pins[1]


def test_seven_empty_jobs_are_told_apart_from_seven_jobs_that_gate(judge):
    jobs = "".join(f"  {name}:\n    runs-on: ubuntu-latest\n" for name in REQUIRED)
    found = judge({W + "pr-checks.yml": f"name: pr-checks\non: pull_request\njobs:\n{jobs}"})
    assert "required-jobs" not in found
    assert {"well-formed", "verdict-job", "rerun-on-main", "timeouts"} <= found.keys()


def test_a_pipeline_runs_as_a_user_would_run_it(tmp_path, judge):
    judge({**judge.good["GOOD"], "letsbe.yaml": "version: 1\npackage: hub\nchecks:\n  pipeline: {}\n"})
    page = tmp_path / W / "pr-checks.yml"
    page.write_text(
        page.read_text().replace(
            "- run: npm test\n", "- run: |\n          npm run build\n          npm test || true\n", 1
        )
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "letsbe", "-q", "-k", "pipeline"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    line = next(n for n, text in enumerate(page.read_text().splitlines(), 1) if "|| true" in text)
    assert f"{W}pr-checks.yml:{line}: unit-tests: `npm test || true`: || true makes it succeed" in done.stdout
    assert "letsbe.yaml::pipeline::no-swallowed-exit[pr-checks.yml]" in done.stdout


@pytest.mark.parametrize(
    ("condition", "on_pull_request", "on_push"),
    [
        ("always()", True, True),
        ("${{ always() && github.event_name == 'pull_request' }}", True, False),
        ("github.event_name != 'push'", True, False),
        ("github.ref == 'refs/heads/main'", False, True),
        ("startsWith(github.ref, 'refs/tags/')", False, False),
        ("success() || failure()", None, None),
        ("!cancelled()", None, None),
        ("github.actor != 'x'", None, None),
        ("false", False, False),
        ("github.base_ref == 'main' || github.event_name == 'push'", True, True),
        ("a && (", None, None),
        (True, True, True),
        (None, True, True),
    ],
)
def test_conditions_are_true_false_or_unknown(condition, on_pull_request, on_push):
    assert holds(condition, Event("pull_request")) is on_pull_request
    assert holds(condition, Event("push")) is on_push


@pytest.mark.parametrize(
    "script",
    [
        "npm test",
        "docker rm -f db || true",
        "set +e\nnpm test\nrc=$?\nset -e\nexit $rc",
        "npm test || { cat log; exit 1; }",
        "npm test || rc=$?\ncat log\nexit $rc",
        "set -o pipefail\nnpm test | tee log",
        "version=$(git describe || true)\nnpm test",
        "grep -q x file || exit 1",
        'if [ -z "$FILES" ]; then\n  echo none\n  exit 0\nfi\nnpm test',
        "# npm test || true\nnpm test",
        "cat <<EOF > f\nnpm test || true\nEOF\nnpm test",
    ],
)
def test_scripts_that_pass_a_failure_on_are_left_alone(script):
    assert list(swallows(script, "")) == []


def test_bash_by_name_has_pipefail():
    assert list(swallows("npm test | tee log", "bash")) == []
    assert list(swallows("npm test | tee log", ""))


def test_the_stricter_policy_holds():
    base = Policy(required=["a", "b"], gitea="1.26", secrets=Secrets(pr=["X", "Y"]))
    head = Policy(required=["a", "c"], gitea="28.1", secrets=Secrets(pr=["Y", "Z"]), approval="deploy-pr")
    both = stricter(base, head)
    assert both.required == ["a", "b", "c"]
    assert both.gitea == "1.26"
    assert both.secrets.pr == ["Y"]
    assert both.approval == "dispatch"


@pytest.mark.parametrize(
    ("glob", "context", "matches"),
    [
        ("pr-checks / * (pull_request)", "pr-checks / unit (pull_request)", True),
        ("*/verdict*", "pr / verdict (pull_request)", False),
        ("{a,b} / x", "b / x", True),
        ("pr / unit (${{ x }})", "pr / unit (${{ matrix.y }})", True),
    ],
)
def test_required_statuses_are_globs(glob, context, matches):
    assert could_be(glob, context) is matches


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version: 1\nrequird: [a]\n", "pipeline-policy.yaml:2:1: unknown key 'requird' (did you mean 'required'?)"),
        ("version: 1\ngitea: newest\n", "pipeline-policy.yaml:2:1"),
        ("version: 1\nrequired: []\n", "pipeline-policy.yaml:2:1"),
    ],
)
def test_a_policy_with_a_mistake_is_a_usage_error_at_its_place(text, message, judge):
    from pytest_letsbe.model import UsageError

    with pytest.raises(UsageError) as raised:
        judge({"pipeline-policy.yaml": text})
    assert message in str(raised.value)


def test_a_missing_zizmor_fails_with_the_mend(judge, monkeypatch):
    import shutil

    from pytest_letsbe.checks.pipeline import zizmor

    monkeypatch.setattr(zizmor.sys, "executable", "/nowhere/python")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    found = judge(judge.good["GOOD"], zizmor=True)
    assert found["zizmor"].sentence == "zizmor is asked for and isn't installed: pip install 'pytest-letsbe[pipeline]'"


def test_a_merge_key_is_read_in_workflows_alone():
    from pytest_letsbe import strict_yaml
    from pytest_letsbe.model import UsageError

    text = dedent("""\
        base: &base {a: 1, b: 2}
        more: {<<: *base, b: 3}
    """)
    assert strict_yaml.loads(text, shown_as="x", merge=True).data["more"] == {"a": 1, "b": 3}
    with pytest.raises(UsageError):
        strict_yaml.loads(text, shown_as="x")


def test_every_rule_of_the_research_has_its_number():
    sources = " ".join(invariant.source for invariant in Checks()["pipeline"].invariants)
    assert [n for n in range(1, 23) if f"PL{n:02}" not in sources] == []
