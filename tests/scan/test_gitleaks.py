"""Rule files of gitleaks: compiled, allowlists honoured, the same with both engines, mistakes named."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_letsbe.model import UsageError
from pytest_letsbe.scan import gitleaks
from pytest_letsbe.scan import repo as scanner
from pytest_letsbe.scan.engine import Engine
from pytest_letsbe.scan.repo import Wanted

FILE = (
    r"""
title = "rules"
[allowlist]
paths = ["""
    "'''"
    r"""vendor/.*"""
    "'''"
    r''']

[[rules]]
id = "Acme_Key"
description = "An Acme key"
regex = """(?i)\\b(acme-[0-9a-f]{12})(?:['\"\\s\\x60]|$)"""
keywords = ["acme"]
entropy = 2
[[rules.allowlists]]
regexes = ["acme-0+"]
stopwords = ["c0ffee"]

[[rules]]
id = "mid-flag"
description = "A flag in the middle"
regex = """key_(?i)[A-Z]{6}[[:digit:]]{2}"""
keywords = ["key_"]

[[rules]]
id = "by-path"
description = "A pem file"
path = """\\.acmekey$"""
'''
)


@pytest.fixture
def rules(tmp_path: Path):
    (tmp_path / "acme.toml").write_text(FILE, encoding="utf-8")
    return gitleaks.read(tmp_path / "acme.toml", "acme.toml")


@pytest.mark.parametrize("fast", [True, False])
def test_rules_find_what_gitleaks_would(rules, fast: bool) -> None:
    engine = Engine(rules, fast=fast)
    text = b"a = 'acme-12ab34cd56ef'\nkey_abcdef12\nacme-000000000000 \nacme-c0ffee123456 \n"
    assert [(f.rule, f.line, f.column) for f in engine.judge("a.txt", text).findings] == [
        ("acme_key", 1, 6),
        ("mid-flag", 2, 1),
    ]
    assert [f.rule for f in engine.judge_path("conf/a.acmekey")] == ["by-path"]
    assert engine.judge("vendor/x/a.txt", text).findings == []


def test_the_manifest_names_them_and_they_are_a_group_of_their_own(rules, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x = acme-12ab34cd56ef\n")
    result = scanner.run([Wanted("secrets", rules=("acme.toml",))], tmp_path)
    assert [(f.group, f.rule) for f in result.outcome.open] == [("acme", "acme_key")]


@pytest.mark.parametrize(
    ("text", "said"),
    [("rules = 3", "no .*rules"), ("[[rules]]\nid = 'a'\nregex = '('", "a: the regex"), ("= ", "isn't a gitleaks"),
     ("[[rules]]\nid = 'a'", "needs a regex or a path")],
)  # fmt: skip
def test_a_bad_file_is_a_usage_error_with_its_name(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        gitleaks.read(tmp_path / "bad.toml", "bad.toml")
