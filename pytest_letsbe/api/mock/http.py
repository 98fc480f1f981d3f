"""Puts a mock on a loopback port."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .service import Answer, MockService

#: No request may bring more.
MAX_BODY = 8 * 1024 * 1024


class MockServer:
    """Serves on 127.0.0.1; ``seen`` holds every exchange, newest last. ``port`` 0 takes a free one."""

    def __init__(self, service: MockService, port: int = 0) -> None:
        self.service = service
        self.seen: list[tuple[str, str, Answer]] = []
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
        return [f"{method} {path}: {'; '.join(answer.reasons)}" for method, path, answer in self.seen if answer.reasons]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def _handler(server: MockServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 30

        def reply(self) -> None:
            length = self.headers.get("Content-Length", "0")
            if not length.isdigit() or int(length) > MAX_BODY:
                self.send_error(413 if length.isdigit() else 400)
                self.close_connection = True
                return
            body = self.rfile.read(int(length))
            answer = server.service.answer(self.command, self.path, dict(self.headers.items()), body)
            server.seen.append((self.command, self.path, answer))
            self._send(answer)

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
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
