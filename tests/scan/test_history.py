"""A range of commits: what was added and taken out again is still in the repo that everybody clones."""

from __future__ import annotations

import pytest

from pytest_letsbe.model import UsageError
from pytest_letsbe.scan import repo as scanner
from pytest_letsbe.scan.engine import Engine
from pytest_letsbe.scan.history import scan_history
from pytest_letsbe.scan.repo import Wanted

from .conftest import Repo


@pytest.fixture
def grown(repo: Repo, token: str) -> Repo:
    repo.write("a.txt", "fine\n")
    repo.commit("first")
    repo.write("deploy.env", f"GH={token}\n")
    repo.commit("leak")
    (repo.path / "deploy.env").unlink()
    repo.commit("take it out again")
    return repo


def test_a_secret_that_was_taken_out_again_is_found_at_its_commit(grown: Repo, engine: Engine) -> None:
    leak = grown.git("rev-parse", "HEAD~1").strip()
    result = scan_history(engine, grown.path, "HEAD~2..HEAD")
    assert [(f.path, f.rule) for f in result.findings] == [(f"{leak[:12]}:deploy.env", "github-pat")]
    assert result.stats.commits == 2


def test_only_the_range_is_read(grown: Repo, engine: Engine) -> None:
    assert scan_history(engine, grown.path, "HEAD~1..HEAD").findings == []


def test_the_first_commit_and_merges_are_read_too(grown: Repo, engine: Engine, token: str) -> None:
    assert scan_history(engine, grown.path, "HEAD").findings
    grown.git("checkout", "-q", "-b", "side", "HEAD~2")
    grown.write("b.env", "fine\n")
    grown.commit("side")
    grown.git("merge", "-q", "--no-commit", "main")
    grown.write("evil.env", f"GH={token}2\nGH2={token}\n")
    grown.commit("merge with something more")
    assert any("evil.env" in f.path for f in scan_history(engine, grown.path, "HEAD~1..HEAD").findings)


def test_many_blobs_are_read_in_order(repo: Repo, engine: Engine, token: str) -> None:
    for number in range(250):
        repo.write(f"d/{number}.txt", f"line {number}\n" + (f"GH={token}\n" if number == 201 else ""))
    repo.commit()
    (found,) = scan_history(engine, repo.path, "HEAD").findings
    assert found.path.endswith("d/201.txt")
    assert found.line == 2


def test_an_unknown_range_is_a_usage_error_that_says_what_to_do(grown: Repo, engine: Engine) -> None:
    with pytest.raises(UsageError, match="fetch-depth: 0"):
        scan_history(engine, grown.path, "origin/main..HEAD")


@pytest.mark.parametrize("range_", ["--output=/tmp/x", "-p", "HEAD; rm x", ""])
def test_a_range_cant_be_an_option_or_a_command(grown: Repo, engine: Engine, range_: str) -> None:
    with pytest.raises(UsageError, match="no range of commits"):
        scan_history(engine, grown.path, range_)


def test_the_check_reads_history_when_the_manifest_names_a_range(grown: Repo) -> None:
    assert scanner.run([Wanted("secrets")], grown.path).outcome.open == []
    assert scanner.run([Wanted("secrets", history="HEAD~2..HEAD")], grown.path).outcome.open
