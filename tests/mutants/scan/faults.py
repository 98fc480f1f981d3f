"""Broken scanners: each is one realistic fault, put in place of the right code for the length of a probe."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pytest_letsbe.masking import describe
from pytest_letsbe.scan import (
    allow,
    batch,
    cache,
    content,
    engine,
    exceptions,
    finding,
    ident,
    judge,
    matchers,
    normalise,
    rows,
    surfaces,
    text,
    validators,
)
from pytest_letsbe.scan import (
    enumerate as tree,
)


@dataclass(frozen=True)
class Fault:
    """``probe`` names the statement that must be violated while ``broken`` is in force."""

    name: str
    probe: str
    broken: Callable[[], AbstractContextManager[Any]]


def _set(target: Any, name: str, value: Any) -> Callable[[], AbstractContextManager[Any]]:
    return lambda: patch.object(target, name, value)


@contextmanager
def _all_at(places: list[Any], name: str, value: Any) -> Iterator[None]:
    patches = [patch.object(place, name, value) for place in places]
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in patches:
            one.stop()


def _without_rule(rule_id: str) -> Callable[[], AbstractContextManager[Any]]:
    real = rows.shipped
    return _set(rows, "shipped", lambda check: tuple(r for r in real(check) if r.id != rule_id))


def _changed_rules(**changes: Any) -> Callable[[], AbstractContextManager[Any]]:
    real = rows.shipped
    return _set(rows, "shipped", lambda check: tuple(replace(r, **changes) if not r.parser else r for r in real(check)))


def _read_following(root: Path, path: str, most: int) -> bytes | str:
    try:
        return (root / path).read_bytes()
    except OSError:
        return "unreadable"


def _holds_without_validators(names: Any, least: float, found: Any) -> bool:
    return True


def _tracked_only(real: Any) -> Any:
    def told(root: Any, *commands: Any) -> Any:
        answers = real(root, *commands)
        return answers and [b"" if "--others" in asked else one for asked, one in zip(commands, answers, strict=True)]

    return told


def _word_boundary(text: bytes, start: int, end: int) -> bool:
    word = b"_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return (start == 0 or text[start - 1] not in word) and (end >= len(text) or text[end] not in word)


def _windows_short(positions: Any, size: int, ahead: int, back: int = 160) -> Iterator[tuple[int, int]]:
    for position in positions:
        yield position, min(size, position + 39)  # off by one: a GitHub token has 40


_real_cache_key = cache.Cache.key
_real_covers = allow.Allow.covers

FAULTS = (
    Fault("rule-dropped", "finds-vendor-token", _without_rule("github-pat")),
    Fault("generic-rule-dropped", "finds-assigned-password", _without_rule("generic-assignment")),
    Fault("window-off-by-one", "finds-vendor-token", _set(matchers, "windows", _windows_short)),
    Fault("window-never-grows", "finds-long-token", _set(matchers, "WIDEST", 0)),
    Fault("checksum-ignored", "quiet-on-wrong-checksum", _set(matchers, "holds", _holds_without_validators)),
    Fault("placeholders-reported", "quiet-on-placeholder", _set(judge, "_STAND_IN", re.compile(r"(?!)"))),
    Fault("references-reported", "quiet-on-placeholder", _set(judge, "_REFERENCE", re.compile(r"(?!)"))),
    Fault("substring-match", "quiet-inside-words", lambda: _all_at([ident, engine], "stands_alone", lambda *a: True)),
    Fault("word-boundary-only", "finds-env-name", lambda: _all_at([ident, engine], "stands_alone", _word_boundary)),
    Fault("noise-reported", "quiet-in-integrity", _set(ident, "in_noise", lambda *a: False)),
    Fault("minified-reported", "quiet-in-minified", lambda: _all_at([content, text], "is_minified", lambda *a: False)),
    Fault("no-folding", "finds-zero-width", _set(normalise, "folded", lambda text: iter(()))),
    Fault("no-decoding", "finds-base64", _set(normalise, "decoded", lambda text: iter(()))),
    Fault("gate-deaf-to-marks", "tells-unmatched-allow", _set(batch.TextGate, "suspects", lambda self, texts: [])),
    Fault("gate-drops-paths", "finds-in-names", _set(batch.PathGate, "suspects", lambda self, paths: [])),
    Fault("lock-files-skipped", "finds-locked-package", _set(surfaces.packages, "_BY_NAME", {})),
    Fault("utf-16-is-binary", "finds-in-utf-16", _set(content, "_wide", lambda head: None)),
    Fault("symlinks-followed", "quiet-outside-root", _set(tree, "read", _read_following)),
    Fault("untracked-unseen", "finds-untracked", _set(tree, "_git", _tracked_only(tree._git))),
    Fault(
        "cache-by-name",
        "finds-after-change",
        _set(cache.Cache, "key", lambda self, path, blob: _real_cache_key(self, path, "")),
    ),
    Fault(
        "cache-by-blob-alone",
        "finds-under-new-name",
        _set(cache.Cache, "key", lambda self, path, blob: _real_cache_key(self, "", blob)),
    ),
    Fault("cache-keeps-bad", "finds-again", _set(engine.Judged, "clean", True)),
    Fault("cache-ignores-rules", "finds-with-new-rules", _set(engine.Engine, "key", "ab" * 32)),
    Fault(
        "expired-allow-honoured", "finds-under-expired-allow", _set(allow.Allow, "expired", lambda self, today: False)
    ),
    Fault(
        "allow-covers-every-rule",
        "finds-beside-allow",
        _set(allow.Allow, "covers", lambda self, rule, check, line: line in self.lines),
    ),
    Fault(
        "allow-covers-the-file",
        "finds-below-allow",
        _set(allow.Allow, "covers", lambda self, rule, check, line: _real_covers(self, rule, check, self.line)),
    ),
    Fault("unmatched-allow-passes", "tells-unmatched-allow", _set(exceptions, "_inline", lambda *a: None)),
    Fault(
        "value-in-message", "masks-values", lambda: _all_at([engine], "mask", lambda rule, value: f"<{rule} {value}>")
    ),
    Fault(
        "long-prefix",
        "masks-values",
        lambda: _all_at([engine], "mask", lambda rule, value: describe(rule, value) + value[:9]),
    ),
    Fault(
        "columns-count-bytes",
        "columns-count-characters",
        _set(
            content.Lines,
            "place",
            lambda self, offset: (self._text.count(b"\n", 0, offset) + 1, offset - self._text.rfind(b"\n", 0, offset)),
        ),
    ),
    Fault(
        "lines-from-zero",
        "columns-count-characters",
        _set(content.Lines, "place", lambda self, offset: (self._text.count(b"\n", 0, offset), 1)),
    ),
    Fault("fingerprint-without-key", "fingerprints-are-keyed", _set(finding, "KEY_VARIABLE", "NOBODY_SETS_THIS")),
    Fault("multi-line-pem-missed", "finds-pem", _changed_rules(reach=64)),
    Fault("jwt-unchecked", "quiet-on-no-jwt", lambda: patch.dict(validators.VALIDATORS, {"jwt": lambda found: True})),
)
