"""What a mock does beyond its operations: HEAD, OPTIONS, chunks, what clients prefer, links, spoilt requests."""

import http.client
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from textwrap import dedent

import pytest

from pytest_letsbe.api.mock import body as bodies
from pytest_letsbe.api.mock.http import MockServer
from pytest_letsbe.api.mock.service import MockService
from pytest_letsbe.api.mock.wishes import acceptable
from pytest_letsbe.cli import main

SPEC = """
paths:
  /users/me:
    get: {responses: {"200": {description: Me, content: {application/json: {example: me}}}}}
  /users/{id}:
    get:
      operationId: getUser
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        "200":
          description: One
          content:
            application/json:
              schema: {type: object, required: [uid], properties: {uid: {type: integer}, name: {type: string}}}
              examples: {one: {value: {uid: 1}}, two: {value: {uid: 2}}}
            text/plain: {schema: {type: string}, example: one}
        "404": {description: None, content: {application/json: {schema: {type: object, properties: {detail: {type: string}}}, example: {detail: gone}}}}
  /users:
    post:
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}}
      responses:
        "201":
          description: Made
          content: {application/json: {schema: {type: object, required: [uid], properties: {uid: {type: integer}, name: {type: string}}}}}
          links: {it: {operationId: getUser, parameters: {id: "$response.body#/uid"}}}
        "422": {description: No}
  /a/{b}/c:
    get: {parameters: [{name: b, in: path, required: true, schema: {type: string}}], responses: {"200": {description: A, content: {application/json: {schema: {const: bc}}}}}}
  /a/b/{c}:
    get: {parameters: [{name: c, in: path, required: true, schema: {type: string}}], responses: {"200": {description: A, content: {application/json: {schema: {const: ab}}}}}}
"""
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def mock(description):
    """Opens a mock; asks it one thing after another on one connection."""
    opened = []

    def start(**options):
        server = MockServer(MockService(description(SPEC), **options)).start()
        opened.append(server)
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
        opened.append(connection)

        def ask(method, path, body=None, headers=None, **more):
            connection.request(method, path, body, {**(headers or {})}, **more)
            reply = connection.getresponse()
            return reply.status, dict(reply.headers), reply.read()

        ask.server = server
        return ask

    yield start
    for one in reversed(opened):
        one.close()


def test_a_head_is_a_get_without_its_content(mock):
    ask = mock()
    status, headers, body = ask("HEAD", "/users/7")
    assert (status, body) == (200, b"")
    assert headers["Content-Length"] == str(len(ask("GET", "/users/7")[2]))


def test_options_tell_what_is_there_and_let_pages_in(mock):
    status, headers, _ = mock()("OPTIONS", "/users", headers={"Origin": "http://localhost", "Access-Control-Request-Method": "POST"})  # fmt: skip
    assert status == 204
    assert headers["Allow"] == "POST"
    assert headers["Access-Control-Allow-Origin"] == "http://localhost"
    assert headers["Access-Control-Allow-Methods"] == "POST"


@pytest.mark.parametrize(("path", "said"), [("/users/me", b'"me"'), ("/a/b/x", b'"ab"'), ("/a/x/c", b'"bc"')])
def test_a_path_without_placeholders_goes_first(mock, path, said):
    assert mock()("GET", path)[2] == said


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/plain", "text/plain"),
        ("text/*;q=0.5, application/json", "application/json"),
        ("application/json;q=0.1, text/plain;q=0.2", "text/plain"),
        ("application/json;q=0, */*", "text/plain"),
        ("*/*", "application/json"),
        ("", "application/json"),
        ("application/xml", None),
        ("application/json;q=0, text/plain;q=0", None),
    ],
)
def test_what_is_accepted_is_sent(accept, kind):
    assert acceptable(accept, ["application/json", "text/plain"]) == kind


def test_what_is_not_offered_is_406_with_what_is(mock):
    status, _, body = mock()("GET", "/users/7", headers={"Accept": "application/xml"})
    assert status == 406
    assert "application/json, text/plain" in json.loads(body)["title"]


@pytest.mark.parametrize(
    ("prefer", "status", "said"),
    [
        ("code=404", 404, "gone"),
        ("example=two", 200, '"uid": 2'),
        ('code=200, example="two"', 200, '"uid": 2'),
        ("code=418", 501, "documents no 418"),
        ("example=three", 501, "there is one, two"),
        ("respond-async, wait=10", 200, '"uid": 1'),
    ],
)
def test_a_client_may_prefer_a_status_or_an_example(mock, prefer, status, said):
    found, _, body = mock()("GET", "/users/7", headers={"Prefer": prefer})
    assert found == status
    assert said in body.decode()


def test_a_link_says_by_what_a_created_thing_is_named(mock):
    ask = mock(stateful=True)
    made = [json.loads(ask("POST", "/users", json.dumps({"name": name}), JSON)[2]) for name in ("ann", "bob")]
    assert [one["name"] for one in made] == ["ann", "bob"]
    for one in made:
        assert json.loads(ask("GET", f"/users/{one['uid']}")[2]) == one
    assert ask("GET", "/users/999")[0] == 404


def test_chunks_are_a_body_too_and_the_connection_goes_on(mock):
    ask = mock(stateful=True)
    pieces = [b'{"name":', b' "in', b' pieces"}']
    assert json.loads(ask("POST", "/users", iter(pieces), JSON, encode_chunked=True)[2])["name"] == "in pieces"
    assert ask("GET", "/users/me")[2] == b'"me"'


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Content-Length: x\r\n\r\n", 400),
        (b"Content-Length: -1\r\n\r\n", 400),
        (b"Content-Length: 99999999999\r\n\r\n", 413),
        (b"Transfer-Encoding: gzip\r\n\r\n", 501),
        (b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % (bodies.MAX_BODY + 1), 413),
        (b"Content-Type: application/json\r\nContent-Length: 200000\r\n\r\n" + b"[" * 200000, 422),
    ],
)
def test_a_spoilt_body_is_refused_with_the_reason(mock, head, status):
    ask = mock()
    host, _, port = ask.server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(b"POST /users HTTP/1.1\r\nHost: a\r\n" + head)
        connection.shutdown(socket.SHUT_WR)
        said = connection.makefile("rb").read()
    assert said.startswith(b"HTTP/1.1 %d " % status)
    assert b'"reasons": ["' in said
    assert ask("GET", "/users/me")[0] == 200


def test_many_at_once_are_all_answered(mock):
    url = mock(stateful=True).server.url.removeprefix("http://")

    def one(number):
        connection = http.client.HTTPConnection(url, timeout=60)
        try:
            connection.request("POST", "/users", json.dumps({"name": str(number)}), JSON)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(one, range(64)))
    assert [one["name"] for one in made] == [str(number) for number in range(64)]
    assert len({one["uid"] for one in made}) == 64


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("openapi: [", "bad.yaml:2:1"),
        ("", "bad.yaml"),
        ("[]", "bad.yaml"),
        ("openapi: 3.1.0\npaths: {}", "operations"),
        ('swagger: "2.0"\npaths: {/a: {get: {responses: {"200": {description: a}}}}}', "OpenAPI 3"),
    ],
)
def test_a_spec_that_cannot_be_played_is_named_with_the_reason(tmp_path, monkeypatch, capsys, text, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.yaml").write_text(dedent(text))
    assert main(["mock", "bad.yaml"]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "bad.yaml" in error
