"""One database: a whole file is sent as one query, as Prisma does, with a deadline and the line of what failed."""

from __future__ import annotations

import select
import time
from types import TracebackType
from typing import Any, Self

from .sql import statements

#: Everything a file can make in a database goes with its schemas and extensions, or shows in _LEFTOVERS.
_EMPTY = """DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT extname AS name FROM pg_extension WHERE extname <> 'plpgsql' LOOP
        EXECUTE format('DROP EXTENSION IF EXISTS %I CASCADE', one.name); END LOOP;
    FOR one IN SELECT nspname AS name FROM pg_namespace
        WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', one.name); END LOOP;
    CREATE SCHEMA public AUTHORIZATION pg_database_owner;
    GRANT USAGE ON SCHEMA public TO PUBLIC;
END $$"""
#: User ids start at 16384 (PostgreSQL's source, access/transam.h).
_LEFTOVERS = (
    "SELECT 1 FROM pg_class WHERE oid >= 16384",
    "SELECT 1 FROM pg_type WHERE oid >= 16384",
    "SELECT 1 FROM pg_proc WHERE oid >= 16384",
    "SELECT 1 FROM pg_cast WHERE oid >= 16384",
    "SELECT 1 FROM pg_event_trigger",
    "SELECT 1 FROM pg_publication",
    "SELECT 1 FROM pg_foreign_data_wrapper",
    "SELECT 1 FROM pg_largeobject_metadata",
    "SELECT 1 FROM pg_db_role_setting",
    "SELECT 1 FROM pg_default_acl",
    "SELECT 1 FROM pg_roles WHERE oid >= 16384",
)


class SqlError(Exception):
    """PostgreSQL refused; ``line`` is the statement's in the file, as far as it is known."""

    def __init__(self, message: str, code: str, line: int, detail: str = "") -> None:
        super().__init__(message)
        self.message, self.code, self.line, self.detail = message, code, line, detail


class Database:
    """A connection to a database of our own; ``timeout`` is in seconds and for one file."""

    def __init__(self, url: str, timeout: float) -> None:
        import psycopg

        self._connection: Any = psycopg.connect(url, autocommit=True, prepare_threshold=None)
        self._timeout = timeout

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def apply(self, source: str) -> None:
        """Run a file. More than one statement is one transaction unless the file says otherwise (simple query).

        Raises SqlError, also when the deadline passed.
        """
        if not any(part.text for part in statements(source)):
            return
        from psycopg.pq import ExecStatus

        wire = self._connection.pgconn
        self._connection.execute("RESET ALL")
        wire.send_query(source.encode())
        done, failed = 0, None
        deadline = time.monotonic() + self._timeout
        while (result := self._next(wire, deadline)) is not None:
            if result.status == ExecStatus.FATAL_ERROR:
                failed = failed or _error(result, source, done)
            elif result.status in (ExecStatus.COPY_IN, ExecStatus.COPY_OUT, ExecStatus.COPY_BOTH):
                self._connection.close()
                raise SqlError("COPY to or from the client can't stand in a migration", "", _line(source, done))
            done += 1
        lost = self._reset()
        if failed is not None or lost is not None:
            raise failed or SqlError(f"the connection was lost: {lost}", "", 1)

    def rows(self, query: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """The answer to a query of our own."""
        cursor = self._connection.execute(query, parameters)
        return list(cursor.fetchall())

    def attempt(self, statement: Any, parameters: Any = None) -> str | None:
        """Run one statement of our own; what PostgreSQL said when it refused."""
        import psycopg

        try:
            self._connection.execute(statement, parameters)
        except psycopg.Error as error:
            return str(error).partition("\n")[0]
        return None

    def empty(self) -> bool:
        """Make it as new: drop what files made. False when something else stays, or the connection is gone."""
        if self._connection.closed:
            return False
        if self.attempt(_EMPTY) is not None:
            return False
        return not any(self.rows(query) for query in _LEFTOVERS)

    def _reset(self) -> str | None:
        """What a file left open ends here: the next one starts on a connection as new. Why it doesn't, if so."""
        from psycopg.pq import TransactionStatus

        idle = self._connection.info.transaction_status == TransactionStatus.IDLE
        lost = (None if idle else self.attempt("ROLLBACK")) or self.attempt("DISCARD ALL")
        if lost is not None:
            self._connection.close()
        return lost

    def _next(self, wire: Any, deadline: float) -> Any:
        import psycopg

        while wire.is_busy():
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([wire.socket], [], [], left)[0]:
                wire.get_cancel().cancel()
                self._connection.close()
                raise SqlError(f"it wasn't done within {self._timeout:g} s", "57014", 1)
            try:
                wire.consume_input()
            except psycopg.OperationalError as error:
                self._connection.close()
                raise SqlError(f"the connection was lost: {str(error).partition(chr(10))[0]}", "", 1) from None
        return wire.get_result()


def _error(result: Any, source: str, done: int) -> SqlError:
    from psycopg.pq import DiagnosticField

    def part(name: DiagnosticField) -> str:
        return (result.error_field(name) or b"").decode("utf-8", "replace")

    position = part(DiagnosticField.STATEMENT_POSITION)
    line = source.count("\n", 0, int(position) - 1) + 1 if position else _line(source, done)
    detail = part(DiagnosticField.MESSAGE_DETAIL)
    return SqlError(part(DiagnosticField.MESSAGE_PRIMARY), part(DiagnosticField.SQLSTATE), line, detail)


def _line(source: str, done: int) -> int:
    parts = [part for part in statements(source) if part.text]
    return parts[min(done, len(parts) - 1)].line if parts else 1
