"""The contract check against API servers that nobody here wrote, on the descriptions that they ship: docs/contract.md."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "apis"
CACHE = Path(__file__).parents[2] / ".cache-real" / "apis"
PYTHON = CACHE / "bin" / "python"
DEADLINE = 400.0

#: A part of httpbin: the rest waits, streams, draws pictures, or answers any status on demand.
HTTPBIN = ("/base64/{value}", "/bearer", "/get", "/json", "/redirect-to", "/relative-redirect/{n}", "/uuid", "/xml")

#: Its description says `type: int`, which is no type; a refusal by /bearer is HTML where JSON is promised.
HTTPBIN_FINDS = (
    "valid-document[document]",
    "conforms[get/bearer/content-type]",
    "conforms[get/redirect-to/answered]",
    "conforms[get/relative-redirect/n/answered]",
)
#: A documented redirect is judged as the answer that it is.
HTTPBIN_SPARES = (
    "liveness[server]",
    "refs-resolve[document]",
    "conforms[delete/redirect-to/answered]",
    "conforms[delete/redirect-to/status-code]",
    "conforms[get/json/content-type]",
    "conforms[get/uuid/answered]",
)
#: GET /api/ is a redirect that nobody documented; the one to /api is meant.
JUPYTER_FINDS = (
    "valid-document[document]",
    "examples-match[document]",
    "conforms[get/api/status-code]",
    "conforms[get/api/me/response-schema]",
)
JUPYTER_SPARES = ("liveness[server]", "refs-resolve[document]", "conforms[get/api/status/answered]")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Outcomes by item of a manifest's contract, of a pytest run of its own, and what it printed."""
    for name in ("CONFIG", "DATA", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(tmp_path / name.lower()))

    def of(start, ready, contract):
        target = {"start": start, "url": "http://127.0.0.1:{port}", "ready": ready, "timeout": 90}
        manifest = {"version": 1, "package": "hub", "targets": {"api": target}, "checks": {"contract": contract}}
        (tmp_path / "letsbe.yaml").write_text(json.dumps(manifest))
        command = [
            sys.executable,
            "-m",
            "pytest",
            "--disable-plugin-autoload",
            "-p",
            "letsbe",
            "-p",
            "no:cacheprovider",
        ]
        command += ["letsbe.yaml::contract", "--letsbe-report", "report.json", "-c", os.devnull, "--rootdir", "."]
        log = tmp_path / "output.txt"
        with log.open("w") as file:
            done = subprocess.run(command, cwd=tmp_path, stdout=file, stderr=file, timeout=DEADLINE, check=False)
        output = log.read_text()
        assert done.returncode == 1, output[-3000:]
        assert "Traceback" not in output
        cases = json.loads((tmp_path / "report.json").read_text())["cases"]
        return {f"{case['invariant']}[{case['case']}]": case["outcome"] for case in cases}, output

    if not PYTHON.exists():
        sentence = f"{PYTHON} is missing: run `bash tests/real/apis/install`"
        pytest.fail(sentence) if os.environ.get("LETSBE_REAL") == "required" else pytest.skip(sentence)
    return of


def test_httpbin(run, tmp_path):
    server = [str(PYTHON), "-P", str(HERE / "httpbin_server.py")]
    described = json.loads(subprocess.run([*server, "spec"], capture_output=True, timeout=120, check=True).stdout)
    described["paths"] = {path: described["paths"][path] for path in HTTPBIN}
    (tmp_path / "httpbin.json").write_text(json.dumps(described))
    contract = {"spec": "httpbin.json", "target": "api", "phases": ["examples", "fuzzing"], "max_examples": 3}
    outcomes, output = run([*server, "{port}"], "/uuid", contract)
    wrong = {case: outcomes.get(case) for case in HTTPBIN_FINDS if outcomes.get(case) != "failed"}
    assert wrong == {}, output
    fine = {case: outcomes.get(case) for case in HTTPBIN_SPARES if outcomes.get(case) != "passed"}
    assert fine == {}, output


def test_jupyter_server(run, tmp_path):
    [described] = CACHE.glob("lib/python*/site-packages/jupyter_server/services/api/api.yaml")
    (tmp_path / "jupyter.yaml").write_text(described.read_text())
    (tmp_path / "notebooks").mkdir()
    start = [str(PYTHON), "-P", "-m", "jupyter_server", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"]
    start += ["--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={tmp_path}/notebooks"]
    start += ["--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"]
    contract = {
        "spec": "jupyter.yaml",
        "target": "api",
        "phases": ["examples", "fuzzing"],
        "max_examples": 2,
        "exclude": ["/api/kernels*", "/api/sessions*", "/api/terminals*", "/api/contents/*", "/api/config/*"],
    }
    outcomes, output = run(start, "/api", contract)
    wrong = {case: outcomes.get(case) for case in JUPYTER_FINDS if outcomes.get(case) != "failed"}
    assert wrong == {}, output
    fine = {case: outcomes.get(case) for case in JUPYTER_SPARES if outcomes.get(case) != "passed"}
    assert fine == {}, output
