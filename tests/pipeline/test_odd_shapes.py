"""Whatever stands in a workflow file, the rules answer: no shape ends them."""

import copy
import json
import random

import pytest

from pytest_letsbe import strict_yaml
from pytest_letsbe.checks.pipeline.shell import swallows

JUNK = (
    None,
    True,
    7,
    1.5,
    "x",
    "",
    "${{",
    [],
    {},
    [None],
    [[]],
    [{}],
    {"x": None},
    {"": []},
    ["a", {"b": 3}],
    "a\nb || true",
)


def places(value, path=()):
    yield path
    if isinstance(value, dict):
        for key, child in value.items():
            yield from places(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from places(child, (*path, index))


def planted(document, path, junk):
    if not path:
        return junk
    changed = copy.deepcopy(document)
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = junk
    return changed


@pytest.mark.parametrize("file", ["pr-checks", "main", "promote-prod-us"])
def test_junk_in_any_place_is_judged(file, judge):
    name = f".gitea/workflows/{file}.yml"
    document = strict_yaml.loads(judge.good["GOOD"][name], shown_as=name).data
    judge(judge.good["GOOD"])
    pick = random.Random(file)
    known = list(places(document))
    for path in pick.sample(known, min(40, len(known))):
        (judge.folder / name).write_text(json.dumps(planted(document, path, pick.choice(JUNK))))
        judge.again()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "- a\n",
        "on: push",
        "jobs:",
        "{}",
        "on: {push: null}\njobs: {a: null}",
        "!!binary x",
        "\x00",
        "a: &x [*x]",
    ],
)
def test_files_that_are_no_workflow_are_told_by_liveness_or_form(text, judge):
    found = judge({".gitea/workflows/x.yml": text})
    assert found.keys() & {"liveness", "strict-yaml", "well-formed"}


def test_a_folder_named_like_a_workflow_is_no_crash(judge):
    (judge.folder / ".gitea/workflows/x.yml").mkdir(parents=True)
    assert "strict-yaml" in judge.again()


def test_a_hundred_cells_and_deep_calls_end(judge):
    cells = {f"k{n}": list(range(9)) for n in range(9)}
    job = {"runs-on": "x", "strategy": {"matrix": cells}, "steps": [{"run": "true"}]}
    call = {"uses": "./.gitea/workflows/a.yml"}
    judge(
        {
            ".gitea/workflows/a.yml": json.dumps(
                {"on": ["pull_request", "push", "workflow_call"], "jobs": {"a": job, "b": call}}
            )
        }
    )


@pytest.mark.parametrize(
    "script",
    [
        "if npm test; then echo good; else exit 1; fi",
        "if ! npm test\nthen\n  echo bad\n  exit 1\nfi",
        'echo "v=$(make version)" >> $GITHUB_OUTPUT',
        "export V=$(pytest --version)",
        "./scripts/server.sh &\nnpm test",
        "npm run test:server &\nnpm test",
        "npm test &\nwait $!",
        "if ./scripts/changed.sh; then npm test; fi",
        "! grep -r TODO src",
    ],
)
def test_a_script_whose_failure_ends_it_swallows_nothing(script):
    assert list(swallows(script, "")) == []
