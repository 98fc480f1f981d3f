"""Looks for a secret in what OpenClaw keeps on disk: plain files, logs, and every cell of its SQLite databases."""

from __future__ import annotations

import base64
import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Found:
    """Where something stands: a file, and inside a database the table and column; ``word`` is what was looked for."""

    place: str
    word: str


def look_for(words: Sequence[str], folder: Path) -> list[Found]:
    """Every place below the folder where one of the words stands, plain or base64."""
    spelled = {word: _spellings(word) for word in words}
    found: dict[Found, None] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        for place, data in _cells(path):
            for word, spellings in spelled.items():
                if any(spelling in data for spelling in spellings):
                    found[Found(f"{path.relative_to(folder)}{place}", word)] = None
    inside = {one.place.partition(":")[0] for one in found if ":" in one.place}
    return [one for one in found if ":" in one.place or one.place.removesuffix("-wal") not in inside]


def _spellings(word: str) -> list[bytes]:
    """The word, and the middle of its base64 at each alignment."""
    plain = word.encode()
    shifted = [base64.b64encode(b"\0" * pad + plain)[4 : -4 - pad or None] for pad in range(3)]
    return [plain, *(piece for piece in shifted if len(piece) >= 12)]


def _cells(path: Path) -> Iterator[tuple[str, bytes]]:
    """The bytes of a file, and of a database also each cell, since a long text is spread over pages."""
    try:
        data = path.read_bytes()
    except OSError:
        return
    yield "", data
    if data.startswith(_SQLITE):
        with tempfile.TemporaryDirectory(prefix="letsbe-store-") as copies, contextlib.suppress(sqlite3.Error, OSError):
            yield from _rows(_copied(path, Path(copies)))


def _copied(path: Path, folder: Path) -> Path:
    """A copy with its log: the live one is locked."""
    for suffix in ("", "-wal"):
        with contextlib.suppress(FileNotFoundError):
            shutil.copy(path.with_name(path.name + suffix), folder / (path.name + suffix))
    return folder / path.name


def _rows(path: Path) -> Iterator[tuple[str, bytes]]:
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.text_factory = bytes
        tables = [row[0].decode() for row in database.execute("select name from sqlite_master where type = 'table'")]
        for table in tables:
            with contextlib.suppress(sqlite3.Error):  # virtual tables whose module isn't here
                quoted = table.replace('"', '""')
                rows = database.execute(f'select * from "{quoted}"')  # noqa: S608 -- a name can't be bound
                columns = [column[0] for column in rows.description]
                for row in rows:
                    for column, value in zip(columns, row, strict=True):
                        if isinstance(value, bytes):
                            yield f":{table}.{column}", value
