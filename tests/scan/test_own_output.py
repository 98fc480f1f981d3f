"""The suite's own reports, left in the tree, aren't findings of the next run; what git tracks is scanned all the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_letsbe.cli import main
from pytest_letsbe.scan.own import is_own_output

from .conftest import Repo

WORD = "n8" + "n"


@pytest.fixture
def package(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repo with a finding, whose reports name what was found."""
    repo.write("letsbe.yaml", "version: 1\npackage: website\nchecks:\n  references: {}\n  secrets: {}\n")
    repo.write("compose.yaml", f"services: {{a: {{image: {WORD}io/{WORD}:1}}}}\n")
    repo.commit()
    monkeypatch.chdir(repo.path)
    return repo


def _pytest(*arguments: str) -> None:
    command = [sys.executable, "-m", "pytest", "--disable-plugin-autoload", "-p", "letsbe", "-q", *arguments]
    subprocess.run(command, capture_output=True, check=False, timeout=120)


def _found(capfd: pytest.CaptureFixture[str]) -> set[str]:
    capfd.readouterr()
    main(["scan", "--format", "json"])
    return {finding["path"] for finding in json.loads(capfd.readouterr().out)["findings"]}


def test_reports_of_a_run_a_scan_and_a_merge_are_left_out(package: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    _pytest("--letsbe-report", "reports/r.json", "--junit-xml", "reports/j.xml")
    outputs = ("html", "sarif", "junit", "markdown", "statement", "json")
    main(["merge", "reports/r.json", *(word for name in outputs for word in (f"--{name}", f"reports/merged.{name}"))])
    for format in ("text", "json", "sarif", "markdown"):
        main(["scan", "--format", format, "--output", f"reports/scan.{format}"])
    written = list((package.path / "reports").iterdir())
    assert len(written) == 12
    quoting = [path for path in written if WORD in path.read_text()]
    assert len(quoting) >= 9
    assert _found(capfd) == {"compose.yaml"}


def test_a_report_that_git_tracks_is_scanned(package: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    _pytest("--letsbe-report", "r.json")
    package.commit()
    assert _found(capfd) == {"compose.yaml", "r.json"}


def test_other_untracked_files_are_scanned(package: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    package.write("notes.json", json.dumps({"schema": "mine/1", "image": f"{WORD}io/{WORD}"}))
    assert _found(capfd) == {"compose.yaml", "notes.json"}


def test_a_mere_mention_is_no_report() -> None:
    assert not is_own_output(b"letsbe-report/1 is the schema of --letsbe-report\n")


def test_without_paths_the_whole_package_is_scanned_from_any_folder_of_it(
    package: Repo, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    package.write("sub/deep/a.txt", "fine\n")
    monkeypatch.chdir(package.path / "sub/deep")
    assert _found(capfd) == {"compose.yaml"}


def test_a_scan_of_no_file_is_no_success(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["scan"]) == 2
    assert "has no file to scan" in capfd.readouterr().err


def test_a_rule_of_a_package_that_never_finds_its_sample_is_told_with_its_row(package: Repo) -> None:
    package.write("letsbe.yaml", "version: 1\npackage: website\nchecks:\n  secrets: {extra: [own.yaml]}\n")
    package.write(
        "own.yaml",
        "version: 1\nrules:\n  - id: hub-tok\n    kind: text\n    statement: A hub token\n    mend: revoke it\n"
        "    keywords: [zzz]\n    regex: 'hub_[0-9A-Za-z]{32}'\n"
        "    match: ['T=hub_{alnum:32}']\n    not_match: ['T=hub']\n",
    )
    command = [sys.executable, "-m", "pytest", "--disable-plugin-autoload", "-p", "letsbe", "-q"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 4
    assert "own.yaml:3:5: hub-tok: sample 1 of match isn't found" in done.stderr
