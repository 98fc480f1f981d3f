"""The gating check against decisions that nobody here wrote; docs/real-gates.md says what it finds in them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache-real"
NODE = CACHE / "npm" / "node_modules" / ".bin" / "node"
PYTHON = CACHE / "python" / "bin" / "python"
DEADLINE = 600.0


@dataclass(frozen=True)
class Real:
    """A gate, what must be installed for it, beginnings of cases that must fail, and cases that must pass."""

    name: str
    needs: Path
    finds: tuple[str, ...]
    spares: tuple[str, ...]


REAL = (
    Real(
        "shlex",
        Path(sys.executable),
        ("obfuscation-closure[substitution/dollar-paren]", "obfuscation-closure[option-abuse/find-exec]"),
        ("liveness[not-match]", "obfuscation-closure[plain/exec]", "obfuscation-closure[wrappers/sh-c]"),
    ),
    Real(
        "casbin",
        PYTHON,
        ("default-deny[deny-rule]", "policy-edit-monotone[rule-added]", "obfuscation-closure[plain/exec]"),
        ("liveness[not-match]",),
    ),
    Real(
        "cedar",
        PYTHON,
        ("malformed-input[args-types]", "obfuscation-closure[quoting/backslash]"),
        ("liveness[not-match]", "obfuscation-closure[plain/exec]"),
    ),
    Real(
        "openclaw",
        NODE,
        ("obfuscation-closure[option-abuse/sort-output]", "obfuscation-closure[git/alias]"),
        ("liveness[not-match]", "obfuscation-closure[substitution/dollar-paren]", "obfuscation-closure[chaining/pipe]"),
    ),
)


@pytest.mark.parametrize("real", REAL, ids=lambda real: real.name)
def test_a_real_gate_fails_where_a_denied_effect_happens_and_passes_where_it_does_not(real: Real, tmp_path: Path):
    if not real.needs.exists():
        sentence = f"{real.needs.relative_to(CACHE.parent)} is missing: run `bash tests/real/install`"
        pytest.fail(sentence) if os.environ.get("LETSBE_REAL") == "required" else pytest.skip(sentence)
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "pytest", "--disable-plugin-autoload", "-p", "letsbe", "-p", "no:cacheprovider"]
    command += [str(HERE / f"gate-{real.name}" / "letsbe.yaml"), "--letsbe-report", str(report)]
    command += ["-c", os.devnull, "--rootdir", str(HERE)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert done.returncode == 1, done.stdout[-3000:]
    outcomes = {f"{c['invariant']}[{c['case']}]": c["outcome"] for c in json.loads(report.read_text())["cases"]}
    assert [name for name in real.finds if outcomes.get(name) != "failed"] == []
    assert [name for name in real.spares if outcomes.get(name) != "passed"] == []
