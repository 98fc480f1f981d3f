"""What must hold of the files alone: names that sort as they count, nothing that is never applied, the lock."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from ...model import Location
from .history import FILE, Deployed, Migration

_NAME = re.compile(r"(\d+)_[\w.-]+\Z", re.ASCII)
Finding = tuple[Location, str]


def names(root: Path, folder: str, tree: tuple[Migration, ...]) -> Iterator[Finding]:
    """Each folder is ``<digits>_<name>`` with a migration.sql; by text they sort as by number; no number twice."""
    for entry in sorted((root / folder).iterdir()):
        where = Location(f"{folder}/{entry.name}")
        if entry.is_dir() and not (entry / FILE).is_file():
            yield where, f"this folder holds no {FILE}: Prisma refuses it"
        elif entry.is_file() and entry.suffix == ".sql":
            yield where, f"this file is never applied: a migration is <number>_<name>/{FILE}"
    before: tuple[int, str] | None = None
    for one in tree:
        match = _NAME.match(one.name)
        if match is None:
            yield one.at(), f"{one.name} isn't named <number>_<name>, so its place among the others is by chance"
            continue
        number = int(match[1])
        if before is not None and number == before[0]:
            yield one.at(), f"{one.name} has the number of {before[1]}: which comes first is by chance"
        elif before is not None and number < before[0]:
            yield one.at(), f"{one.name} is applied after {before[1]}, because names are sorted as text"
        before = (number, one.name)


def lock(root: Path, folder: str) -> Iterator[Finding]:
    """``migration_lock.toml`` is there and names PostgreSQL."""
    path = f"{folder}/migration_lock.toml"
    try:
        text = (root / path).read_text(encoding="utf-8")
        provider = tomllib.loads(text).get("provider")
    except OSError:
        yield Location(path), 'there is no migration_lock.toml; check it in: provider = "postgresql"'
        return
    except ValueError as error:
        yield Location(path), f"migration_lock.toml can't be read: {error}"
        return
    if provider not in ("postgresql", "postgres"):
        line = next((n for n, one in enumerate(text.splitlines(), 1) if "provider" in one), 1)
        yield Location(path, line), f"the provider is {provider!r}: these migrations were written for another database"


def history(deployed: Deployed, tree: tuple[Migration, ...]) -> Iterator[Finding]:
    """What was applied stays as it was, and what is new comes after it."""
    there = {one.name: one for one in tree}
    by_content = {one.raw: one for one in tree}
    known = {one.name for one in (*deployed.fork, *deployed.tip)}
    for old in deployed.fork:
        now = there.get(old.name)
        if now is None:
            other = by_content.get(old.raw)
            renamed = other is not None and other.name not in known
            what = f"renamed to {other.name}" if renamed and other is not None else "removed"
            where = other.at() if renamed and other is not None else old.at()
            yield where, f"{old.name} is applied already ({deployed.label}) and was {what}"
        elif now.raw != old.raw:
            line = _first_difference(old.text, now.text)
            sentence = f"{old.name} is applied already ({deployed.label}) and was changed: write a new migration"
            yield now.at(line), sentence
    last = max((one.name for one in deployed.tip), default="")
    for one in tree:
        if one.name not in known and one.name < last:
            sentence = f"{one.name} sorts before {last}, which is applied already ({deployed.label})"
            yield one.at(), f"{sentence}: give it a later number"


def _first_difference(old: str, new: str) -> int:
    before, after = old.splitlines(), new.splitlines()
    pairs = zip(before, after, strict=False)
    return next((n for n, (a, b) in enumerate(pairs, 1) if a != b), max(min(len(before), len(after)), 1))
