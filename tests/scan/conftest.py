"""Engines made once, and a git repo to plant things in."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_letsbe.checks.redaction.synth import fill
from pytest_letsbe.scan import hyper, rows
from pytest_letsbe.scan.engine import Engine


class Repo:
    """A git repository in a temporary folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        who = ["-c", "user.name=t", "-c", "user.email=t@example.test", "-c", "protocol.file.allow=always"]
        ran = subprocess.run(["git", "-C", self.path, *who, *arguments], capture_output=True, check=True, text=True)
        return ran.stdout

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def commit(self, message: str = "change") -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD").strip()


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path)


@pytest.fixture(scope="session")
def rules():
    return (*rows.shipped("references"), *rows.shipped("secrets"))


@pytest.fixture(scope="session")
def engine(rules) -> Engine:
    """The default one, also where hyperscan is installed."""
    return Engine(rules, hyper=False)


@pytest.fixture(scope="session")
def plain_engine(rules) -> Engine:
    return Engine(rules, fast=False)


@pytest.fixture(scope="session")
def hyper_engine(rules) -> Engine:
    """Hyperscan from the first byte on."""
    return Engine(rules, hyper=True) if hyper.hyper_available() else pytest.skip("no hyperscan")


@pytest.fixture(scope="session", params=["stdlib", "re2+aho-corasick", "hyperscan+re2"])
def each_engine(request: pytest.FixtureRequest) -> Engine:
    """All three, one after the other."""
    names = {"stdlib": "plain_engine", "re2+aho-corasick": "engine", "hyperscan+re2": "hyper_engine"}
    found = request.getfixturevalue(names[request.param])
    assert found.name == request.param
    return found


@pytest.fixture(scope="session", autouse=True)
def hyper_at_once() -> Iterator[None]:
    """What hyperscan does shows in texts of a few bytes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hyper, "PAYS", 0)
        yield


@pytest.fixture(scope="session")
def token() -> str:
    """A GitHub token whose checksum holds, made while the test runs."""
    return fill("ghp_«{base62:30}{crc32b62}»", "tests/scan", 0).value


def rules_found(engine: Engine, text: str, path: str = "src/settings") -> set[str]:
    judged = engine.judge(path, text.encode())
    return {finding.rule for finding in judged.findings} if judged else set()
