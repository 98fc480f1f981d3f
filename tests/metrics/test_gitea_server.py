"""Pull requests from a real HTTP server that pages as Gitea does, and from servers that misbehave."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from pytest_letsbe import gitea
from pytest_letsbe.cli import main

PULLS = [
    {"number": n, "created_at": "2026-11-24T08:00:00Z", "updated_at": "2026-11-25T08:00:00Z",
     "merged_at": f"2026-11-24T{9 + n % 10:02}:00:00Z" if n % 3 else None}
    for n in range(1, 72)
]  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    """Pages of 30 at most, whatever is asked for."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.server.asked.append((parts.path, self.headers.get("Authorization")))
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        behaviour = self.server.behaviour
        if behaviour == "redirect":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if behaviour == "silent":
            self.server.held.wait(30)
            return
        size, page = min(30, int(query["limit"])), int(query["page"])
        answer = {"message": "no"} if behaviour == "object" else PULLS[(page - 1) * size : page * size]
        body = b"<html>" if behaviour == "html" else json.dumps(answer).encode()
        self.send_response(403 if behaviour == "refuse" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server():
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.behaviour, http.asked, http.held = "good", [], threading.Event()
    http.url = f"http://127.0.0.1:{http.server_port}"
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield http
    http.held.set()
    http.shutdown()
    http.server_close()


def add(tmp_path, server, *more: str) -> int:
    return main(["metrics", str(tmp_path / "m.db"), "add", "--gitea", server.url, "--repo", "letsbe/hub", *more])


def test_all_pages_are_read_with_the_token_and_once_only_kept(tmp_path, server, monkeypatch, capsys):
    monkeypatch.setenv("READ_TOKEN", "not-a-real-one")
    assert add(tmp_path, server, "--token", "READ_TOKEN") == 0
    assert add(tmp_path, server, "--token", "READ_TOKEN") == 0
    said = capsys.readouterr().out.splitlines()
    merged = sum(pull["merged_at"] is not None for pull in PULLS)
    assert said == [f"pull requests: {merged} of {merged} new", f"pull requests: 0 of {merged} new"]
    assert server.asked[0] == ("/api/v1/repos/letsbe/hub/pulls", "token not-a-real-one")
    assert len(server.asked) == 8


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [("redirect", "answered 302"), ("refuse", "answered 403"), ("html", "isn't JSON"), ("object", "something else than pull requests"), ("silent", "didn't answer within")],
)  # fmt: skip
def test_a_server_that_misbehaves_is_told_and_leaves_no_store(tmp_path, server, monkeypatch, capsys, behaviour, told):
    monkeypatch.setattr(gitea, "SECONDS", 0.5)
    monkeypatch.setenv("GITEA_TOKEN", "not-a-real-one")
    server.behaviour = behaviour
    assert add(tmp_path, server) == 2
    said = capsys.readouterr().err
    assert told in said
    assert "not-a-real-one" not in said
    assert not (tmp_path / "m.db").exists()


def test_a_server_needs_the_name_of_a_repo(tmp_path, server, capsys):
    assert main(["metrics", str(tmp_path / "m.db"), "add", "--gitea", server.url]) == 2
    assert "--repo owner/name" in capsys.readouterr().err
    assert not server.asked
