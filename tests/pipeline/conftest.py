"""A judge of one folder of workflows, without pytest around it."""

from __future__ import annotations

import runpy
from pathlib import Path

import msgspec
import pytest

from pytest_letsbe.checks import Checks
from pytest_letsbe.data import data_dir
from pytest_letsbe.model import CheckFailure, Location, Spec


class Judge:
    """``judge(files)`` writes them into a folder and returns the failures by invariant."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.good = runpy.run_path(str(data_dir("mutants") / "pipeline" / "_good.py"))

    def __call__(self, files: dict[str, str], **options: object) -> dict[str, CheckFailure]:
        for path, text in files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_text(text, encoding="utf-8")
        return self.again(**options)

    def again(self, **options: object) -> dict[str, CheckFailure]:
        check = Checks()["pipeline"]
        converted = msgspec.convert(options, check.options)
        found: dict[str, CheckFailure] = {}
        for case in check.cases(Spec("pipeline", converted, self.folder, Location("letsbe.yaml"))):
            try:
                check.run(case)
            except CheckFailure as failure:
                found.setdefault(case.invariant, failure)
        return found


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    return Judge(tmp_path)
