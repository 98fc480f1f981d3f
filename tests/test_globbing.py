"""Patterns of the manifest name files, or say that they are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_letsbe.globbing import matching, some_matching
from pytest_letsbe.model import Location, UsageError

HERE = Location("letsbe.yaml", 6, 3)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("b.yaml", "a.yaml", "deep/er/c.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_files_come_sorted(root: Path) -> None:
    assert matching(root, "*.yaml", option="extra", location=HERE) == [root / "a.yaml", root / "b.yaml"]


def test_two_stars_go_down(root: Path) -> None:
    assert root / "deep/er/c.yaml" in matching(root, "**/*.yaml", option="extra", location=HERE)


def test_an_absolute_pattern_starts_at_its_anchor(root: Path) -> None:
    elsewhere = root / "deep"
    assert matching(elsewhere, f"{root}/a*.yaml", option="extra", location=HERE) == [root / "a.yaml"]


@pytest.mark.parametrize("pattern", ["", "a**b/*.yaml"])
def test_what_is_no_pattern_is_told_with_its_place(root: Path, pattern: str) -> None:
    with pytest.raises(UsageError, match=r"letsbe\.yaml:6:3: extra: .* is no pattern of files"):
        matching(root, pattern, option="extra", location=HERE)


def test_where_a_file_is_needed_none_is_an_error(root: Path) -> None:
    with pytest.raises(UsageError, match=r"extra: 'x\*' matches no file below"):
        some_matching(root, "x*", option="extra", location=HERE)
