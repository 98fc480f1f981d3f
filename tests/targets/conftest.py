"""Fixtures: targets that are closed at the end, and a look whether any process outlived them."""

from __future__ import annotations

import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_letsbe.targets.stdio import StdioTarget

MINIATURES = Path(__file__).with_name("miniatures.py")


class Marked:
    """An environment variable that every process of a test inherits, whatever session it moves to."""

    def __init__(self) -> None:
        self.env = {"LETSBE_TEST": uuid.uuid4().hex}

    def processes(self) -> list[int]:
        needle = f"LETSBE_TEST={self.env['LETSBE_TEST']}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and needle in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def all_gone(self) -> bool:
        """Whether the last one has gone; the kernel takes a moment over a kill."""
        deadline = time.monotonic() + 5
        while self.processes():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True


@pytest.fixture
def marked() -> Iterator[Marked]:
    marked = Marked()
    yield marked
    survivors = not marked.all_gone()
    for pid in marked.processes():
        os.kill(pid, 9)
    assert not survivors


@pytest.fixture
def closing(marked: Marked) -> Iterator[Callable[[Any], Any]]:
    """Hands back the target it is given, and closes it after the test."""
    targets: list[Any] = []

    def remember(target: Any) -> Any:
        targets.append(target)
        return target

    yield remember
    for target in targets:
        target.close()


@pytest.fixture
def miniature(marked: Marked, closing: Callable[[Any], Any]) -> Callable[..., StdioTarget]:
    """A stdio target with the named behaviour."""

    def make(behaviour: str, *arguments: str, timeout: float = 5.0) -> StdioTarget:
        # -S -E: a start of 10 ms.
        argv = [sys.executable, "-S", "-E", str(MINIATURES), behaviour, *arguments]
        target: StdioTarget = closing(
            StdioTarget(argv, role="redactor", env=marked.env, timeout=timeout, label=behaviour)
        )
        return target

    return make
