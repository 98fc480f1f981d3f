"""The old description at a url or in a commit: real servers that misbehave, real clones that lack it."""

import http.server
import json
import subprocess
import threading
import time
from functools import partial

import pytest

from pytest_letsbe.checks.contract import fetch as fetching
from pytest_letsbe.checks.contract.fetch import fetch
from pytest_letsbe.model import CheckFailure

PARTS = """paths:
  /things:
    get:
      responses:
        "200":
          description: ok
          content: {application/json: {schema: {$ref: "parts/thing.yaml#/Thing"}}}
"""
OLD = "Thing: {type: object, required: [id], properties: {id: {type: string}}}\n"
NEW = "Thing:\n  type: object\n  properties:\n    id: {type: string}\n"
HEAD = 'openapi: 3.1.0\ninfo: {title: Things, version: "1"}\n'
GATE = "compatible[no-more-unknown-than-allowed]"


class Pages(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        page = getattr(self, f"page_{self.path.strip('/').split('/')[0].split('.')[0]}", None)
        if page is None:
            return self.send_error(404)
        return page()

    def answer(self, body, kind="application/yaml", **headers):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(headers.pop("length", len(body))))
        self.end_headers()
        self.wfile.write(body)

    def page_openapi(self):
        self.answer((HEAD + PARTS).encode())

    def page_parts(self):
        self.answer(OLD.encode())

    def page_moved(self):
        self.send_response(302)
        self.send_header("Location", "/openapi.yaml")
        self.end_headers()

    def page_loop(self):
        self.send_response(302)
        self.send_header("Location", "/loop")
        self.end_headers()

    def page_ftp(self):
        self.send_response(302)
        self.send_header("Location", "ftp://127.0.0.1/openapi.yaml")
        self.end_headers()

    def page_silent(self):
        self.server.ended.wait(30)

    def page_drip(self):
        self.send_response(200)
        self.end_headers()
        while not self.server.ended.wait(0.05):
            self.wfile.write(b" ")
            self.wfile.flush()

    def page_html(self):
        self.answer(b"<!doctype html><html><body>Sign in: first</body></html>", "text/html")

    def page_json(self):
        self.answer(b'{"message": "no such branch"}', "application/json")

    def page_large(self):
        self.answer(b"x" * 5000)

    def page_cut(self):
        self.answer(b"openapi: 3.1.0", length=500)
        self.close_connection = True


@pytest.fixture
def site():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        server.ended = threading.Event()
        server.daemon_threads = True
        thread = threading.Thread(target=partial(server.serve_forever, 0.05))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.ended.set()
        server.shutdown()
        thread.join(30)


@pytest.fixture
def against(judged, tmp_path):
    """How the items end when the description is judged against a base."""

    def run(**base):
        (tmp_path / "parts").mkdir(exist_ok=True)
        (tmp_path / "parts" / "thing.yaml").write_text(NEW)
        return judged(PARTS, base=base)

    return run


@pytest.mark.parametrize("path", ["openapi.yaml", "moved"])
def test_a_base_at_a_url_is_compared_with_the_files_beside_it(site, against, path):
    ends = against(url=f"{site}/{path}")
    (name,) = [name for name in ends if name.startswith("compatible[response-property-became-optional")]
    assert ends[name].location.path == "parts/thing.yaml"
    assert GATE not in ends


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nowhere", "the server answered 404"),
        ("loop", "redirect"),
        ("ftp", "redirect to ftp://"),
        ("html", "no OpenAPI document"),
        ("json", "neither 'openapi' nor 'paths'"),
        ("cut", "bytes are missing"),
    ],
)
def test_an_url_without_the_document_fails_with_the_reason(site, against, path, said):
    error = against(url=f"{site}/{path}")[GATE]
    assert type(error) is CheckFailure
    assert error.location.path == f"{site}/{path}"
    assert said in str(error)


@pytest.mark.parametrize(
    ("path", "said"),
    [("silent", "silent for 0.3 s"), ("drip", "took too long"), ("large", "more than 4,000 bytes")],
)
def test_a_server_that_hangs_drips_or_floods_is_given_up(site, path, said):
    began = time.monotonic()
    with pytest.raises(OSError, match=said):
        fetch(f"{site}/{path}", silence=0.3, whole=0.5, most=4000)
    assert time.monotonic() - began < fetching.SILENCE


def test_a_server_that_is_not_there_fails_with_the_reason(against):
    error = against(url="http://127.0.0.1:9/openapi.yaml")[GATE]
    assert "can't be reached" in str(error)
    assert "base: {git: REF}" in str(error)


def git(folder, *words):
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-C", folder, *words], check=True, capture_output=True)  # fmt: skip


@pytest.fixture
def upstream(tmp_path):
    """A repository of two commits, the older one with the old description."""
    folder = tmp_path / "upstream"
    (folder / "parts").mkdir(parents=True)
    git(tmp_path, "init", "-q", "-b", "main", str(folder))
    (folder / "openapi.yaml").write_text(HEAD + PARTS)
    for number, text in enumerate((OLD, NEW)):
        (folder / "parts" / "thing.yaml").write_text(text)
        git(folder, "add", ".")
        git(folder, "commit", "-qm", str(number))
    return folder


def test_a_shallow_clone_is_told_to_fetch_more(upstream, tmp_path, judged):
    git(tmp_path, "init", "-q")
    git(tmp_path, "fetch", "-q", "--depth", "1", upstream.as_uri(), "main")
    git(tmp_path, "checkout", "-q", "FETCH_HEAD")
    for commit in ("HEAD~1", "origin/main"):
        error = judged(base={"git": commit})[GATE]
        assert f"git knows no commit '{commit}': this clone is shallow" in str(error)
        assert "fetch-depth: 0" in str(error)


@pytest.mark.parametrize("commit", ["origin/old", "HEAD~1"])
def test_what_a_shallow_clone_is_told_to_do_mends_it(upstream, tmp_path, judged, commit):
    git(upstream, "branch", "old", "HEAD~1")
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "origin", upstream.as_uri())
    git(tmp_path, "fetch", "-q", "--depth", "1", "origin", "main")
    git(tmp_path, "checkout", "-q", "FETCH_HEAD")
    told = str(judged(base={"git": commit})[GATE])
    words = told.partition("fetch it (git ")[2].partition(";")[0].split()
    git(tmp_path, *words)
    assert [name for name in judged(base={"git": commit}) if "response-property-became-optional" in name]


def test_a_whole_clone_has_the_base_and_the_files_beside_it(upstream, tmp_path, judged):
    git(tmp_path, "init", "-q")
    git(tmp_path, "fetch", "-q", upstream.as_uri(), "main")
    git(tmp_path, "checkout", "-q", "FETCH_HEAD")
    ends = judged(base={"git": "HEAD~1"})
    assert [name for name in ends if "response-property-became-optional" in name]


def test_a_folder_that_is_no_repository_is_told_what_git_says(against, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    error = against(git="origin/main")[GATE]
    assert "git says fatal: not a git repository" in str(error)


def test_a_base_that_names_two_places_is_refused(against):
    error = against(git="main", file="openapi.yaml")[GATE]
    assert "exactly one of git, file, url" in str(error)


def test_the_old_document_may_be_json(tmp_path, against):
    (tmp_path / "old.json").write_text(json.dumps({"openapi": "3.1.0", "paths": {"/gone": {"get": {"responses": {}}}}}))
    assert "compatible[api-path-removed-without-deprecation/get/gone]" in against(file="old.json")
