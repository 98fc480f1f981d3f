"""The reference's memory: one SQLite file that survives a kill, shared by several processes under one file lock."""

from __future__ import annotations

import fcntl
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS item (kind TEXT, id TEXT, value TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS record (seq INTEGER PRIMARY KEY, value TEXT);
"""


class Busy(Exception):
    """The lock isn't free in time."""


class Store:
    """Items by kind and id, and records in order. Everything inside ``held`` is written at once or not at all.

    Args:
        folder: where the file lies; None keeps everything in memory.
    """

    def __init__(self, folder: Path | None) -> None:
        self._lock = threading.RLock()
        self._file = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = (folder / "lock").open("a")
        path = ":memory:" if folder is None else str(folder / "gate.sqlite")
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        if folder is not None:
            # A commit is on the disk before anything runs that it permits.
            self._connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def alone(self, seconds: float) -> Iterator[None]:
        """Nobody else decides or runs anything meanwhile, in this process or another. Raises Busy."""
        if not self._lock.acquire(timeout=seconds):
            raise Busy
        try:
            if self._file is not None:
                fcntl.flock(self._file, fcntl.LOCK_EX)
            yield
        finally:
            if self._file is not None:
                fcntl.flock(self._file, fcntl.LOCK_UN)
            self._lock.release()

    @contextmanager
    def written(self) -> Iterator[None]:
        """One transaction; on an error nothing of it stays."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def get(self, kind: str, id: str) -> Any:
        row = self._connection.execute("SELECT value FROM item WHERE kind = ? AND id = ?", (kind, id)).fetchone()
        return None if row is None else json.loads(row[0])

    def put(self, kind: str, id: str, value: Any) -> None:
        text = json.dumps(value)
        self._connection.execute("INSERT OR REPLACE INTO item VALUES (?, ?, ?)", (kind, id, text))

    def every(self, kind: str) -> dict[str, Any]:
        rows = self._connection.execute("SELECT id, value FROM item WHERE kind = ?", (kind,))
        return {id: json.loads(value) for id, value in rows}

    def append(self, value: Any) -> None:
        self._connection.execute("INSERT INTO record (value) VALUES (?)", (json.dumps(value),))

    def last(self) -> Any:
        row = self._connection.execute("SELECT value FROM record ORDER BY seq DESC LIMIT 1").fetchone()
        return None if row is None else json.loads(row[0])

    def records(self) -> list[Any]:
        return [json.loads(value) for (value,) in self._connection.execute("SELECT value FROM record ORDER BY seq")]

    def clear(self) -> None:
        self._connection.execute("DELETE FROM item")
        self._connection.execute("DELETE FROM record")

    def close(self) -> None:
        self._connection.close()
        if self._file is not None:
            self._file.close()
