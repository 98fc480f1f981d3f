"""The API as it runs: a tenant that was made is read back, changed and gone; without a token its doors stay closed."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

SPEC = Path(__file__).parent.parent / "openapi.yaml"
# The reference's, and public; yours comes from the CI's secret store.
TOKEN = os.environ.get("LETSBE_API_TOKEN", "letsbe-reference")


@pytest.fixture(scope="module")
def api():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [Path(sys.executable).with_name("letsbe"), "serve", "api", "--spec", str(SPEC), "--port", str(port)]
    )
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if call("GET", f"{url}/health")[0] == 200:
                    break
            except URLError:
                time.sleep(0.1)
        else:
            pytest.fail("the API didn't start within 60 seconds")
        yield url
    finally:
        server.kill()
        server.wait()


def call(method, url, body=None, token=TOKEN):
    """Status and parsed body of one request."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    request = Request(url, method=method, headers=headers, data=json.dumps(body).encode() if body else None)
    try:
        with urlopen(request, timeout=30) as response:
            status, text = response.status, response.read()
    except HTTPError as error:
        status, text = error.code, error.read()
    return status, json.loads(text) if text else None


def test_a_tenant_lives_from_its_creation_to_its_deletion(api):
    new = {"name": "Acme", "slug": "acme", "plan": "team", "region": "eu-central", "ownerEmail": "owner@acme.test"}
    status, tenant = call("POST", f"{api}/tenants", new)
    assert status == 201, tenant
    assert call("GET", f"{api}/tenants/{tenant['id']}") == (200, tenant)
    assert call("DELETE", f"{api}/tenants/{tenant['id']}")[0] == 204
    assert call("GET", f"{api}/tenants/{tenant['id']}")[0] == 404


def test_without_a_token_nothing_is_told(api):
    assert call("GET", f"{api}/tenants", token=None)[0] == 401
