"""What the README and the docs show works as it stands there."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language, containing):
    """The fenced block of a language that contains a text."""
    blocks = re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)
    return next(text for text in blocks if containing in text)


def judged(folder, target, *, keyword):
    """Outcomes by invariant of a run over a target written from the README alone."""
    (folder / "letsbe.yaml").write_text(
        f"version: 1\npackage: egress-proxy\ntargets:\n  redactor: {{{target}}}\nchecks:\n  redaction: {{}}\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "letsbe", "-q", "-k", keyword, "--letsbe-report", "r.json"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stdout + done.stderr
    cases = json.loads((folder / "r.json").read_text())["cases"]
    return {case["id"].partition("::")[2]: case["outcome"] for case in cases if case["outcome"] != "deselected"}


PLAIN_CASES = "liveness or (no-leak and github-pat and plain and json-field)"


def test_the_python_function_is_a_target(tmp_path):
    (tmp_path / "mypackage").mkdir()
    (tmp_path / "mypackage" / "redact.py").write_text(block("python", "hunter2"))
    outcomes = judged(tmp_path, 'python: "mypackage.redact:redact"', keyword=PLAIN_CASES)
    assert outcomes["redaction::liveness[plain-text]"] == "passed"
    assert outcomes["redaction::no-leak[github-pat/json-field/plain]"] == "failed"


def test_the_node_script_is_a_target(tmp_path):
    (tmp_path / "letsbe").mkdir()
    (tmp_path / "dist").mkdir()
    (tmp_path / "letsbe" / "redactor.mjs").write_text(block("js", "readline"))
    (tmp_path / "dist" / "package.json").write_text('{"type": "module"}')
    (tmp_path / "dist" / "redact.js").write_text(
        'export const redact = (text) => text.replace(/gh[pousr]_[A-Za-z0-9]{36}/g, "[REDACTED]");\n'
    )
    keyword = PLAIN_CASES + " or (registered-secrets and uuid and prose and plain) or (malformed-input and latin)"
    outcomes = judged(tmp_path, "run: [node, letsbe/redactor.mjs]", keyword=keyword)
    assert outcomes["redaction::liveness[plain-text]"] == "passed"
    assert outcomes["redaction::no-leak[github-pat/json-field/plain]"] == "passed"
    assert outcomes["redaction::registered-secrets[uuid/prose/plain]"] == "not_evaluated"
    assert outcomes["redaction::malformed-input[latin-1]"] == "not_evaluated"


def test_the_jq_script_is_a_target(tmp_path):
    if shutil.which("jq") is None and os.environ.get("LETSBE_REAL") != "required":
        pytest.skip("jq isn't on this machine; CI installs it")
    (tmp_path / "letsbe").mkdir()
    (tmp_path / "letsbe" / "redactor.sh").write_text(block("bash", "jq --unbuffered"))
    outcomes = judged(tmp_path, "run: [bash, letsbe/redactor.sh]", keyword=PLAIN_CASES)
    assert outcomes["redaction::liveness[plain-text]"] == "passed"
    assert outcomes["redaction::no-leak[github-pat/json-field/plain]"] == "passed"


def test_the_corpus_of_the_readme_adds_its_cases(tmp_path):
    (tmp_path / "tests" / "letsbe").mkdir(parents=True)
    (tmp_path / "tests" / "letsbe" / "acme.yaml").write_text(block("yaml", "acme-token"))
    (tmp_path / "mine.py").write_text("def redact(text): return text")
    (tmp_path / "letsbe.yaml").write_text(
        'version: 1\npackage: egress-proxy\ntargets: {redactor: {python: "mine:redact"}}\n'
        "checks:\n  redaction: {corpus: [pii], extra: [tests/letsbe/*.yaml]}\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "letsbe", "-q", "-k", "acme"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert "tests/letsbe/acme.yaml:5: acme-token survived redaction" in done.stdout
    assert "benign-preserved[acme-order]" not in done.stdout


def test_the_manifest_of_the_opening_is_valid(tmp_path):
    (tmp_path / "letsbe.yaml").write_text(block("yaml", "redactor.mjs"))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "letsbe", "-q", "--co", "-k", "liveness"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([\w./-]+\.md)", README))))
def test_links_lead_somewhere(link):
    assert (ROOT / link).exists()
