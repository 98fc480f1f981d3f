"""The whole check on the real OpenClaw: what 2026.9.6 does by each entry path, and that nothing is left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

MANIFEST = """\
version: 1
package: safety-wrapper
checks:
  hooks:
    openclaw: {version}
    plugin: reference
    approvals: {{list: letsbe.approval.list, resolve: letsbe.approval.resolve}}
"""
#: What 2026.9.6 can't do with any plugin; docs/hooks.md says so.
BEYOND = {"engaged[agent-exec]", "host-fails-closed[malformed]"}
PLENTY = 900.0


@pytest.fixture
def package(tmp_path, openclaw):
    (tmp_path / "letsbe.yaml").write_text(MANIFEST.format(version=openclaw))
    (tmp_path / "pytest.toml").write_text('[pytest]\naddopts = ["-p", "letsbe"]\n')
    return tmp_path


def argv(*more):
    return [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly", "letsbe.yaml", *more]


def test_every_entry_path_is_judged_and_what_the_version_cannot_do_fails(package):
    chosen = "liveness or engaged or host-fails-closed or approval-late or left-out"
    run = subprocess.run(
        argv("-k", chosen, "--letsbe-report", "report.json"),
        cwd=package, capture_output=True, text=True, timeout=PLENTY, check=False,
    )  # fmt: skip
    cases = json.loads((package / "report.json").read_text())["cases"]
    outcomes = {f"{case['invariant']}[{case['case']}]": case["outcome"] for case in cases}
    outcomes = {name: outcome for name, outcome in outcomes.items() if outcome != "deselected"}
    assert {name for name, outcome in outcomes.items() if outcome != "passed"} == BEYOND, run.stdout
    assert len(outcomes) == 1 + 6 + 3 + 1
    assert (
        "letsbe.yaml:4: the gate isn't engaged on agent-exec: the policy denies everything and tools ran" in run.stdout
    )
    assert "the ledger says that ran: exec" in run.stdout
    assert 'returned {block: "yes", params: 7}' in run.stdout
    assert "Traceback" not in run.stdout


def test_an_interrupted_run_leaves_no_process_and_no_folder(package):
    temp = package / "temp"
    temp.mkdir()
    run = subprocess.Popen(
        argv("-k", "liveness or result-redaction"),
        cwd=package, env={**os.environ, "TMPDIR": str(temp)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await_(lambda: marked(temp))
        run.send_signal(signal.SIGINT)
        run.wait(PLENTY)
    finally:
        run.kill()
        run.wait()
    await_(lambda: not marked(temp))
    assert list(temp.glob("letsbe-*")) == []


def await_(happens):
    end = time.monotonic() + PLENTY / 4
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.1)


def marked(folder):
    """Processes whose environment names the folder as their home: OpenClaw's, and what it started."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"HOME={folder}".encode() in environ.read_bytes():
                found.append(environ.parent.name)
        except OSError:
            continue
    return found
