"""shellcheck as a user meets it: items, places, and the sentence that mends a missing tool."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_letsbe.checks.shellcheck import lint
from pytest_letsbe.checks.shellcheck.check import ShellcheckCheck
from pytest_letsbe.checks.shellcheck.options import ShellcheckOptions
from pytest_letsbe.checks.shellcheck.scripts import scripts
from pytest_letsbe.model import CheckFailure, Location, Spec
from pytest_letsbe.runner import Runner

HEAD = "#!/usr/bin/env bash\nset -euo pipefail\n"


def ends(root: Path, **options: object) -> dict[str, CheckFailure]:
    check = ShellcheckCheck()
    runner = Runner(check, check.cases(Spec("shellcheck", ShellcheckOptions(**options), root, Location("letsbe.yaml"))))
    return {case.invariant: end.error for case in runner.cases if (end := runner.end_of(case)).outcome != "passed"}


def test_a_finding_names_file_line_and_the_mend(tmp_path):
    (tmp_path / "a.sh").write_text("#!/bin/bash\n\necho hi\n")
    failure = ends(tmp_path)["stops-at-errors"]
    assert str(failure.location) == "a.sh:3"
    assert "set -euo pipefail" in failure.sentence


def test_shellchecks_own_findings_keep_their_code_and_place(tmp_path):
    (tmp_path / "a.sh").write_text(HEAD + 'for f in $(ls *.x); do echo "$f"; done\n')
    failure = ends(tmp_path)["clean"]
    assert "(SC2045)" in failure.sentence
    assert str(failure.location) == "a.sh:3:10"


def test_severity_lets_lesser_findings_pass(tmp_path):
    (tmp_path / "a.sh").write_text(HEAD + "x=$1\necho $x\n")
    assert "clean" not in ends(tmp_path)
    assert "clean" in ends(tmp_path, severity="info")


def test_many_findings_are_five_and_a_count(tmp_path):
    text = HEAD + 'curl "$API_TOKEN"\n' * 9
    (tmp_path / "a.sh").write_text(text)
    failure = ends(tmp_path)["no-secret-argument"]
    assert failure.sentence.endswith("(and 8 more)")
    assert failure.evidence[-1] == "+4 more"


def test_a_missing_binary_fails_with_the_line_that_installs_it(tmp_path, monkeypatch):
    (tmp_path / "a.sh").write_text(HEAD)
    monkeypatch.setattr(lint.sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "pip install 'pytest-letsbe[shell]'" in ends(tmp_path)["liveness"].sentence


def test_scripts_are_found_by_ending_and_by_shebang(tmp_path):
    for name, text in {
        "a.sh": "echo\n", "b": "#!/bin/sh\n", "c": "#!/usr/bin/env -S bash -eu\n", "d": "#!/usr/bin/env node\n",
        "e.txt": "#!/bin/sh\n", "f.bats": "@test x { true; }\n", "g": "\x00\x01",
    }.items():  # fmt: skip
        (tmp_path / name).write_text(text)
    found = {script.path: (script.shell, script.runs) for script in scripts(tmp_path, ())}
    assert found == {"a.sh": ("bash", False), "b": ("sh", True), "c": ("bash", True), "f.bats": ("bash", False)}


@pytest.mark.parametrize("name", ["-rf.sh", "a b.sh", "ü.sh"])
def test_odd_names_are_looked_at(tmp_path, name):
    (tmp_path / name).write_text("#!/bin/bash\necho $(\n")
    assert "clean" in ends(tmp_path)


def test_the_reason_a_script_hangs_is_told(tmp_path, monkeypatch):
    (tmp_path / "a.sh").write_text(HEAD)
    (tmp_path / "slow").write_text("#!/bin/sh\nsleep 60\n")
    (tmp_path / "slow").chmod(0o755)
    monkeypatch.setattr(lint, "_binary", lambda: str(tmp_path / "slow"))
    assert "gave no answer within 0.5 s" in ends(tmp_path, timeout=0.5, exclude=["slow"])["liveness"].sentence
