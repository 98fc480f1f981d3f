"""The sqlite store: what arrived, once each and in any order; of a report only its sums and what wasn't a plain pass.

Measured on 7,200 reports of 300 cases: 0.6 MB so, 206 MB with a row for each case. The cases that ran are kept as a set
that reports share, since most runs of a package run the same ones.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from array import array
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import msgspec

from ..merge.reports import Report, digest
from ..model import UsageError
from .events import Event
from .pulls import Pull
from .weeks import in_utc

#: In the file's header: which program it belongs to ("lbmt"), and the form of its tables.
_APPLICATION, _VERSION = 0x6C626D74, 1
#: How long another writer is waited for, in seconds.
_PATIENCE = 20.0
_TABLES = """
CREATE TABLE cases (id INTEGER PRIMARY KEY, package TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (package, name));
CREATE TABLE sets (digest TEXT PRIMARY KEY, members BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE reports (digest TEXT PRIMARY KEY, package TEXT NOT NULL, sha TEXT, profile TEXT NOT NULL, at TEXT,
  ran TEXT NOT NULL REFERENCES sets) WITHOUT ROWID;
CREATE TABLE exceptions (report TEXT NOT NULL REFERENCES reports, case_id INTEGER NOT NULL REFERENCES cases,
  outcome TEXT NOT NULL CHECK (outcome IN ('failed', 'retried')), PRIMARY KEY (report, case_id)) WITHOUT ROWID;
CREATE TABLE pulls (repo TEXT NOT NULL, number INTEGER NOT NULL, opened TEXT NOT NULL, merged TEXT NOT NULL,
  updated TEXT NOT NULL, sha TEXT, PRIMARY KEY (repo, number)) WITHOUT ROWID;
CREATE TABLE events (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
"""
_RAN = ("passed", "failed", "error")


@dataclass(frozen=True, slots=True)
class Run:
    """One report: the cases that passed or failed in it, by number; ``failed`` and ``retried`` are among them."""

    report: str
    package: str
    commit: str | None
    profile: str
    at: datetime | None
    cases: frozenset[int]
    failed: frozenset[int] = frozenset()
    retried: frozenset[int] = frozenset()


class Store:
    """One open store; a ``with`` block closes it. Everything added between is kept whole or not at all."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Raises ``UsageError`` when it isn't there, is another program's, or is of a later version."""
        self._path = path
        if not create and not path.is_file():
            raise UsageError(f"{path}: no such store; `letsbe metrics {path} add FILE...` makes one")
        with self._told():
            self._db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
        try:
            with self._told():
                self._open()
        except BaseException:
            self._db.close()
            raise

    def _open(self) -> None:
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if not tables:
            self._db.executescript(
                f"BEGIN IMMEDIATE; PRAGMA application_id={_APPLICATION}; PRAGMA user_version={_VERSION};"
                f"{_TABLES} COMMIT;"
            )
        (application,), (version,) = (
            self._db.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
        )
        if application != _APPLICATION:
            raise UsageError(f"{self._path}: is a database of something else, not a store of letsbe metrics")
        if version != _VERSION:
            raise UsageError(f"{self._path}: is a store of version {version}; this letsbe reads version {_VERSION}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._db.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise UsageError(f"{self._path}: {error}") from None

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """A transaction; whoever writes at the same time is waited for."""
        with self._told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def add(
        self,
        reports: Iterable[Report] = (),
        pulls: Iterable[Pull] = (),
        events: Iterable[Event] = (),
        *,
        at: datetime | None = None,
    ) -> dict[str, int]:
        """Keep what is new; how many of each were. ``at`` dates the reports that don't say when they finished.

        Raises:
            UsageError: an event's id stands already for another event; then nothing of the call is kept.
        """
        with self._whole():
            return {
                "reports": sum(self._report(report, in_utc(report.finished) or at) for report in reports),
                "pull requests": sum(map(self._pull, pulls)),
                "events": sum(map(self._event, events)),
            }

    def _report(self, report: Report, at: datetime | None) -> bool:
        name, when = digest(report), at and _text(at)
        known = self._db.execute("SELECT at FROM reports WHERE digest = ?", (name,)).fetchone()
        if known:
            if when and (known[0] is None or when < known[0]):  # whichever order the two came in
                self._db.execute("UPDATE reports SET at = ? WHERE digest = ?", (when, name))
            return False
        ran = {case.id: case for case in report.cases if case.outcome in _RAN}
        numbers = {case: self._number(report.package, case) for case in sorted(ran)}
        self._db.execute(
            "INSERT INTO reports VALUES (?, ?, ?, ?, ?, ?)",
            (name, report.package, report.commit, _profile(report.argv), when, self._set(sorted(numbers.values()))),
        )
        odd = [
            (name, numbers[case.id], "failed" if case.outcome != "passed" else "retried")
            for case in ran.values()
            if case.outcome != "passed" or case.retried
        ]
        self._db.executemany("INSERT INTO exceptions VALUES (?, ?, ?)", odd)
        return True

    def _number(self, package: str, case: str) -> int:
        self._db.execute("INSERT OR IGNORE INTO cases (package, name) VALUES (?, ?)", (package, case))
        (number,) = self._db.execute("SELECT id FROM cases WHERE package = ? AND name = ?", (package, case)).fetchone()
        return int(number)

    def _set(self, members: list[int]) -> str:
        plain = array("Q", members).tobytes()
        name = hashlib.sha256(plain).hexdigest()
        self._db.execute("INSERT OR IGNORE INTO sets VALUES (?, ?)", (name, zlib.compress(plain)))
        return name

    def _pull(self, pull: Pull) -> bool:
        row = (_text(pull.opened), _text(pull.merged), _text(pull.updated), pull.commit)
        key = (pull.repo, pull.number)
        kept = self._db.execute(
            "SELECT opened, merged, updated, sha FROM pulls WHERE repo = ? AND number = ?", key
        ).fetchone()
        # The server's last word wins, whichever of its answers came first; of two at one moment the later in text.
        if kept is not None and (kept[2], kept) >= (row[2], row):
            return False
        self._db.execute("INSERT OR REPLACE INTO pulls VALUES (?, ?, ?, ?, ?, ?)", (*key, *row))
        return kept is None

    def _event(self, event: Event) -> bool:
        kind = type(event).__struct_config__.tag
        body = msgspec.json.encode(event, order="deterministic").decode()
        kept = self._db.execute("SELECT body FROM events WHERE kind = ? AND id = ?", (kind, event.id)).fetchone()
        if kept is None:
            self._db.execute("INSERT INTO events VALUES (?, ?, ?)", (kind, event.id, body))
        elif kept[0] != body:
            raise UsageError(f"{kind} {event.id!r} stands already in {self._path}, and says something else")
        return kept is None

    # -- reading

    def pulls(self) -> list[Pull]:
        rows = self._rows("SELECT repo, number, opened, merged, updated, sha FROM pulls ORDER BY repo, number")
        return [
            Pull(repo, number, _moment(opened), _moment(merged), _moment(updated), sha)
            for repo, number, opened, merged, updated, sha in rows
        ]

    def events(self) -> list[Event]:
        kinds: type[Event] = Event  # type: ignore[assignment]
        return [
            msgspec.json.decode(body, type=kinds) for (body,) in self._rows("SELECT body FROM events ORDER BY kind, id")
        ]

    def names(self) -> dict[int, str]:
        """Numbers of cases to their ids."""
        return dict(self._rows("SELECT id, name FROM cases"))

    def runs(self) -> list[Run]:
        """All reports as runs. Where none says when it ran, the merge that made its commit dates it."""
        sets = {name: _members(blob) for name, blob in self._rows("SELECT digest, members FROM sets")}
        odd: dict[tuple[str, str], set[int]] = {}
        for report, case, outcome in self._rows("SELECT report, case_id, outcome FROM exceptions"):
            odd.setdefault((report, outcome), set()).add(case)
        found = self._rows(
            "SELECT digest, package, reports.sha, profile, coalesce(at, min(pulls.merged)), ran FROM reports"
            " LEFT JOIN pulls ON pulls.sha = reports.sha GROUP BY digest ORDER BY digest"
        )
        return [
            Run(
                name, package, sha, profile, _moment(at) if at else None, sets[ran],
                frozenset(odd.get((name, "failed"), ())), frozenset(odd.get((name, "retried"), ())),
            )
            for name, package, sha, profile, at, ran in found
        ]  # fmt: skip

    def _rows(self, query: str) -> list[Any]:
        with self._told(), closing(self._db.execute(query)) as cursor:
            return cursor.fetchall()


def _profile(argv: Iterable[str]) -> str:
    """A nightly run judges more samples of a case than that of a pull request: the two are no repetition."""
    words = list(argv)
    for place, word in enumerate(words):
        if word == "--letsbe-profile" and place + 1 < len(words):
            return words[place + 1]
        if word.startswith("--letsbe-profile="):
            return word.partition("=")[2]
    return "pr"


def _members(blob: bytes) -> frozenset[int]:
    members = array("Q")
    members.frombytes(zlib.decompress(blob))
    return frozenset(members)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
