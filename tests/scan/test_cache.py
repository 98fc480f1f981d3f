"""The cache: what was clean isn't read again, what changed is, and nothing of a finding is stored."""

from __future__ import annotations

from pathlib import Path

from pytest_letsbe.scan import rows
from pytest_letsbe.scan.engine import Engine
from pytest_letsbe.scan.tree import Scope, scan

from .conftest import Repo

BANNED = "image: n8" + "nio/n8" + "n:1\n"


def _cache_files(repo: Repo) -> list[Path]:
    return sorted((repo.path / ".letsbe" / "cache").glob("scan-*"))


def test_a_second_scan_reads_only_what_changed_and_finds_the_same(repo: Repo, engine: Engine) -> None:
    for number in range(5):
        repo.write(f"clean{number}.txt", f"fine {number}\n")
    repo.write("bad.yaml", BANNED)
    repo.commit()
    first, second = scan(engine, Scope(repo.path)), scan(engine, Scope(repo.path))
    assert (first.stats.cached, second.stats.cached) == (0, 5)
    assert second.findings == first.findings


def test_a_file_that_turns_bad_is_found_though_its_name_was_clean(repo: Repo, engine: Engine) -> None:
    repo.write("a.yaml", "fine\n")
    repo.commit()
    scan(engine, Scope(repo.path))
    repo.write("a.yaml", BANNED)
    assert scan(engine, Scope(repo.path)).findings
    repo.commit()
    assert scan(engine, Scope(repo.path)).findings


def test_the_same_content_under_another_name_is_judged_anew(repo: Repo, engine: Engine) -> None:
    repo.write("dist/a.min.js", "var n8" + "n = 1\n")
    repo.commit()
    assert scan(engine, Scope(repo.path)).findings == []
    repo.write("src/a.js", "var n8" + "n = 1\n")
    repo.commit()
    assert [finding.path for finding in scan(engine, Scope(repo.path)).findings] == ["src/a.js"]


def test_new_rules_start_a_new_cache(repo: Repo) -> None:
    repo.write("a.yaml", BANNED)
    repo.commit()
    secrets = Engine(rows.shipped("secrets"))
    assert scan(secrets, Scope(repo.path)).findings == []
    assert scan(Engine(rows.shipped("references")), Scope(repo.path)).findings


def test_a_damaged_or_forged_cache_is_not_believed(repo: Repo, engine: Engine) -> None:
    repo.write("a.txt", "fine\n")
    repo.commit()
    scan(engine, Scope(repo.path))
    (file,) = _cache_files(repo)
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert scan(engine, Scope(repo.path)).stats.cached == 0


def test_a_cache_that_came_with_the_repo_is_not_believed(repo: Repo, engine: Engine) -> None:
    repo.write("a.txt", "fine\n")
    repo.commit()
    scan(engine, Scope(repo.path))
    repo.git("add", "-f", ".letsbe/cache")
    repo.commit()
    assert scan(engine, Scope(repo.path)).stats.cached == 0


def test_nothing_of_a_finding_is_stored(repo: Repo, engine: Engine, token: str) -> None:
    repo.write("a.env", f"GH={token}\n")
    repo.commit()
    scan(engine, Scope(repo.path))
    for file in _cache_files(repo):
        assert token[4:].encode() not in file.read_bytes()


def test_the_cache_is_ignored_by_git(repo: Repo, engine: Engine) -> None:
    repo.write("a.txt", "fine\n")
    repo.commit()
    scan(engine, Scope(repo.path))
    assert repo.git("status", "--porcelain") == ""
