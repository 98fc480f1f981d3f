"""``letsbe scan``: exit codes, the fixed JSON, SARIF that the schema accepts, files as arguments."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from pytest_letsbe.cli import main

from .conftest import Repo

WORD = "n8" + "n"
ALLOW = "letsbe: " + "allow"


@pytest.fixture
def here(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    monkeypatch.chdir(repo.path)
    return repo


def _scan(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["scan", *arguments])
    return code, capfd.readouterr().out


def test_a_clean_repo_exits_0_and_says_what_was_seen(here: Repo, capfd) -> None:
    here.write("a.txt", "fine\n")
    code, out = _scan(capfd)
    assert code == 0
    assert out.startswith("no findings in 1 files")


def test_findings_exit_1_and_each_says_where_and_what(here: Repo, capfd, token: str) -> None:
    here.write("a.env", f"x\nGH={token}\n")
    code, out = _scan(capfd)
    assert code == 1
    assert out.startswith("a.env:2:4: A GitHub personal access token (classic) stands in clear: <github-pat ghp_")
    assert "github-pat: revoke it" in out
    assert token[4:10] not in out


def test_the_json_has_the_fixed_shape_and_is_sorted(here: Repo, capfd, token: str) -> None:
    here.write("b.env", f"GH={token}\n")
    here.write("a.yaml", f"image: {WORD}io/{WORD}:1\n")
    code, out = _scan(capfd, "--format", "json")
    data = json.loads(out)
    assert code == 1
    assert set(data) == {"findings", "stats"}
    assert [f["path"] for f in data["findings"]] == ["a.yaml", "b.env"]
    keys = ["rule", "check", "path", "line", "column", "end_column", "severity", "fingerprint", "message"]
    assert all(list(f) == keys for f in data["findings"])
    first = data["findings"][0]
    assert (first["line"], first["column"], first["end_column"]) == (1, 8, 8 + len(f"{WORD}io/{WORD}:1"))
    assert data["stats"]["files"] == 2


def test_only_the_named_files_are_scanned(here: Repo, capfd) -> None:
    here.write("a.txt", f"{WORD}\n")
    here.write("sub/b.txt", f"{WORD}\n")
    _, out = _scan(capfd, "sub/b.txt", "--format", "json")
    assert [f["path"] for f in json.loads(out)["findings"]] == ["sub/b.txt"]
    _, out = _scan(capfd, "sub", "--format", "json")
    assert [f["path"] for f in json.loads(out)["findings"]] == ["sub/b.txt"]


def test_a_folder_elsewhere_is_its_own_root(here: Repo, capfd, tmp_path_factory) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "a.txt").write_text(f"{WORD}\n")
    _, out = _scan(capfd, str(other), "--format", "json")
    assert [f["path"] for f in json.loads(out)["findings"]] == ["a.txt"]


def test_the_manifests_options_hold(here: Repo, capfd) -> None:
    here.write(
        "letsbe.yaml", "version: 1\npackage: website\nchecks: {references: {exclude: ['old/**']}, secrets: {}}\n"
    )
    here.write("old/a.txt", f"{WORD}\n")
    assert _scan(capfd)[0] == 0


def test_a_path_that_isnt_there_is_a_usage_error(here: Repo, capfd) -> None:
    assert main(["scan", "nowhere"]) == 2


def test_an_exception_that_cant_hold_is_a_finding(here: Repo, capfd) -> None:
    here.write("a.txt", f"fine # {ALLOW} {WORD}-word until 2099-01-31 reason issue 12\n")
    code, out = _scan(capfd, "--format", "json")
    assert code == 1
    assert [f["rule"] for f in json.loads(out)["findings"]] == ["exceptions-valid"]


def test_sarif_is_valid_and_holds_no_snippet(here: Repo, capfd, token: str) -> None:
    here.write("a b.env", f"GH={token}\n")
    here.write("c.txt", f"{WORD} # {ALLOW} {WORD}-word until 2099-01-31 reason issue 12\n")
    code, out = _scan(capfd, "--format", "sarif")
    data = json.loads(out)
    jsonschema.validate(data, SARIF)
    (run,) = data["runs"]
    open_, accepted = run["results"]
    assert code == 1
    assert open_["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b.env"
    assert accepted["suppressions"] == [{"kind": "inSource", "justification": "until 2099-01-31: issue 12"}]
    assert all(run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])
    assert "snippet" not in out
    assert token[4:10] not in out


def test_markdown_is_a_job_summary(here: Repo, capfd, token: str) -> None:
    here.write("a.env", f"GH={token}\n")
    _, out = _scan(capfd, "--format", "markdown", "--output", "summary.md")
    assert out == ""
    text = (here.path / "summary.md").read_text()
    assert "### letsbe scan: 1 findings" in text
    assert "| `github-pat` | 1 | revoke it" in text
    assert "&lt;github-pat ghp_" in text


def test_a_baseline_is_written_and_holds(here: Repo, capfd, token: str) -> None:
    here.write("a.env", f"GH={token}\n")
    assert main(["scan", "--write-baseline", "baseline.yaml"]) == 2
    assert main(["scan", "--write-baseline", "baseline.yaml", "--reason", "issue 12"]) == 0
    here.write("letsbe.yaml", "version: 1\npackage: website\nchecks: {secrets: {baseline: baseline.yaml}}\n")
    assert _scan(capfd, "--check", "secrets")[0] == 0


def test_the_pre_commit_hook_runs_on_files(here: Repo) -> None:
    hooks = yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text())
    entry = next(hook["entry"] for hook in hooks if hook["id"] == "letsbe-scan").split()
    here.write("a.txt", f"{WORD}\n")
    ran = subprocess.run([sys.executable, "-m", "pytest_letsbe", *entry[1:], "a.txt"], capture_output=True, check=False)
    assert ran.returncode == 1
    assert b"a.txt:1:1" in ran.stdout


#: What SARIF 2.1.0 (OASIS, sarif-schema-2.1.0.json) says of the objects that we write, closed to anything else.
SARIF = json.loads((Path(__file__).parent / "sarif-2.1.0-subset.json").read_text())


def _reasons(path: Path) -> dict[str, tuple[str, str]]:
    entries = yaml.safe_load(path.read_text())["findings"]
    return {entry["path"]: (entry["reason"], str(entry["until"])) for entry in entries}


def test_a_baseline_written_anew_keeps_what_was_accepted_before(here: Repo, capfd, token: str) -> None:
    here.write("letsbe.yaml", "version: 1\npackage: website\nchecks: {secrets: {baseline: baseline.yaml}}\n")
    for name, reason in (("a.env", "issue 12"), ("b.env", "issue 13")):
        here.write(name, f"GH={token}\n")
        assert main(["scan", "--write-baseline", "baseline.yaml", "--reason", reason]) == 0
    assert {path: reason for path, (reason, _) in _reasons(here.path / "baseline.yaml").items()} == {
        "a.env": "issue 12",
        "b.env": "issue 13",
    }
    assert "1 findings accepted until" in capfd.readouterr().out.splitlines()[-1]
    assert _scan(capfd, "--check", "secrets")[0] == 0


def test_a_baseline_written_for_some_files_keeps_the_others(here: Repo, capfd, token: str) -> None:
    for name in ("a.env", "b.env"):
        here.write(name, f"GH={token}\n")
    assert main(["scan", "--write-baseline", "baseline.yaml", "--reason", "issue 12"]) == 0
    assert main(["scan", "--write-baseline", "baseline.yaml", "--reason", "issue 13", "b.env"]) == 0
    assert [reason for reason, _ in _reasons(here.path / "baseline.yaml").values()] == ["issue 12", "issue 12"]


def test_what_has_gone_leaves_a_baseline_and_what_has_expired_is_renewed(here: Repo, capfd, token: str) -> None:
    for name in ("a.env", "b.env"):
        here.write(name, f"GH={token}\n")
    assert main(["scan", "--write-baseline", "baseline.yaml", "--reason", "issue 12"]) == 0
    stood = (here.path / "baseline.yaml").read_text()
    here.write("baseline.yaml", re.sub(r"until: [-0-9]+", "until: 2020-01-31", stood))
    here.write("a.env", "GH=\n")
    assert main(["scan", "--write-baseline", "baseline.yaml", "--reason", "issue 13"]) == 0
    (entry,) = _reasons(here.path / "baseline.yaml").items()
    assert entry[0] == "b.env"
    assert entry[1][0] == "issue 13"
    assert entry[1][1] > "2026"


def test_a_baseline_that_is_named_and_missing_is_told_with_what_writes_it(here: Repo, capfd) -> None:
    here.write("letsbe.yaml", "version: 1\npackage: website\nchecks:\n  secrets: {baseline: baseline.yaml}\n")
    code = main(["scan"])
    assert code == 2
    assert "letsbe.yaml:4:13: baseline: there is no file 'baseline.yaml'" in capfd.readouterr().err
