"""Statements that destroy or lock: squawk's findings, and what squawk doesn't ask, with their lines."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...model import CheckFailure
from .history import Migration
from .sql import Statement, statements

#: squawk's rules (squawkhq.com/docs/rules) that tell of destruction, of a lock, or of a client that breaks.
SQUAWK = frozenset(
    {
        "adding-field-with-default", "adding-foreign-key-constraint", "adding-not-nullable-field",
        "adding-required-field", "adding-serial-primary-key-field", "ban-alter-domain-with-add-constraint",
        "ban-drop-column", "ban-drop-database", "ban-drop-schema", "ban-drop-table", "ban-set-schema",
        "ban-truncate-cascade",
        "changing-column-type", "constraint-missing-not-valid", "disallowed-unique-constraint", "renaming-column",
        "renaming-table", "require-concurrent-index-creation", "require-concurrent-index-deletion",
        "require-concurrent-reindex",
    }
)  # fmt: skip
#: Ours, for statements that squawk has no rule for.
OWN = {
    "deleting-rows": re.compile(
        r"(?is)(?:with\b.*\b)?(?:truncate|delete\s+from)\s+(?:table\s+)?(?:only\s+)?(?P<on>[\w.\"]+)"
    ),
    "locking-table": re.compile(r"(?i)(?:lock\s+(?:table\s+)?(?P<on>[\w.\"]+))"),
    "rewriting-table": re.compile(r"(?i)(?:vacuum\s*(?:\(.*?)?\bfull\b|cluster\b|reindex\b(?!.*\bconcurrently\b))"),
}
RULES = SQUAWK | OWN.keys() | {"changing-rows"}
_CREATES = re.compile(r"(?i)create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?(?P<on>[\w.\"]+)")
#: squawk's own way around: ours has a date and a reason.
_IGNORE = re.compile(r"(?i)squawk-ignore")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What a statement does; ``line`` is None when only its effect was seen."""

    line: int | None
    rule: str
    sentence: str


def lint(migrations: Sequence[Migration], timeout: float) -> dict[str, list[Finding]]:
    """The findings of each migration by its name. Raises CheckFailure when squawk is missing or fails."""
    found: dict[str, list[Finding]] = {one.name: _own(statements(one.text)) for one in migrations}
    if not migrations:
        return found
    with tempfile.TemporaryDirectory(prefix="letsbe-squawk-") as folder:
        names = {}
        for number, one in enumerate(migrations):
            path = Path(folder, f"{number}.sql")
            path.write_text(_IGNORE.sub("letsbe-ignored", one.text), encoding="utf-8")
            names[path.name] = one.name
        for said in _squawk(folder, sorted(names), timeout):
            if said["rule_name"] in SQUAWK:
                name = names[Path(said["file"]).name]
                help_ = f" {said['help']}" if said.get("help") else ""
                found[name].append(Finding(int(said["line"]) + 1, said["rule_name"], f"{said['message']}{help_}"))
    return {name: sorted(set(some), key=lambda one: (one.line or 0, one.rule)) for name, some in found.items()}


def _squawk(folder: str, names: list[str], timeout: float) -> list[dict[str, str]]:
    beside = Path(sys.executable).parent / "squawk"
    binary = str(beside) if beside.is_file() else shutil.which("squawk")
    if binary is None:
        raise CheckFailure("squawk isn't installed: pip install 'pytest-letsbe[migrations]'")
    command = [binary, "--reporter", "json", "--assume-in-transaction", *names]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        raise CheckFailure(f"squawk gave no answer within {timeout:g} s") from None
    try:
        answer: list[dict[str, str]] = json.loads(done.stdout or b"[]")
    except ValueError:
        answer = []
    if done.returncode not in (0, 1) or (done.returncode == 1 and not answer):
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-3:]
        raise CheckFailure(f"squawk ended with {done.returncode} and no report", evidence=said)
    return answer


def _own(parts: list[Statement]) -> list[Finding]:
    found = []
    new: set[str] = set()
    for part in parts:
        if created := _CREATES.match(part.text):
            new.add(_bare(created["on"]))
        for rule, pattern in OWN.items():
            match = pattern.match(part.text)
            on = match.groupdict().get("on") if match else None
            if match and not (on and _bare(on) in new):
                found.append(Finding(part.line, rule, f"`{' '.join(part.text.split())[:60]}` is destructive or locks."))
    return found


def _bare(name: str) -> str:
    return name.rpartition(".")[2].strip('"').lower()
