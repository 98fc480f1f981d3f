"""An HTTP target answers, refuses or lacks an op, and is dead when it is late, cut, endless or not HTTP."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from pytest_letsbe.targets.base import Hello, Output, Refused, Reply, TargetDead, Unsupported
from pytest_letsbe.targets.http import HttpTarget

from .miniatures import SECRET
from .servers import Behaviour, answering, response, serving

HANG = 30.0


def echo(connection: socket.socket, request: bytes) -> bool:
    connection.sendall(response(200, request.partition(b"\r\n\r\n")[2]))
    return True


def ask(behaviour: Behaviour, timeout: float = 5.0) -> Reply:
    with serving(behaviour) as server:
        target = HttpTarget(server.url, role="redactor", timeout=timeout)
        try:
            return target.call("redact", {"text": "x"})
        finally:
            target.close()


def test_an_op_is_a_post_below_the_url() -> None:
    with serving(echo) as server:
        target = HttpTarget(server.url + "/base/", role="redactor")
        assert target.call("redact", {"text": "é\ud800"}) == Output({"text": "é\ud800"})
        target.close()
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /base/redact HTTP/1.1\r\n")
    assert b"Content-Type: application/json" in head
    assert json.loads(body) == {"text": "é\ud800"}


def test_a_connection_is_kept() -> None:
    with serving(echo) as server:
        target = HttpTarget(server.url, role="redactor")
        for n in range(20):
            target.call("redact", {"n": n})
        target.close()
    assert server.connections == 1


def test_a_connection_that_the_server_closed_while_idle_is_replaced() -> None:
    def closes(connection: socket.socket, request: bytes) -> bool:
        echo(connection, request)
        return False

    with serving(closes) as server:
        target = HttpTarget(server.url, role="redactor")
        assert target.call("redact", {"n": 1}) == Output({"n": 1})
        time.sleep(0.2)
        assert target.call("redact", {"n": 2}) == Output({"n": 2})
        target.close()
    assert len(server.requests) == 2


def test_a_response_that_ends_with_the_connection_is_read_whole() -> None:
    def behave(connection: socket.socket, request: bytes) -> bool:
        connection.sendall(b'HTTP/1.0 200 OK\r\n\r\n{"text":')
        time.sleep(0.1)
        connection.sendall(b'"y"}')
        return False

    assert ask(behave) == Output({"text": "y"})


@pytest.mark.parametrize("window", [1, 3, 64])
def test_replies_come_in_the_order_of_the_inputs(window: int) -> None:
    def late(connection: socket.socket, request: bytes) -> bool:
        time.sleep(0.01 * (json.loads(request.partition(b"\r\n\r\n")[2])["n"] % 3))
        return echo(connection, request)

    with serving(late) as server:
        target = HttpTarget(server.url, role="redactor")
        inputs = [{"n": n} for n in range(30)]
        assert target.call_many("redact", inputs, window=window) == [Output(each) for each in inputs]
        target.close()
    assert server.connections == min(window, 8)


@pytest.mark.parametrize(
    ("behaviour", "reply"),
    [
        (answering(501, b"no base64"), Unsupported("no base64")),
        (answering(501, b""), Unsupported("the server answers 501 to redact")),
        (answering(400, b"bad \x1b[31m" + SECRET.encode()), Refused("status 400: bad ghp_…(40)")),
        (answering(500, b""), Refused("status 500")),
        (answering(302, b"", "Location: http://127.0.0.1:1/"), Refused("status 302")),
        (answering(204, b""), Refused("status 204")),
    ],
)
def test_other_statuses_are_replies_too(behaviour: Behaviour, reply: Reply) -> None:
    assert ask(behaviour) == reply


def drips(data: bytes, then: bytes) -> Behaviour:
    def behave(connection: socket.socket, request: bytes) -> bool:
        connection.sendall(data)
        while True:
            connection.sendall(then)
            time.sleep(0.02)

    return behave


def sends(data: bytes) -> Behaviour:
    def behave(connection: socket.socket, request: bytes) -> bool:
        connection.sendall(data)
        return False

    return behave


def floods(connection: socket.socket, request: bytes) -> bool:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
    for _ in range(1024):
        connection.sendall(b"x" * (1 << 20))
    return False


def floods_in_chunks(connection: socket.socket, request: bytes) -> bool:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(1024):
        connection.sendall(b"100000\r\n" + b"x" * (1 << 20) + b"\r\n")
    return False


def says_nothing(connection: socket.socket, request: bytes) -> bool:
    time.sleep(HANG)
    return False


SILENT = {
    "nothing": says_nothing,
    "drip-status": drips(b"", b"H"),
    "drip-headers": drips(b"HTTP/1.1 200 OK\r\n", b"X"),
    "drip-body": drips(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "),
    "drip-chunks": drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "endless-continue": drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.mark.parametrize("behaviour", SILENT.values(), ids=SILENT)
def test_the_deadline_is_over_the_whole_answer(behaviour: Behaviour) -> None:
    start = time.monotonic()
    with pytest.raises(TargetDead, match=r"didn't answer within 0.3 s") as caught:
        ask(behaviour, timeout=0.3)
    assert caught.value.silent
    assert time.monotonic() - start < HANG / 2


NO_ANSWERS = {
    "nothing": (sends(b""), "closed the connection without an answer"),
    "another-protocol": (sends(b"SSH-2.0-OpenSSH_9\r\n"), "sent what is not HTTP"),
    "short-body": (sends(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{}"), "cut its answer short"),
    "short-chunk": (sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}"), "cut its answer short"),
    "long-header": (sends(b"HTTP/1.1 200 OK\r\nA: " + b"x" * 100_000), "sent what is not HTTP"),
    "many-headers": (sends(b"HTTP/1.1 200 OK\r\n" + b"A: x\r\n" * 1000), "sent what is not HTTP"),
    "empty": (answering(200, b""), "sent what is not JSON"),
    "html": (answering(200, b"<html>" + SECRET.encode()), "sent what is not JSON"),
    "not-utf8": (answering(200, b'{"text": "\xff"}'), "not UTF-8"),
    "list": (answering(200, b"[]"), "JSON that is not an object"),
    "flood": (floods, "answered with more than 32 MB"),
    "flood-in-chunks": (floods_in_chunks, "answered with more than 32 MB"),
}


@pytest.mark.parametrize(("behaviour", "words"), NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_what_is_not_an_answer_is_a_death(behaviour: Behaviour, words: str) -> None:
    with pytest.raises(TargetDead) as caught:
        ask(behaviour, timeout=HANG)
    assert words in caught.value.sentence
    assert SECRET not in str(caught.value.evidence)


def test_nobody_there_is_a_death() -> None:
    with serving(echo) as server:
        pass
    with pytest.raises(TargetDead, match=r"refused the connection; is it running\?"):
        HttpTarget(server.url, role="redactor").call("redact", {})


def test_one_death_ends_a_batch() -> None:
    def falters(connection: socket.socket, request: bytes) -> bool:
        return b'"n":9}' not in request and echo(connection, request)

    with serving(falters) as server:
        target = HttpTarget(server.url, role="redactor")
        with pytest.raises(TargetDead, match="closed the connection without an answer"):
            target.call_many("redact", [{"n": n} for n in range(500)])
        assert len(server.requests) < 500
        assert target.call("redact", {"n": 1}) == Output({"n": 1})
        target.close()


def hello(behaviour: Behaviour, role: str = "redactor") -> tuple[Hello, int]:
    with serving(behaviour) as server:
        target = HttpTarget(server.url, role=role, label="it")
        target.hello()
        found = target.hello()
        target.close()
    return found, len(server.requests)


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_server_without_hello_is_greeted_all_the_same(status: int) -> None:
    assert hello(answering(status, b"")) == (Hello("it", "?", None), 1)


def test_a_server_with_hello_tells_its_ops() -> None:
    said = json.dumps({"name": "n", "version": "v", "ops": ["redact"]}).encode()
    assert hello(answering(200, said)) == (Hello("n", "v", frozenset({"redact"})), 1)


@pytest.mark.parametrize("role", ["proxy", "api"])
def test_a_proxy_or_api_is_asked_nothing_it_could_take_for_a_request(role: str) -> None:
    assert hello(answering(500, b""), role) == (Hello("it", "?", None), 0)


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (answering(500, b"boom"), "can't serve as redactor: status 500: boom"),
        (answering(200, b'{"ops": 3}'), "answered hello with `ops` that is not a list"),
    ],
)
def test_a_hello_that_fails_is_a_death(behaviour: Behaviour, words: str) -> None:
    with pytest.raises(TargetDead) as caught:
        hello(behaviour)
    assert words in caught.value.sentence


def test_the_servers_cpu_time_is_not_known(closing: Callable[[Any], Any]) -> None:
    assert closing(HttpTarget("http://127.0.0.1:1", role="redactor")).cpu_seconds() is None
