"""What a person reads when OpenClaw can't be installed; the cache is judged by what lies in it."""

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pytest_letsbe.checks.hooks.install import ensure
from pytest_letsbe.model import CheckFailure, UsageError

needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm isn't installed")


@pytest.fixture(autouse=True)
def nothing_shared(monkeypatch):
    monkeypatch.delenv("LETSBE_OPENCLAW_CACHE", raising=False)
    monkeypatch.setenv("npm_config_fetch_retries", "0")


def test_without_npm_the_failure_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CheckFailure, match="npm isn't on PATH: install it"):
        ensure("2026.9.6", tmp_path / "cache")


@needs_npm
def test_an_unreachable_registry_is_named_as_such(tmp_path, monkeypatch):
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    with pytest.raises(CheckFailure, match="npm can't reach its registry") as failure:
        ensure("2026.9.6", tmp_path / "cache")
    assert any("ECONNREFUSED" in line for line in failure.value.evidence)
    assert list((tmp_path / "cache").glob("installing-*")) == []


@needs_npm
def test_a_version_that_npm_does_not_know_is_named(tmp_path, monkeypatch):
    class Empty(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(404)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Empty)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{server.server_address[1]}/")
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
        with pytest.raises(CheckFailure, match=r"registry has no openclaw 2026\.99\.1"):
            ensure("2026.99.1", tmp_path / "cache")
    finally:
        server.shutdown()
        server.server_close()


def test_a_shared_install_of_another_version_is_refused(tmp_path, monkeypatch):
    package = tmp_path / "node_modules" / "openclaw" / "package.json"
    package.parent.mkdir(parents=True)
    package.write_text('{"version": "2026.8.2"}')
    monkeypatch.setenv("LETSBE_OPENCLAW_CACHE", str(tmp_path))
    with pytest.raises(CheckFailure, match=r"holds openclaw 2026\.8\.2, not 2026\.9\.6"):
        ensure("2026.9.6", tmp_path)


def test_a_lock_of_another_version_is_a_mistake_in_the_manifest(tmp_path):
    (tmp_path / "package.json").write_text("{}")
    lock = tmp_path / "package-lock.json"
    lock.write_text(json.dumps({"packages": {"node_modules/openclaw": {"version": "2026.8.2"}}}))
    with pytest.raises(UsageError, match=r"openclaw is 2026\.9\.6, but .* locks 2026\.8\.2"):
        ensure("2026.9.6", tmp_path / "cache", lock)
