"""What init writes for CI passes the check it comes with, and nothing that stands is lost."""

import json
import os
import subprocess

import msgspec
import pytest

from pytest_letsbe.checks import Checks
from pytest_letsbe.cli import main
from pytest_letsbe.model import Location, Spec
from pytest_letsbe.starter.files import write
from pytest_letsbe.starter.package_json import with_script

NAME = "test:security-invariants"


def judged(folder):
    check = Checks()["pipeline"]
    cases = check.cases(Spec("pipeline", msgspec.convert({}, check.options), folder, Location("letsbe.yaml")))
    for case in cases:
        check.run(case)
    return cases


@pytest.mark.parametrize("language", ["node", "python", "shell"])
def test_every_file_passes_pipeline(language, tmp_path):
    write(tmp_path, language)
    names = {case.name for case in judged(tmp_path)}
    assert {"pr-checks.yml", "main.yml", "promote-staging.yml", "promote-prod-eu.yml", "promote-prod-us.yml"} <= names


def test_init_writes_them_beside_the_manifest(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--package", "hub"]) == 0
    assert "wrote .gitea/workflows/pr-checks.yml" in capsys.readouterr().out
    assert os.access("scripts/ci/check-banned-references.sh", os.X_OK)
    assert (tmp_path / ".gitea/scoped_workflows/letsbe.yml").is_file()
    assert "pipeline: {}" in (tmp_path / "letsbe.yaml").read_text()


def test_a_workflow_that_stands_is_kept_and_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".gitea/workflows").mkdir(parents=True)
    (tmp_path / ".gitea/workflows/main.yml").write_text("mine")
    assert main(["init", "--ci"]) == 0
    assert "kept .gitea/workflows/main.yml" in capsys.readouterr().out
    assert (tmp_path / ".gitea/workflows/main.yml").read_text() == "mine"
    assert not (tmp_path / "letsbe.yaml").exists()
    assert main(["init", "--ci", "--force"]) == 0
    assert (tmp_path / ".gitea/workflows/main.yml").read_text() != "mine"


def test_workflows_of_github_are_not_hidden(tmp_path):
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / ".github/workflows/ci.yml").write_text("on: [push]\n")
    told = write(tmp_path, "shell")
    assert not (tmp_path / ".gitea/workflows").exists()
    assert any("would hide" in line for line in told)


def test_the_scripts_pass_their_arguments_on(tmp_path):
    write(tmp_path, "shell")
    fake = tmp_path / "bin" / "letsbe"
    fake.parent.mkdir()
    fake.write_text('#!/bin/sh\necho "$@"\n')
    fake.chmod(0o755)
    ran = subprocess.run(
        ["bash", "scripts/ci/check-no-plaintext-secrets.sh", "a b"], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PATH": f"{fake.parent}:{os.environ['PATH']}"}, check=True, timeout=20,
    )  # fmt: skip
    assert ran.stdout == "scan --check secrets a b\n"


@pytest.mark.parametrize(
    "text",
    [
        '{\n  "name": "x",\n  "scripts": {\n    "test": "vitest"\n  },\n  "a": [1,2]\n}\n',
        '{\r\n\t"scripts": {\r\n\t\t"test": "x"\r\n\t}\r\n}',
        '{"name":"x","config":{"scripts":{"no":"1"}},"scripts":{"a":"b {"}}',
        '{"scripts": {}}\n',
        "{}",
        '{\n    "name": "x"\n}\n',
    ],
)
def test_package_json_gains_a_script_and_keeps_every_other_byte(text):
    changed = with_script(text, NAME, "pytest -p letsbe")
    assert json.loads(changed)["scripts"][NAME] == "pytest -p letsbe"
    left = iter(changed)
    assert all(char in left for char in text)
    assert with_script(changed, NAME, "other") is None
    if "\r\n" in text:
        assert "\n" not in changed.replace("\r\n", "")


@pytest.mark.parametrize("text", ["[]", "{", '{"scripts": 3}'])
def test_a_package_json_of_another_shape_is_kept(text, tmp_path):
    (tmp_path / "package.json").write_text(text)
    told = write(tmp_path, "node")
    assert (tmp_path / "package.json").read_text() == text
    assert "kept package.json" in told[-1]
