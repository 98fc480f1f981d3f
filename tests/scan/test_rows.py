"""Every row of corpora/references and corpora/secrets proves itself by its samples."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from pytest_letsbe.checks.references.check import ReferencesCheck
from pytest_letsbe.checks.secrets.check import SecretsCheck
from pytest_letsbe.data import data_dir
from pytest_letsbe.model import UsageError
from pytest_letsbe.scan import rows
from pytest_letsbe.scan.engine import Engine

CHECKS = {"references": ReferencesCheck(), "secrets": SecretsCheck()}
FILES = [(check, file) for check in CHECKS for file in sorted((data_dir("corpora") / check).glob("*.yaml"))]


@pytest.mark.parametrize(("check", "file"), FILES, ids=lambda value: value.stem if isinstance(value, Path) else value)
def test_every_sample_of_every_row_holds_with_both_engines(check: str, file: Path) -> None:
    for case in CHECKS[check].corpus_cases(file):
        CHECKS[check].validate(case)


def test_samples_of_secrets_hold_for_many_seeds(engine: Engine) -> None:
    check = CHECKS["secrets"]
    for rule in rows.shipped("secrets"):
        alone = Engine([rule])
        for number, sample in enumerate(rule.match):
            for seed in range(5):
                text = check.filled(sample, f"{rule.id}/{number}", seed)
                judged = alone.judge(sample.path, text.encode())
                assert alone.judge_path(sample.path) or (judged and judged.findings), f"{rule.id}, seed {seed}"


def test_there_are_at_least_120_rules_of_our_own_for_secrets() -> None:
    assert len(rows.shipped("secrets")) >= 120


def test_ids_are_unique_over_both_checks_since_exceptions_name_them(rules) -> None:
    assert len({rule.id for rule in rules}) == len(rules)


def test_no_row_holds_a_secret_of_any_rule() -> None:
    engine = Engine([rule for rule in rows.shipped("secrets") if rule.rank <= 0])
    for file in (data_dir("corpora") / "secrets").glob("*.yaml"):
        assert engine.judge("corpora/secrets/x.yaml", file.read_bytes()).findings == []


ROW = """
version: 1
corpus: own
rules:
  - id: our-token
    kind: text
    statement: A token of ours stands in clear
    mend: rotate it
    keywords: [lbt_]
    regex: 'lbt_[a-z0-9]{20}'
    match: ['lbt_abcdefghij0123456789']
    not_match: ['lbt_short']
"""


def _row(tmp_path: Path, **changes: str) -> Path:
    text = dedent(ROW)
    for old, new in changes.items():
        line = next(line for line in text.splitlines() if line.strip().startswith(f"{old}:") or line.strip() == old)
        text = text.replace(line, new)
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("key", "line", "said"),
    [
        ("regex", "    regex: 'lbt_[a-z'", "doesn't compile"),
        ("keywords", "    keyword: [lbt_]", "did you mean 'keywords'"),
        ("kind", "    kind: texts", "did you mean 'text'"),
        ("mend", "    # nothing", "'mend' is missing"),
        ("keywords", "    # nothing", "needs keywords"),
        ("statement", "    statement: 7", "'statement' must be a text"),
        ("match", "    match: []", "at least one sample"),
    ],
)
def test_a_bad_row_is_told_with_its_place_and_the_mend(tmp_path: Path, key: str, line: str, said: str) -> None:
    with pytest.raises(UsageError, match=r"own\.yaml:\d+") as caught:
        rows.read(_row(tmp_path, **{key: line}), "secrets", trusted=False)
    assert said in str(caught.value)


def test_a_catastrophic_pattern_of_a_user_is_an_error_that_names_the_row(tmp_path: Path) -> None:
    path = _row(tmp_path, regex="    regex: 'lbt_(?:a|aa|a?a)+b'")
    engine = Engine(rows.read(path, "secrets", trusted=False))
    with pytest.raises(UsageError, match=r"own\.yaml:\d+:\d+: our-token: the regex took more than"):
        engine.judge("x.txt", b"lbt_" + b"a" * 400)


def test_a_pattern_of_ours_that_re_and_re2_read_differently_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="re and re2"):
        Engine(rows.read(_row(tmp_path, regex="    regex: 'lbt_(?!x)[a-z0-9]{20}'"), "secrets", trusted=True))
