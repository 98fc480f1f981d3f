"""Servers that keep to their description in their own way aren't accused; those that don't are, right beside it."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import pytest

from pytest_letsbe.checks.contract import engine
from pytest_letsbe.checks.contract.record import ALWAYS
from pytest_letsbe.checks.contract.settings import Settings

DOCUMENT = """
paths:
  /things:
    post:
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/New"}, example: {name: a}}}}
      responses:
        "201": {description: Made, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
        "422": {description: No}
  /things/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string}, example: a7}]
      responses:
        "200": {description: The thing, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
        "422": {description: No}
components:
  securitySchemes: {key: {type: http, scheme: bearer}}
  schemas:
    New: {type: object, required: [name], properties: {name: {type: string}}}
    Thing:
      type: object
      required: [id, size, made, note]
      properties:
        id: {type: string}
        size: {type: integer}
        made: {type: string, format: date-time}
        note: {type: [string, "null"]}
        link: {type: string}
"""
HEAD = 'openapi: 3.1.0\ninfo: {title: Things, version: "1"}\nsecurity: [{key: []}]\n'
THING = {"id": "a7", "size": 3.0, "made": "2026-11-01T12:00:00.250+01:00", "note": None, "colour": "red"}


class Handler(BaseHTTPRequestHandler):
    """Like a server of a framework: a router that decodes first, a door that says 401, JSON with a charset."""

    protocol_version = "HTTP/1.1"

    def reply(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, data = self.route(unquote(urlsplit(self.path).path), body)
        raw = json.dumps(data).encode()
        self.send_response(status)
        kind = "application/json; charset=utf-8" if status < 300 else "text/html"
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(raw))), ("X-Powered-By", "us")):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(raw)

    def route(self, path, body):
        steps = path.strip("/").split("/")
        if steps[0] != "things" or len(steps) > 2 or any(ord(char) < 32 for char in path):
            return 404, "no such route"
        if self.command not in ("GET" if len(steps) == 2 else "POST"):
            return 405, "no such method"
        if self.headers.get("Authorization") != "Bearer demo":
            return 401, "who are you?"
        return self.thing(steps[1]) if len(steps) == 2 else self.make(body)

    def thing(self, name):
        return 200, {**THING, "id": name}

    def make(self, body):
        try:
            data = json.loads(body)
        except ValueError:
            return 422, "no JSON"
        fine = isinstance(data, dict) and isinstance(data.get("name"), str)
        return (201, THING) if fine else (422, "a name is wanted")

    def log_message(self, *args):
        pass


for method in ("GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "QUERY"):
    setattr(Handler, f"do_{method}", Handler.reply)


class TooLong(Handler):
    """Long names are refused by the layer below."""

    def thing(self, name):
        return (414, "too long") if len(name) > 60 else super().thing(name)


class Elsewhere(Handler):
    """A name that is there is answered by an undocumented redirect."""

    def thing(self, name):
        return 302, "over there"


class Unknown(Handler):
    """An unknown name is a 404, which nobody documented."""

    def thing(self, name):
        return super().thing(name) if name == "a7" else (404, "no such thing")


class Closed(Handler):
    """Who has a key is refused all the same."""

    def make(self, body):
        return 403, "not you"


class Half(Handler):
    """A number is broken."""

    def thing(self, name):
        return 200, {**THING, "size": 3.5}


@contextmanager
def served(handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def broken(description, monkeypatch):
    """(operation, check) of what one run found, below an environment whose proxy answers nothing."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)

    def of(handler):
        settings = Settings(("coverage", "fuzzing"), ALWAYS, 6, 0, auth={"key": {"bearer": "demo"}})
        with served(handler) as url:
            results = engine.run(description(DOCUMENT, head=HEAD), url, settings)
        assert results.errors == []
        assert {200, 201} <= {
            status for seen in results.operations.values() for status in seen.statuses
        } or handler in (
            Elsewhere,
            Closed,
        )
        return {(label, one.check) for label, seen in results.operations.items() for one in seen.broken}

    return of


@pytest.mark.parametrize("handler", [Handler, TooLong], ids=lambda handler: handler.__name__)
def test_who_keeps_to_it_in_another_way_is_not_accused(broken, handler):
    assert broken(handler) == set()


@pytest.mark.parametrize(
    ("handler", "finding"),
    [
        (Elsewhere, ("GET /things/{id}", "status-code")),
        (Unknown, ("GET /things/{id}", "unknown-id")),
        (Closed, ("POST /things", "status-code")),
        (Half, ("GET /things/{id}", "response-schema")),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_who_does_not_is(broken, handler, finding):
    assert finding in broken(handler)
