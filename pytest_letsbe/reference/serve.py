"""Serves a reference over the wire protocol: JSON lines on stdio, or POST /<op> over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, BinaryIO

from ..targets.pycall import Loop, SharedLoop
from ..targets.pyhost import Host

#: Requests on stdio that are answered at the same time.
MOST_AT_ONCE = 32


class Served:
    """A reference as the protocol sees it."""

    def __init__(self, reference: object, name: str, version: str, *, side_by_side: bool = False) -> None:
        self._host = Host(name, reference, SharedLoop() if side_by_side else Loop())
        self._version = version
        self.side_by_side = side_by_side

    def answer(self, op: str, input: dict[str, Any]) -> dict[str, Any]:
        """The reply without its id: ``output``, ``unsupported`` or ``error``."""
        reply = self._host.answer(op, input)
        if op == "hello" and "output" in reply:
            reply["output"]["version"] = self._version
        return reply


def serve_stdio(served: Served, requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer one JSON object a line until the end of input."""
    writing = threading.Lock()

    def answer(line: bytes) -> None:
        reply = json.dumps(_reply(served, line)).encode("ascii") + b"\n"
        with writing:
            replies.write(reply)
            replies.flush()

    lines = (line for line in requests if line.strip())
    if not served.side_by_side:
        for line in lines:
            answer(line)
        return
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:  # what was asked is answered, also after the end of input
        for line in lines:
            pool.submit(answer, line)


def _reply(served: Served, line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, "error": "a request is one JSON object on one line"}
    if not isinstance(request, dict) or not isinstance(request.get("op"), str):
        return {
            "id": request.get("id") if isinstance(request, dict) else None,
            "error": 'a request has "id", "op", "input"',
        }
    given = request.get("input", {})
    if not isinstance(given, dict):
        return {"id": request.get("id"), "error": "`input` is an object"}
    return {"id": request.get("id"), **served.answer(request["op"], given)}


def serve_http(served: Served, port: int) -> None:
    """Answer ``POST /<op>`` on a loopback port until the process is ended; ``GET /healthz`` says that it is ready."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._send(200 if self.path == "/healthz" else 404, {})

        def do_POST(self) -> None:
            try:
                given = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
            except (ValueError, RecursionError):
                return self._send(400, {"error": "the body is one JSON object"})
            if not isinstance(given, dict):
                return self._send(400, {"error": "the body is one JSON object"})
            reply = served.answer(self.path.strip("/"), given)
            if "output" in reply:
                return self._send(200, reply["output"])
            return self._send(501 if "unsupported" in reply else 500, reply)

        def _send(self, status: int, body: Mapping[str, Any]) -> None:
            data = json.dumps(body).encode("ascii")
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: a log line would repeat what was asked."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        server.serve_forever()
