"""A reference over the wire: JSON lines on stdio, POST over HTTP."""

import io
import json
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import pytest

from pytest_letsbe.reference import REFERENCES, make
from pytest_letsbe.reference.serve import Served, serve_http, serve_stdio

from .made import GITHUB


@pytest.fixture
def served():
    return Served(make("redactor"), "reference", "1.2")


def exchange(served, *lines):
    replies = io.BytesIO()
    serve_stdio(served, io.BytesIO(b"".join(line.encode() + b"\n" for line in lines)), replies)
    return [json.loads(line) for line in replies.getvalue().splitlines()]


def test_hello_says_name_version_and_ops(served):
    [reply] = exchange(served, '{"id": 1, "op": "hello", "input": {"protocol": 1, "role": "redactor"}}')
    assert reply["id"] == 1
    assert reply["output"]["version"] == "1.2"
    assert {"redact", "redact_chunks"} <= set(reply["output"]["ops"])


def test_requests_are_answered_in_order(served):
    asked = [json.dumps({"id": n, "op": "redact", "input": {"text": f"{n} {GITHUB}"}}) for n in range(3)]
    assert [(r["id"], r["output"]["text"]) for r in exchange(served, *asked)] == [
        (n, f"{n} REDACTED-github-token") for n in range(3)
    ]


def test_what_is_no_request_is_an_error_and_ends_nothing(served):
    replies = exchange(
        served, "not json", "[]", '{"id": 7, "op": "fly", "input": {}}', '{"id": 8, "op": "redact", "input": {}}'
    )
    assert "error" in replies[0]
    assert replies[0]["id"] is None
    assert "error" in replies[1]
    assert (replies[2]["id"], "unsupported" in replies[2]) == (7, True)
    assert (replies[3]["id"], "error" in replies[3]) == (8, True)


def test_a_lone_surrogate_survives_the_wire(served):
    [reply] = exchange(served, '{"id": 1, "op": "redact", "input": {"text": "a \\ud83d b"}}')
    assert reply["output"]["text"] == "a \ud83d b"


def test_http_speaks_the_same_protocol(served):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    threading.Thread(target=serve_http, args=(served, port), daemon=True).start()

    def post(op, body):
        request = urllib.request.Request(f"http://127.0.0.1:{port}/{op}", json.dumps(body).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=5) as reply:
            return json.load(reply)

    for _ in range(100):
        try:
            assert urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).status == 200
            break
        except urllib.error.URLError:
            threading.Event().wait(0.02)
    assert post("redact", {"text": GITHUB}) == {"text": "REDACTED-github-token"}
    with pytest.raises(urllib.error.HTTPError) as unknown:
        post("fly", {})
    assert unknown.value.code == 501


def test_every_registered_reference_can_be_made():
    for role, variants in REFERENCES.items():
        for variant in variants:
            assert make(role, variant)


def test_importing_the_redactor_loads_nothing_heavy():
    heavy = {"pytest", "yaml", "hypothesis", "regex", "html"}
    code = f"import sys, pytest_letsbe.reference.redactor; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
