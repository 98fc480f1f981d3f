"""Which files are seen: git's view, awkward names and kinds of file, and what is counted instead of read."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from pytest_letsbe.scan.engine import Engine
from pytest_letsbe.scan.enumerate import files
from pytest_letsbe.scan.stats import Stats
from pytest_letsbe.scan.tree import Scope, scan

from .conftest import Repo

BANNED = "image: n8" + "nio/n8" + "n:1\n"


def _paths(root: Path) -> list[str]:
    return [entry.path for entry in files(root, Stats())]


def test_tracked_and_untracked_files_are_seen_and_ignored_ones_are_not(repo: Repo) -> None:
    repo.write(".gitignore", "dist/\n")
    repo.write("a.txt", "a")
    repo.commit()
    repo.write("b.txt", "b")
    repo.write("dist/c.txt", "c")
    assert _paths(repo.path) == [".gitignore", "a.txt", "b.txt"]


def test_an_ignored_file_that_is_tracked_all_the_same_is_seen(repo: Repo) -> None:
    repo.write(".env", "A=1")
    repo.commit()
    repo.write(".gitignore", ".env\n")
    assert ".env" in _paths(repo.path)


def test_only_the_folder_asked_for_is_seen_and_paths_are_relative_to_it(repo: Repo) -> None:
    repo.write("web/a.txt", "a")
    repo.write("hub/b.txt", "b")
    repo.commit()
    assert _paths(repo.path / "web") == ["a.txt"]


def test_submodules_are_seen(repo: Repo, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = Repo(tmp_path_factory.mktemp("other"))
    other.write("inner.txt", BANNED)
    other.commit()
    repo.git("submodule", "add", "-q", str(other.path), "vendor/other")
    repo.commit()
    assert "vendor/other/inner.txt" in _paths(repo.path)


def test_a_repository_inside_the_repository_is_seen(repo: Repo) -> None:
    repo.write("a.txt", "a")
    repo.commit()
    inner = repo.path / "inner"
    inner.mkdir()
    Repo(inner).write("b.txt", "b")
    assert "inner/b.txt" in _paths(repo.path)


def test_without_git_the_folders_are_walked(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.txt").write_text("x")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "y.txt").write_text("y")
    stats = Stats()
    found = files(tmp_path, stats)
    assert [entry.path for entry in found] == ["a/x.txt"]
    assert stats.source == "folders"
    assert stats.left_out["excluded"] == 1


def test_symlinks_are_counted_and_never_followed(repo: Repo, engine: Engine, tmp_path_factory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "leak.txt").write_text(BANNED)
    (repo.path / "loop").symlink_to(repo.path)
    (repo.path / "out").symlink_to(outside)
    (repo.path / "file").symlink_to(outside / "leak.txt")
    repo.write("a.txt", "fine\n")
    for state in ("untracked", "tracked"):
        result = scan(engine, Scope(repo.path))
        assert result.findings == [], state
        assert result.stats.left_out["symlink"] == 3, state
        repo.git("add", "-A")


def test_a_tracked_folder_that_became_a_link_out_of_the_root_is_not_followed(
    repo: Repo, engine: Engine, tmp_path_factory
) -> None:
    repo.write("conf/a.txt", "fine\n")
    repo.commit()
    outside = tmp_path_factory.mktemp("outside")
    (outside / "a.txt").write_text(BANNED)
    (repo.path / "conf" / "a.txt").unlink()
    (repo.path / "conf").rmdir()
    (repo.path / "conf").symlink_to(outside)
    assert scan(engine, Scope(repo.path)).findings == []


def test_a_pipe_is_never_opened(tmp_path: Path, engine: Engine) -> None:
    os.mkfifo(tmp_path / "pipe")
    result = scan(engine, Scope(tmp_path))
    assert result.stats.left_out["special"] == 1


def test_binaries_are_counted_and_utf_16_is_read(repo: Repo, engine: Engine) -> None:
    repo.write("a.bin", b"\0\1\2" + BANNED.encode())
    repo.write("le.txt", BANNED.encode("utf-16"))
    repo.write("be.txt", BANNED.encode("utf-16-be"))
    result = scan(engine, Scope(repo.path))
    assert result.stats.left_out["binary"] == 1
    assert {finding.path for finding in result.findings} == {"le.txt", "be.txt"}


def test_a_huge_text_is_a_hole_with_a_name_and_a_huge_binary_is_not(repo: Repo, engine: Engine) -> None:
    repo.write("big.log", b"x" * 5000)
    repo.write("big.bin", b"\0" * 5000)
    sparse = repo.path / "disk.img"
    with sparse.open("wb") as file:
        file.truncate(2 * 1024**3)
    result = scan(engine, Scope(repo.path, most_bytes=4000))
    assert result.stats.holes == ["big.log: huge"]
    assert result.stats.left_out["binary"] == 2


def test_a_name_that_is_no_utf_8_is_scanned_and_shown_with_escapes(repo: Repo, engine: Engine) -> None:
    name = os.fsdecode(b"caf\xe9.yaml")
    (repo.path / name).write_text(BANNED)
    found = scan(engine, Scope(repo.path)).findings
    assert {finding.path for finding in found} == {"caf\\xe9.yaml"}


def test_an_empty_file_and_a_file_that_vanishes_are_no_trouble(repo: Repo, engine: Engine) -> None:
    repo.write("empty", "")
    repo.write("gone", "x")
    repo.commit()
    (repo.path / "gone").unlink()
    assert scan(engine, Scope(repo.path)).findings == []


def test_a_change_that_git_was_told_not_to_look_at_is_seen(repo: Repo, engine: Engine) -> None:
    repo.write("a.yaml", "fine\n")
    repo.commit()
    scan(engine, Scope(repo.path))
    repo.git("update-index", "--assume-unchanged", "a.yaml")
    repo.write("a.yaml", BANNED)
    assert scan(engine, Scope(repo.path)).findings


def test_several_processes_find_what_one_finds(repo: Repo, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        repo.write(f"d{number}/a.yaml", BANNED if number % 7 == 0 else "fine\n")
    monkeypatch.setattr("pytest_letsbe.scan.tree.WORTH_A_WORKER", 1)
    monkeypatch.setattr("pytest_letsbe.scan.workers._PIECE", 3)
    alone, together = (scan(engine, Scope(repo.path, cache=False, jobs=jobs)) for jobs in (1, 2))
    assert alone.findings == together.findings
    assert alone.findings
    assert together.stats.files == alone.stats.files


def test_git_variables_of_a_hook_dont_lead_the_scan_elsewhere(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("a.txt", "a")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert _paths(repo.path) == ["a.txt"]
    assert subprocess.run(["git", "status"], cwd=repo.path, capture_output=True, check=False).returncode != 0
