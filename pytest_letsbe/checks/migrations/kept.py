"""Did a migration keep the data? Rows are counted, and the values of columns that stay are compared."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from .catalog import Shape, shape
from .database import Database

_MOST = 2_000
Row = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The rows of each table, every value as text, in the order of ``numbers[oid]``."""

    shape: Shape
    numbers: dict[int, tuple[int, ...]]
    rows: dict[int, list[Row]]


def snapshot(database: Database) -> Snapshot:
    """The data as it is now; of a table with more than 2000 rows, those 2000 that sort first."""
    now = shape(database)
    numbers = {oid: tuple(sorted(number for table, number in now.columns if table == oid)) for oid in now.tables}
    rows = {
        oid: _read(database, name, [_as_text(now.columns[oid, number].name) for number in numbers[oid]])
        for oid, name in now.tables.items()
    }
    return Snapshot(now, numbers, rows)


def lost(before: Snapshot, database: Database) -> list[tuple[str, str]]:
    """What the data lost since, as (rule, sentence); tables and columns that are gone are told elsewhere.

    A value may take the place of NULL: filling a column before it becomes NOT NULL loses nothing. A value whose
    column has another type now is cast back before it is compared.
    """
    now = shape(database)
    found = []
    for oid, old in before.rows.items():
        if oid not in now.tables or not old:
            continue
        name = now.tables[oid]
        kept = [(place, number) for place, number in enumerate(before.numbers[oid]) if (oid, number) in now.columns]
        expressions = [_back(database, before.shape, now, oid, number) for _, number in kept]
        new = _read(database, name, expressions)
        if len(new) < len(old):
            found.append(("deleting-rows", f"table {name} had {len(old)} rows and has {len(new)}"))
            continue
        gone = _unmatched([tuple(row[place] for place, _ in kept) for row in old], new)
        if gone:
            names = [before.shape.columns[oid, number].name for _, number in kept]
            changed = _changed(gone[0], new, names)
            found.append(("changing-rows", f"{len(gone)} of {len(old)} rows of table {name} changed{changed}"))
    return found


def _back(database: Database, before: Shape, now: Shape, oid: int, number: int) -> str:
    old, new = before.columns[oid, number], now.columns[oid, number]
    if old.type == new.type:
        return _as_text(new.name)
    cast = f"CAST({_quoted(new.name)} AS {old.type})::text"
    table = now.tables[oid]
    refused = database.attempt(f"SELECT count({cast}) FROM {table}")  # noqa: S608 - names quoted by us and regclass
    return cast if refused is None else _as_text(new.name)


def _read(database: Database, table: str, expressions: list[str]) -> list[Row]:
    wanted = ", ".join(expressions) or "1"
    order = "ORDER BY " + ", ".join(str(place + 1) for place in range(len(expressions))) if expressions else ""
    return database.rows(f"SELECT {wanted} FROM {table} {order} LIMIT {_MOST}")  # noqa: S608


def _unmatched(old: list[Row], new: list[Row]) -> list[Row]:
    """Old rows that no row of now stands for, each new one used once."""
    pool = Counter(new)
    left = []
    for row in old:
        if pool[row]:
            pool[row] -= 1
        else:
            left.append(row)
    gone = []
    for row in sorted(left, key=lambda one: one.count(None)):
        match = next((one for one in pool if pool[one] and _fills(row, one)), None)
        if match is None:
            gone.append(row)
        else:
            pool[match] -= 1
    return gone


def _fills(old: Row, new: Row) -> bool:
    return all(was is None or was == now for was, now in zip(old, new, strict=True))


def _changed(row: Row, new: list[Row], names: list[str]) -> str:
    """Which column of the nearest row differs; never a value, which may be a person's."""
    if not new:
        return ""
    nearest = max(new, key=lambda one: sum(a == b for a, b in zip(row, one, strict=True)))
    differ = [name for name, a, b in zip(names, row, nearest, strict=True) if a is not None and a != b]
    return f" (column {', '.join(differ)})" if differ else ""


def _as_text(name: str) -> str:
    return _quoted(name) + "::text"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
