"""The ledger: a loopback HTTP server that a gate's executor posts to. Only what arrives here counts as run."""

from __future__ import annotations

import json
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: A body longer than this isn't read: no call of ours comes near.
MAX_BODY = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One run, as the executor told it; ``raw`` when it wasn't a JSON object."""

    rid: Any = None
    tool: Any = None
    args: Any = None
    session: Any = None
    tenant: Any = None
    raw: str = ""
    at: float = 0.0


@dataclass(slots=True)
class Manner:
    """How the sink answers: after ``seconds``, with a status, or by cutting the connection (``drop``)."""

    answer: str = "ok"
    seconds: float = 0.0
    on_arrival: Callable[[], None] | None = None


class Book:
    """What ran since one reset; each reset opens a new one under a URL of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.manner = Manner()
        self._entries: list[Entry] = []
        self._changed = threading.Condition()

    def add(self, entry: Entry) -> None:
        with self._changed:
            self._entries.append(entry)
            self._changed.notify_all()

    @property
    def entries(self) -> list[Entry]:
        with self._changed:
            return list(self._entries)

    def count(self, rid: str) -> int:
        return sum(entry.rid == rid for entry in self.entries)

    def wait_for(self, rid: str, number: int, seconds: float) -> bool:
        """Whether ``rid`` ran ``number`` times within ``seconds``."""
        with self._changed:
            return bool(self._changed.wait_for(lambda: sum(e.rid == rid for e in self._entries) >= number, seconds))


class Ledger:
    """The server; it starts with the first book and ends with ``close``."""

    def __init__(self) -> None:
        self._books: dict[str, Book] = {}
        self._server: _Server | None = None

    def open_book(self) -> Book:
        """A new empty book; entries for older ones still find their way into those."""
        if self._server is None:
            self._server = _Server(self._books)
            threading.Thread(
                target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="letsbe-sink", daemon=True
            ).start()
        token = secrets.token_hex(8)
        book = Book(f"http://127.0.0.1:{self._server.server_port}/{token}")
        self._books[f"/{token}"] = book
        while len(self._books) > 64:  # nobody posts to a run that is long over
            del self._books[next(iter(self._books))]
        return book

    def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
        self._books.clear()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, books: dict[str, Book]) -> None:
        self.books = books
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a gate that was killed leaves a broken connection, which is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 30  # a connection that says nothing doesn't hold its thread for ever

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()

    def do_POST(self) -> None:
        book = self.server.books.get(self.path.rstrip("/"))
        body = self._body()
        if book is None or body is None:
            self._answer(404 if book is None else 413)
            return
        manner = book.manner
        book.add(_entry(body))
        if manner.on_arrival is not None:
            manner.on_arrival()
        if manner.seconds:
            time.sleep(manner.seconds)
        if manner.answer == "drop":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._answer(200 if manner.answer == "ok" else 500)

    def _body(self) -> bytes | None:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self._chunks()
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > MAX_BODY:
            return None
        return self.rfile.read(int(length))

    def _chunks(self) -> bytes | None:
        """A chunked body, as node's fetch sends a stream (RFC 9112, section 7.1)."""
        body = bytearray()
        while True:
            try:
                size = int(self.rfile.readline(64).split(b";")[0], 16)
            except ValueError:
                return None
            if len(body) + size > MAX_BODY:
                return None
            if size == 0:
                while self.rfile.readline(1024).strip():
                    pass
                return bytes(body)
            body += self.rfile.read(size)
            self.rfile.readline(8)

    def _answer(self, status: int) -> None:
        # In one piece: headers and body apart would meet Nagle and a delayed ACK, 40 ms for each run.
        head = f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n"
        self.wfile.write(head.encode("ascii") + b"{}")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what runs isn't for the terminal."""


def _entry(body: bytes) -> Entry:
    now = time.monotonic()
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        return Entry(raw=body[:200].decode("utf-8", "replace"), at=now)
    return Entry(data.get("rid"), data.get("tool"), data.get("args"), data.get("session"), data.get("tenant"), at=now)
