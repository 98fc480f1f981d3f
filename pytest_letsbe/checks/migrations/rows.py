"""Fills every table of a database with a few rows that its constraints accept, so that a migration has data to hurt.

Of each table: a row with every column filled, one with NULL wherever it is allowed, and rows that repeat the first
one's values wherever nothing unique forbids it. So a new NOT NULL, a new unique index, a narrower type and a removed
enum label each meet a row that they can't keep.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .database import Database
from .values import Kind, value

_LEAST, _MOST = 4, 10
#: How many sets of values are tried against a table's CHECK constraints.
_STYLES = 14

_COLUMNS = """SELECT a.attnum::int, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
    coalesce(pg_get_expr(d.adbin, d.adrelid), ''), a.attidentity::text, a.attgenerated::text,
    format_type(coalesce(NULLIF(t.typbasetype, 0), a.atttypid),
        CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END),
    (SELECT coalesce(array_agg(e.enumlabel::text ORDER BY e.enumsortorder), '{}') FROM pg_enum e
        WHERE e.enumtypid IN (t.oid, t.typbasetype, t.typelem))
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"""
_UNIQUE = """SELECT array(SELECT k::int FROM unnest(i.indkey) AS k WHERE k > 0) FROM pg_index i
    WHERE i.indrelid = %s AND i.indisunique"""
_FOREIGN = """SELECT conkey::int[], confrelid::bigint, confkey::int[] FROM pg_constraint
    WHERE conrelid = %s AND contype = 'f'"""
_CHECKS = """SELECT array(SELECT unnest(conkey)::int), pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = %s AND contype = 'c'"""
_TABLES = """SELECT c.oid::bigint, c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema' AND c.relname !~ '^_prisma_migrations'
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY 1"""


@dataclass(frozen=True, slots=True)
class _Column:
    number: int
    name: str
    type: str
    not_null: bool
    default: str
    identity: str
    generated: str
    kind: Kind

    @property
    def counts(self) -> bool:
        """The server numbers it by itself."""
        return bool(self.identity or self.generated or "nextval(" in self.default)


@dataclass(frozen=True, slots=True)
class _Table:
    oid: int
    name: str
    columns: tuple[_Column, ...]
    unique: tuple[tuple[int, ...], ...]
    foreign: tuple[tuple[tuple[int, ...], int, tuple[int, ...]], ...]
    checks: dict[int, str] = field(default_factory=dict)


def fill(database: Database) -> list[str]:
    """Fill the empty tables, parents first; returns ``table: why`` for those that took no row."""
    left = [_table(database, oid, name) for oid, name in database.rows(_TABLES)]
    left = [table for table in left if not _filled(database, table.oid, table.name)]
    refused: dict[str, str] = {}
    while left:
        waiting = {table.oid for table in left}
        ready = [table for table in left if not _needs(table) & (waiting - {table.oid})] or left[:1]
        for table in ready:
            why = _fill(database, table)
            if why is not None:
                refused[table.name] = why
            left.remove(table)
    return [f"{name}: {why}" for name, why in refused.items()]


def _filled(database: Database, oid: int, name: str) -> bool:
    return bool(database.rows(f"SELECT 1 FROM {name} LIMIT 1"))  # noqa: S608 - regclass quotes it


def _needs(table: _Table) -> set[int]:
    """All its parents; those it can do without too, so that they exist when they can."""
    return {parent for _, parent, _ in table.foreign}


def _table(database: Database, oid: int, name: str) -> _Table:
    columns = tuple(
        _Column(number, column, kind, not_null, default, identity, generated, Kind(base, tuple(labels)))
        for number, column, kind, not_null, default, identity, generated, base, labels in database.rows(
            _COLUMNS, (oid,)
        )
    )
    checks: dict[int, str] = {}
    for numbers, definition in database.rows(_CHECKS, (oid,)):
        for number in numbers:
            checks[number] = checks.get(number, "") + definition
    unique = tuple(tuple(key) for (key,) in database.rows(_UNIQUE, (oid,)))
    foreign = tuple((tuple(key), parent, tuple(far)) for key, parent, far in database.rows(_FOREIGN, (oid,)))
    return _Table(oid, name, columns, unique, foreign, checks)


def _fill(database: Database, table: _Table) -> str | None:
    rows = max([_LEAST, *(min(len(column.kind.labels), _MOST) for column in table.columns)])
    inserted, why = 0, "it took no row"
    for row in range(rows):
        refusal = _insert(database, table, row)
        if refusal is None:
            inserted += 1
        elif not inserted:
            why = refusal
    return None if inserted else why


def _insert(database: Database, table: _Table, row: int) -> str | None:
    """Try values until one set is accepted; what PostgreSQL said to the last one."""
    refusal: str | None = None
    for style in range(_STYLES):
        for vary_all in (False, True):
            refusal = _attempt(database, table, row, style, vary_all=vary_all)
            if refusal is None:
                return None
        if not table.checks and style >= 4:  # nothing but a CHECK cares which value it is
            break
    return refusal


def _attempt(database: Database, table: _Table, row: int, style: int, *, vary_all: bool) -> str | None:
    varied = {c.number for c in table.columns} if vary_all else _varied(table, row)
    given: dict[int, str | None] = {}
    for column in table.columns:
        if column.counts:
            continue
        sparse = row == 1
        if sparse and not column.not_null and not vary_all:
            given[column.number] = None
        elif not (sparse and column.default):
            number = row if column.number in varied or column.kind.labels else 0
            given[column.number] = value(column.kind, number, style, table.checks.get(column.number, ""))
    for key, parent, far in table.foreign:
        if row == 1 and all(given.get(number, "") is None for number in key):
            continue  # NULL wherever it is allowed
        chosen = _parent(database, parent, far, row if set(key) & varied else 0)
        given |= dict(zip(key, chosen or [None] * len(key), strict=True))
    columns = [column for column in table.columns if column.number in given]
    names = ", ".join(_quoted(column.name) for column in columns)
    values = ", ".join(f"CAST(%s AS {column.type})" for column in columns)
    if not columns:
        return database.attempt(f"INSERT INTO {table.name} DEFAULT VALUES")
    escaped = f"INSERT INTO {table.name.replace('%', '%%')} ({names}) VALUES ({values})"  # noqa: S608
    return database.attempt(escaped, [given[column.number] for column in columns])


def _varied(table: _Table, row: int) -> set[int]:
    """Columns that must differ from the first row: of a key of several columns only one, so that parts repeat."""
    if row < 2:
        return {number for key in table.unique for number in key} if row else set()
    return {key[-1] if row % 2 == 0 else key[0] for key in table.unique if key}


def _parent(database: Database, oid: int, columns: tuple[int, ...], row: int) -> list[Any] | None:
    names = dict(
        database.rows("SELECT attnum::int, attname::text FROM pg_attribute WHERE attrelid = %s AND attnum > 0", (oid,))
    )
    ((table,),) = database.rows("SELECT %s::oid::regclass::text", (oid,))
    wanted = ", ".join(f"{_quoted(names[number])}::text" for number in columns)
    found = database.rows(f"SELECT {wanted} FROM {table} ORDER BY 1".replace("%", "%%") + " LIMIT 50", ())  # noqa: S608
    if not found:
        return None
    return list(found[1 + (row - 1) % (len(found) - 1) if row and len(found) > 1 else 0])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'
