"""Whatever fails, and however verbosely pytest tells it, no synthesised secret stands in any output of ours."""

import base64
import subprocess
import sys
from pathlib import Path

from pytest_letsbe.checks.redaction.corpus import named
from pytest_letsbe.checks.redaction.invariants.registered import _values
from pytest_letsbe.checks.redaction.synth import synthesise

ECHO = """\
class Echo:
    def redact(self, text=None, base64=None, secrets=(), tenant=None, media_type=None):
        return {"base64": base64} if text is None else {"text": text}

    def redact_chunks(self, chunks, secrets=(), tenant=None, media_type=None):
        return {"chunks": chunks}
"""

SELECTED = [
    *("-k", "json-field or repeated or adjacent or composed or chunk or malformed or tenant or (registered and plain)"),
    *("--letsbe-report", "report.json", "--junit-xml", "junit.xml"),
]


def test_an_echoing_redactor_fails_and_not_one_secret_is_repeated(tmp_path):
    (tmp_path / "echo.py").write_text(ECHO)
    (tmp_path / "letsbe.yaml").write_text(
        'version: 1\npackage: egress-proxy\ntargets: {redactor: {python: "echo:Echo"}}\nchecks: {redaction: {}}\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "letsbe", "-vv", "-l", "--tb=long", "-rA", "-p", "no:randomly", *SELECTED],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout[-3000:]
    outputs = {"stdout": done.stdout, "stderr": done.stderr}
    outputs |= {
        p.name: p.read_text(errors="replace") for p in tmp_path.rglob("*") if p.is_file() and p.suffix != ".pyc"
    }
    assert "report.json" in outputs
    assert "junit.xml" in outputs
    whole = "\n".join(text for name, text in outputs.items() if Path(name).suffix != ".py")
    assert "survived redaction" in whole
    said = [what for what, value in secrets() if value in whole]
    assert said == []


def secrets():
    """Every synthesised value of the pr profile, plain and in base64, long enough not to stand there by chance."""
    values = [(kind.id, synthesise(kind, seed).value) for kind in named(["secrets", "pii"]).kinds for seed in range(3)]
    values += [(name, value) for seed in range(2) for name, value in _values(seed).items()]
    for what, value in values:
        if len(value) >= 8:
            yield what, value
            yield f"{what} in base64", base64.b64encode(value.encode()).decode()
