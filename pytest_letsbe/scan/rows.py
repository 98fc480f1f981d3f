"""Corpus rows into rules, each mistake at its ``file:line``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from .. import corpora
from ..data import data_dir
from ..model import NAME, Location, UsageError
from ..suggest import did_you_mean
from . import names
from .fields import PARSERS
from .matchers import matcher
from .rule import KINDS, SEVERITIES, Rule, Sample
from .validators import VALIDATORS

SECTIONS = ("rules",)
_TEXTS = ("id", "kind", "statement", "mend", "severity", "regex", "parser", "source")
_LISTS = ("words", "names", "keywords", "valid", "paths", "not_paths")
_FLAGS = ("bounded", "decoded", "generated")
_NUMBERS = ("entropy", "reach", "rank")
_FIELDS = (*_TEXTS, *_LISTS, *_FLAGS, *_NUMBERS, "match", "not_match")
_NEEDED = ("id", "kind", "statement", "mend", "match", "not_match")
#: In which file a sample stands when it doesn't say.
_SAMPLE_PATHS = {"package": "package.json", "image": "Dockerfile", "import": "src/index.ts"}


@lru_cache(maxsize=64)
def read(path: Path, check: str, *, trusted: bool) -> tuple[Rule, ...]:
    """The rules of one corpus file; its name is their group.

    Raises:
        UsageError: a row is off.
    """
    return tuple(parse(row, check, trusted=trusted) for row in corpora.read(path, SECTIONS))


def shipped(check: str) -> tuple[Rule, ...]:
    """All rules that come with this distribution."""
    folder = data_dir("corpora") / check
    return tuple(rule for file in sorted(folder.glob("*.yaml")) for rule in read(file, check, trusted=True))


def parse(row: corpora.Row, check: str, *, trusted: bool) -> Rule:
    """One row; its pattern is compiled, so that a bad one is told with its place."""
    data, where = row.data, row.location
    _check_keys(data, where)
    if not NAME.match(row.id) or "/" in row.id:
        raise UsageError(f"id {row.id!r}: lower-case letters, digits, '.', '_' and '-' only", where)
    texts = {key: _text(data, key, where) for key in _TEXTS if key in data}
    _one_of(texts["kind"], KINDS, "kind", where)
    _one_of(texts.get("severity", "error"), SEVERITIES, "severity", where)
    if "parser" in texts:
        _one_of(texts["parser"], tuple(PARSERS), "parser", where)
    lists = {key: _texts(data, key, where) for key in _LISTS if key in data}
    for name in lists.get("valid", ()):
        _one_of(name, tuple(VALIDATORS), "valid", where)
    path = _SAMPLE_PATHS.get(texts["kind"], "src/settings")
    rule = Rule(
        texts["id"],
        check,
        row.corpus,
        texts["kind"],
        texts["statement"],
        texts["mend"],
        severity=texts.get("severity", "error"),
        words=lists.get("words", ()),
        regex=names.in_regex(texts.get("regex", ""), where),
        names=lists.get("names", ()),
        keywords=names.in_keywords(lists.get("keywords", ()), where),
        validators=lists.get("valid", ()),
        entropy=float(_number(data, "entropy", 0, where)),
        reach=int(_number(data, "reach", 512, where)),
        rank=int(_number(data, "rank", 0, where)),
        parser=texts.get("parser", ""),
        paths=lists.get("paths", ()),
        not_paths=lists.get("not_paths", ()),
        bounded=_flag(data, "bounded", where),
        decoded=_flag(data, "decoded", where),
        generated=_flag(data, "generated", where),
        trusted=trusted,
        location=where,
        match=_samples(data, "match", path, where),
        not_match=_samples(data, "not_match", path, where),
    )
    _sound(rule)
    return rule


def _sound(rule: Rule) -> None:
    if sum(map(bool, (rule.words, rule.regex, rule.names, rule.parser))) != 1 and rule.kind != "path":
        raise UsageError(f"{rule.id}: needs one of words, regex, names or parser", rule.location)
    if rule.regex and not rule.keywords:
        raise UsageError(f"{rule.id}: a regex needs keywords, one of which every match holds", rule.location)
    if any(len(keyword) < 2 for keyword in rule.keywords):
        raise UsageError(f"{rule.id}: keywords have two characters or more", rule.location)
    if rule.kind != "path":
        if not rule.trusted:  # ours are compiled by a test, and by every scan
            matcher(rule, fast=False)
    elif not (rule.names or rule.words):
        raise UsageError(f"{rule.id}: a path rule needs names or words", rule.location)


def _check_keys(data: Mapping[str, object], where: Location) -> None:
    for key in data:
        if key not in _FIELDS:
            raise UsageError(f"unknown key {key!r}{did_you_mean(str(key), _FIELDS)}", where)
    for key in _NEEDED:
        if key not in data:
            raise UsageError(f"key {key!r} is missing", where)


def _text(data: Mapping[str, object], key: str, where: Location) -> str:
    value = data[key]
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{key!r} must be a text", where)
    return value.strip("\n")


def _texts(data: Mapping[str, object], key: str, where: Location) -> tuple[str, ...]:
    value = data[key]
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
        raise UsageError(f"{key!r} must be a list of texts", where)
    return tuple(value)


def _number(data: Mapping[str, object], key: str, default: float, where: Location) -> float:
    value = data.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{key!r} must be a number", where)
    return value


def _flag(data: Mapping[str, object], key: str, where: Location) -> bool:
    value = data.get(key, True)
    if not isinstance(value, bool):
        raise UsageError(f"{key!r} must be true or false", where)
    return value


def _one_of(value: str, known: Sequence[str], key: str, where: Location) -> None:
    if value not in known:
        raise UsageError(f"{key}: unknown {value!r}{did_you_mean(value, known)}", where)


def _samples(data: Mapping[str, Any], key: str, path: str, where: Location) -> tuple[Sample, ...]:
    rows = data[key]
    if not isinstance(rows, list) or not rows:
        raise UsageError(f"{key!r} must list at least one sample", where)
    found = []
    for row in rows:
        if isinstance(row, str):
            found.append(Sample(row, path))
        elif isinstance(row, dict) and isinstance(row.get("path"), str) and row.keys() <= {"path", "text"}:
            found.append(Sample(str(row.get("text", "")), row["path"]))
        else:
            raise UsageError(f"{key}: a sample is a text, or {{path: ..., text: ...}}", where)
    return tuple(found)
