"""The ledger: a loopback HTTP server that targets post to what they really do. Only what arrives here counts."""

from __future__ import annotations

import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Generic, TypeVar

#: A body longer than this isn't read: no call of ours comes near.
MAX_BODY = 8 * 1024 * 1024

#: What a check makes of one arrival.
Entry = TypeVar("Entry")


@dataclass(slots=True)
class Manner:
    """How the sink answers: after ``seconds``, with a status, or by cutting the connection (``drop``)."""

    answer: str = "ok"
    seconds: float = 0.0
    on_arrival: Callable[[], None] | None = None


class Book(Generic[Entry]):
    """What was done since one reset; each reset opens a new one under a URL of its own.

    Args:
        read: makes an entry of the JSON object that arrived; of None and the text when it was none.
        key: the name that an entry is counted by.
    """

    def __init__(
        self, url: str, read: Callable[[dict[str, Any] | None, str], Entry], key: Callable[[Entry], Any]
    ) -> None:
        self.url = url
        self._read = read
        self._key = key
        self.manner = Manner()
        self._entries: list[Entry] = []
        self._changed = threading.Condition()

    def add(self, body: bytes) -> None:
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            data = None
        known = data if isinstance(data, dict) else None
        entry = self._read(known, "" if known is not None else body[:200].decode("utf-8", "replace"))
        with self._changed:
            self._entries.append(entry)
            self._changed.notify_all()

    @property
    def entries(self) -> list[Entry]:
        with self._changed:
            return list(self._entries)

    def count(self, name: str) -> int:
        """How many entries there are of that name."""
        return sum(self._key(entry) == name for entry in self.entries)

    def wait_for(self, name: str, number: int, seconds: float) -> bool:
        """Whether there were ``number`` entries of that name within ``seconds``."""
        with self._changed:
            return bool(
                self._changed.wait_for(lambda: sum(self._key(e) == name for e in self._entries) >= number, seconds)
            )


class Ledger(Generic[Entry]):
    """The server; it starts with the first book and ends with ``close``. For its arguments see ``Book``."""

    def __init__(self, read: Callable[[dict[str, Any] | None, str], Entry], key: Callable[[Entry], Any]) -> None:
        self._read = read
        self._key = key
        self._books: dict[str, Book[Entry]] = {}
        self._server: _Server | None = None

    def open_book(self) -> Book[Entry]:
        """A new empty book; entries for older ones still find their way into those."""
        if self._server is None:
            self._server = _Server(self._books)
            threading.Thread(
                target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="letsbe-sink", daemon=True
            ).start()
        token = secrets.token_hex(8)
        book = Book(f"http://127.0.0.1:{self._server.server_port}/{token}", self._read, self._key)
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

    def __init__(self, books: Mapping[str, Book[Any]]) -> None:
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
        book.add(body)
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
