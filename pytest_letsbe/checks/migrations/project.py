"""One manifest's migrations: what was read, and what a real server made of it; each fact is found once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ...model import CheckFailure, Location, NotEvaluated
from . import catalog, kept, rows
from .database import Database, SqlError
from .history import Deployed, Migration, of_base, of_tree
from .lint import Finding, lint
from .options import MigrationsOptions
from .server import Server

#: psql's own commands in a dump, and a setting that older servers don't know; blanked, so that lines stay.
_NOT_SQL = re.compile(r"^(?:\\(?:un)?restrict\b.*|\\connect\b.*|\\c\b.*|SET transaction_timeout\b.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Failed:
    """Where a run of migrations ended, and why."""

    migration: Migration
    error: SqlError


@dataclass(frozen=True, slots=True)
class Built:
    """A database after a run of migrations; ``effects`` are what each did to what was there, by its name."""

    failed: Failed | None
    lines: list[str]
    effects: dict[str, list[Finding]]
    applied: frozenset[str]


@dataclass(frozen=True, slots=True)
class Upgraded(Built):
    """The base's database, filled, then upgraded; ``unfilled`` names tables that took no row, and why."""

    base_failed: Failed | None = None
    unfilled: list[str] = field(default_factory=list)


class Project:
    """The facts about one manifest entry. Each property may raise CheckFailure or NotEvaluated, as it is asked."""

    def __init__(self, root: Path, options: MigrationsOptions, server: Server) -> None:
        self.root, self.options, self.server = root, options, server
        self.tree = of_tree(root, options.dir)

    @cached_property
    def deployed(self) -> Deployed:
        return of_base(self.root, self.options.dir, self.options.base)

    @property
    def new(self) -> tuple[Migration, ...]:
        """Those that aren't applied yet; all of them when the manifest names no base."""
        try:
            there = {one.name for one in self.deployed.tip}
        except NotEvaluated:
            there = set()
        return tuple(one for one in self.tree if one.name not in there)

    @cached_property
    def findings(self) -> dict[str, list[Finding]]:
        return lint(self.new, self.options.timeout)

    @cached_property
    def empty(self) -> Built:
        """All migrations on an empty database."""
        return self.build(self.tree)

    @cached_property
    def declared(self) -> list[str]:
        """What the checked-in schema makes of an empty database."""
        path = self.root / self.options.schema
        try:
            text = path.read_text(encoding="utf-8")
        except OSError:
            raise CheckFailure(
                f"there is no {self.options.schema}, so nothing says which schema must come out; write it with "
                "`prisma migrate diff --from-empty --to-schema-datamodel prisma/schema.prisma --script` or "
                "`pg_dump --schema-only --no-owner --no-privileges`, or name it: checks.migrations.schema"
            ) from None
        with self.open() as database:
            try:
                database.apply(_NOT_SQL.sub("", text))
            except SqlError as error:
                where = Location(self.options.schema, error.line)
                raise CheckFailure(
                    f"the declared schema can't be loaded: {error.message}", evidence=said(error), location=where
                ) from None
            return catalog.describe(database)

    @cached_property
    def upgraded(self) -> Upgraded:
        """The base's migrations, rows in every table, then the new migrations one by one."""
        effects: dict[str, list[Finding]] = {}
        with self.open() as database:
            base = _run(database, self.deployed.tip)
            if base is not None:
                return Upgraded(None, [], {}, frozenset(), base)
            self._seed(database)
            unfilled = rows.fill(database)
            failed = None
            applied = set()
            for migration in self.new:
                before = kept.snapshot(database)
                failed = _run(database, [migration])
                if failed is not None:
                    break
                applied.add(migration.name)
                effects[migration.name] = [Finding(None, *one) for one in kept.lost(before, database)]
            lines = catalog.describe(database) if failed is None else []
            return Upgraded(failed, lines, effects, frozenset(applied), None, unfilled)

    def build(self, migrations: Sequence[Migration]) -> Built:
        """Apply to an empty database of its own, in the order given, until one fails."""
        effects: dict[str, list[Finding]] = {}
        applied = set()
        with self.open() as database:
            failed = None
            for migration in migrations:
                before = catalog.shape(database)
                failed = _run(database, [migration])
                if failed is not None:
                    break
                applied.add(migration.name)
                effects[migration.name] = [
                    Finding(None, *one) for one in catalog.destroyed(before, catalog.shape(database))
                ]
            lines = catalog.describe(database) if failed is None else []
            return Built(failed, lines, effects, frozenset(applied))

    @contextmanager
    def open(self) -> Iterator[Database]:
        """A connection to an empty database; afterwards it is emptied for the next one, or left."""
        url = self.server.database()
        with Database(url, self.options.timeout) as database:
            yield database
            emptied = database.empty()
        if emptied:
            self.server.give_back(url)

    def _seed(self, database: Database) -> None:
        if self.options.seed is None:
            return
        try:
            database.apply((self.root / self.options.seed).read_text(encoding="utf-8"))
        except OSError:
            raise CheckFailure(f"checks.migrations.seed: there is no {self.options.seed}") from None
        except SqlError as error:
            raise CheckFailure(
                f"the seed doesn't fit the base's schema: {error.message}",
                evidence=said(error),
                location=Location(self.options.seed, error.line),
            ) from None


def said(error: SqlError) -> list[str]:
    """What PostgreSQL said beside its message."""
    lines = [f"PostgreSQL: {error.message}" + (f" ({error.code})" if error.code else "")]
    return lines + ([f"detail: {error.detail}"] if error.detail else [])


def _run(database: Database, migrations: Sequence[Migration]) -> Failed | None:
    for migration in migrations:
        try:
            database.apply(migration.text)
        except SqlError as error:
            return Failed(migration, error)
    return None
