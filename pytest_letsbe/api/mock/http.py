"""Puts a mock on a loopback port."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ...model import Location
from ..messages import is_json
from ..pact import ABSENT, Interaction, Pact
from .body import BodyError, read_body
from .service import Answer, MockService

#: So many exchanges are remembered.
MAX_SEEN = 10_000


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request as it came in, and its answer."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    answer: Answer


class MockServer:
    """Serves on 127.0.0.1; ``seen`` holds the exchanges, newest last. ``port`` 0 takes a free one."""

    def __init__(self, service: MockService, port: int = 0) -> None:
        self.service = service
        self.seen: deque[Exchange] = deque(maxlen=MAX_SEEN)
        self._http = _Server(("127.0.0.1", port), _handler(self))
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def start(self) -> MockServer:
        """Serve from a thread of its own."""
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), name="letsbe-mock", daemon=True)
        self._thread.start()
        return self

    def serve(self) -> None:
        """Serve until interrupted."""
        self._http.serve_forever()

    def close(self) -> None:
        if self._thread is not None:
            self._http.shutdown()
            self._thread.join(5)
            self._thread = None
        self._http.server_close()

    @property
    def refused(self) -> list[str]:
        """Why requests were refused, in order: ``POST /tenants: the body at /plan: ...``."""
        return [f"{e.method} {e.target}: {'; '.join(e.answer.reasons)}" for e in self.seen if e.answer.reasons]

    def pact(self, consumer: str, provider: str = "") -> Pact:
        """What was asked and answered, as the Pact of a consumer: each kind of exchange once, refusals left out."""
        found: dict[str, Interaction] = {}
        for exchange in self.seen:
            if exchange.answer.operation is not None and not exchange.answer.reasons:
                interaction = _interaction(exchange)
                found.setdefault(interaction.description, interaction)
        title = provider or self.service.description.title
        return Pact(consumer, title, tuple(found.values()), Location(consumer))


def _interaction(exchange: Exchange) -> Interaction:
    answer, parts = exchange.answer, urlsplit(exchange.target)
    kinds = {name: value for name, value in exchange.headers.items() if name.lower() == "content-type"}
    query = f" with {', '.join(sorted({k for k, _ in parse_qsl(parts.query)}))}" if parts.query else ""
    label = answer.operation.label if answer.operation is not None else parts.path
    return Interaction(
        description=f"{label}{query} answered {answer.status}",
        method=exchange.method,
        path=parts.path,
        query=parts.query,
        headers=kinds,
        body=_content(exchange.body, kinds),
        status=answer.status,
        response_headers={name: value for name, value in answer.headers.items() if name == "Content-Type"},
        reads=_content(answer.body, answer.headers),
    )


def _content(body: bytes, headers: Mapping[str, str]) -> Any:
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    if not body:
        return ABSENT
    return json.loads(body) if is_json(kind) else body.decode("utf-8", "replace")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def _shared(headers: Message) -> dict[str, str]:
    """Pages in a browser (or jsdom) may read what a mock says (Fetch standard, CORS protocol)."""
    if "Origin" not in headers:
        return {}
    found = {"Access-Control-Allow-Origin": headers["Origin"], "Access-Control-Expose-Headers": "*"}
    for asked, told in (("Method", "Methods"), ("Headers", "Headers")):
        if wanted := headers.get(f"Access-Control-Request-{asked}"):
            found[f"Access-Control-Allow-{told}"] = wanted
    return found


def _handler(server: MockServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 30

        def reply(self) -> None:
            try:
                body = read_body(self.rfile, self.headers)
            except BodyError as error:
                self.close_connection = True  # nobody knows where the next request begins
                told = json.dumps({"title": str(error), "status": error.status, "reasons": [str(error)]})
                self._send(Answer(error.status, {"Content-Type": "application/problem+json"}, told.encode()))
                return
            answer = server.service.answer(self.command, self.path, dict(self.headers.items()), body)
            server.seen.append(Exchange(self.command, self.path, dict(self.headers.items()), body, answer))
            self._send(answer)

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            for name, value in _shared(self.headers).items():
                self.send_header(name, value)
            if self.close_connection:
                self.send_header("Connection", "close")
            bodyless = answer.status in (204, 304)
            if not bodyless:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if not bodyless and self.command != "HEAD":
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: Any) -> None:
            """A server for tests says nothing."""

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY"):
        setattr(Handler, f"do_{method}", Handler.reply)
    return Handler
