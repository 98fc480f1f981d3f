"""Texts that match a pattern: plain ones that happen to, then those that hypothesis makes of it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from functools import lru_cache

#: What many patterns of real documents take; trying them costs nothing beside making texts of a pattern.
COMMON = ("a", "1", "A", "ab", "0a", "abc", "123", "Abc", "a-b", "a_b", "a.b", "/a", "1.0", "1.0.0", "v1", "a/b",
          "#a", "aA1", "12345", "abcdef", "2026-11-25", "10:00", "a@example.com", "https://example.com/a",
          "example.com", "0123456789abcdef", "0" * 32, "a" * 40,
          "6d3bd2f1-3c5e-4f0a-9d3e-1f2a3b4c5d6e", "2026-11-25T10:00:00Z")  # fmt: skip


def matching(pattern: str) -> Iterator[str]:
    """A few texts that match, the same ones each time."""
    try:
        search = re.compile(pattern).search
    except (re.error, RecursionError, OverflowError):
        return
    plain = [text for text in COMMON if search(text)]
    yield from plain
    yield from (text for text in _made(pattern) if text not in plain)


@lru_cache(maxsize=512)
def _made(pattern: str) -> tuple[str, ...]:
    """A few texts that match: found by hypothesis, the same ones each time."""
    from hypothesis import HealthCheck, Phase, find, settings
    from hypothesis import strategies as st
    from hypothesis.errors import HypothesisException, HypothesisWarning, NoSuchExample

    found: list[str] = []

    def collect(text: str) -> bool:
        if text not in found:
            found.append(text)
        return len(found) >= 24

    rules = settings(max_examples=60, database=None, derandomize=True, phases=[Phase.generate], deadline=None,
                     suppress_health_check=list(HealthCheck))  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", HypothesisWarning)
            find(st.from_regex(re.compile(pattern, re.ASCII)), collect, settings=rules)
    except (NoSuchExample, HypothesisException, re.error, RecursionError, OverflowError):
        pass
    shortest = sorted(dict.fromkeys(text.rstrip("\n") for text in found), key=lambda text: (len(text), text))
    return tuple(shortest)
