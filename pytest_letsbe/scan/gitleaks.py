"""Rule files of gitleaks and betterleaks (TOML), compiled into rules of ours."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..model import Location, UsageError
from .matchers import matcher
from .rule import Rule

_NO_NAME = re.compile(r"[^a-z0-9._-]+")


def read(path: Path, shown: str, fast: bool = False) -> tuple[Rule, ...]:
    """Every ``[[rules]]`` with a regex. Rules about paths alone become path rules.

    Raises:
        UsageError: no TOML, no rules, or a pattern that neither re2 nor ``regex`` compiles; it names the rule.
    """
    where = Location(shown)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"can't be read: {error.strerror}", where) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"isn't a gitleaks rule file: {error}", where) from None
    rows = data.get("rules")
    if not isinstance(rows, list) or not rows:
        raise UsageError("isn't a gitleaks rule file: it has no [[rules]]", where)
    everywhere = _allowlists(data)
    group = _NO_NAME.sub("-", path.stem.lower()).strip("-") or "imported"
    rules = [
        _rule(row, group, everywhere, Location(shown, number)) for row, number in zip(rows, _lines(path), strict=False)
    ]
    for rule in rules:
        if rule.kind == "text":
            matcher(rule, fast=fast)
    return tuple(rules)


def _lines(path: Path) -> list[int]:
    """Where each rule stands."""
    text = path.read_text(encoding="utf-8")
    return [
        text.count("\n", 0, found.start()) + 1 for found in re.finditer(r"^[ \t]*\[\[rules\]\]", text, re.MULTILINE)
    ]


def _rule(row: Any, group: str, everywhere: list[dict[str, Any]], where: Location) -> Rule:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise UsageError("a rule needs an id", where)
    rule_id = _NO_NAME.sub("-", row["id"].lower()).strip("-")
    regex, path = row.get("regex", ""), row.get("path", "")
    if not regex and not path:
        raise UsageError(f"{rule_id}: needs a regex or a path", where)
    allows = [*_allowlists(row), *everywhere]
    patterns = [regex_ for block in allows if block.get("condition", "OR").upper() == "OR" for regex_ in block.get("regexes", ())  # noqa: E501
                if block.get("regexTarget", "secret") in ("", "secret", "match")]  # fmt: skip
    stopwords = [re.escape(word) for block in allows for word in block.get("stopwords", ())]
    if stopwords:
        patterns.append("(?i)(?:" + "|".join(stopwords) + ")")
    return Rule(
        rule_id,
        "secrets",
        group,
        "text" if regex else "path",
        str(row.get("description") or f"{rule_id} stands in clear"),
        "revoke it where it was issued, then read it from the environment",
        regex=regex,
        names=() if regex else (_path_glob(path),),
        keywords=tuple(word for word in row.get("keywords", ()) if len(word) >= 3),
        entropy=float(row.get("entropy", 0)),
        rank=2,
        allow=tuple(patterns),
        not_paths=tuple(_path_glob(p) for block in allows for p in block.get("paths", ()) if _simple(p)),
        bounded=False,
        trusted=False,
        dialect="re2",
        location=where,
    )


def _allowlists(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Both spellings: ``[allowlist]`` of old, ``[[allowlists]]`` of now."""
    blocks: Iterable[Any] = [table.get("allowlist"), *(table.get("allowlists") or ())]
    return [block for block in blocks if isinstance(block, dict) and not block.get("targetRules")]


def _simple(pattern: str) -> bool:
    """A path pattern that a glob can say: literal pieces and ``.*``."""
    return re.fullmatch(r"\^?(?:\(\^?\|/\))?(?:[\w/-]|\\\.|\.\*|\.)+\$?", pattern) is not None


def _path_glob(pattern: str) -> str:
    text = re.sub(r"\(\^?\|/\)|\(\?i\)|^\^", "", pattern)
    anchored = text.endswith("$")
    text = text.rstrip("$").replace(".*", "**").replace("\\.", ".")
    return f"**{text}" + ("" if anchored else "**")
