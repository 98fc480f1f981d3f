"""Tiny servers, each with one way to start: `python server_miniatures.py serves 8080`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    ready = 200

    def do_GET(self) -> None:
        self.answer(self.ready if self.path == "/healthz" else 404, {})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        match self.path:
            case "/echo":
                self.answer(200, body)
            case "/about":
                self.answer(200, {"pid": os.getpid(), "argv": sys.argv[3:], "env": os.environ.get("GIVEN", "")})
            case "/exit":
                os._exit(9)
            case "/hang":
                time.sleep(60)
            case _:
                self.answer(404, {})

    def answer(self, status: int, output: Any) -> None:
        body = json.dumps(output).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def serve(port: str) -> None:
    ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


def serves(port: str) -> None:
    serve(port)


def serves_and_chatters(port: str) -> None:
    sys.stdout.write("chatter " * 100_000)
    sys.stdout.flush()
    serve(port)


def serves_with_a_child_that_ignores_signals(port: str) -> None:
    subprocess.Popen(["sh", "-c", "trap '' TERM HUP INT; sleep 60 & wait; sleep 60"])
    serve(port)


def writes_a_farewell(port: str) -> None:
    def farewell(*_: Any) -> None:
        Path(sys.argv[3]).write_text("saved")
        os._exit(0)

    signal.signal(signal.SIGTERM, farewell)
    serve(port)


def ends_before_it_is_ready(port: str) -> None:
    sys.exit("the policy names no domain, key " + "ghp_" + "R4nd0m" * 6)


def never_listens(port: str) -> None:
    print("waiting for the database", flush=True)
    time.sleep(60)


def is_never_ready(port: str) -> None:
    Handler.ready = 503
    serve(port)


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2])
