"""The egress check against proxies that nobody here wrote; docs/real-proxies.md says what each of them leaks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "proxies"
CACHE = Path(__file__).parents[2] / ".cache-real"
DEADLINE = 400.0


@dataclass(frozen=True)
class Real:
    """A proxy, what must be installed for it, classes in which it is known to leak, and classes it gets right."""

    name: str
    needs: Path | str
    finds: tuple[str, ...]
    spares: tuple[str, ...]


REAL = (
    Real(
        "squid",
        "squid",
        ("host-consistency[sni-against-connect]", "no-header-leak[client-address]"),
        ("deny-private[dns-to-private]", "deny-unlisted[suffix-confusion]", "deny-unlisted[dns-exfiltration]"),
    ),
    Real(
        "tinyproxy",
        "tinyproxy",
        ("deny-private[dns-to-private]", "no-smuggling[length-and-chunks]", "no-header-leak[proxy-credentials]"),
        ("deny-unlisted[suffix-confusion]", "deny-unlisted[authority-nul]"),
    ),
    Real(
        "mitmproxy",
        CACHE / "mitmproxy/bin/mitmdump",
        ("no-smuggling[line-ends]",),
        ("deny-private[cname-to-internal]", "deny-unlisted[suffix-confusion]"),
    ),
    Real(
        "agent",
        CACHE / "agent/node_modules",
        ("deny-private[dns-to-private]", "deny-private[dns-to-transition]"),
        ("deny-private[ipv4-spellings]", "dns-pinning[mixed-answers]"),
    ),
)


def need(path: Path | str) -> None:
    there = path.exists() if isinstance(path, Path) else shutil.which(path, path="/usr/sbin:/usr/bin:/bin") is not None
    if not there:
        sentence = (
            f"{path} is missing: run `bash tests/real/proxies/install`, and `apt-get install squid-openssl tinyproxy`"
        )
        pytest.fail(sentence) if os.environ.get("LETSBE_REAL") == "required" else pytest.skip(sentence)


@pytest.mark.parametrize("real", REAL, ids=lambda real: real.name)
def test_a_real_proxy_fails_where_it_leaks_and_passes_where_it_does_not(real: Real, tmp_path: Path) -> None:
    need(real.needs)
    report, log = tmp_path / "report.json", tmp_path / "output.txt"
    manifest = HERE / real.name / "letsbe.yaml"
    command = [sys.executable, "-m", "pytest", "--disable-plugin-autoload", "-p", "letsbe", "-p", "no:cacheprovider"]
    command += [f"{manifest}::egress::{case}" for case in (*real.finds, *real.spares)]
    command += ["--letsbe-report", str(report), "-c", os.devnull, "--rootdir", str(HERE)]
    with log.open("w") as file:
        done = subprocess.run(command, cwd=tmp_path, stdout=file, stderr=file, timeout=DEADLINE, check=False)
    output = log.read_text()
    assert done.returncode == 1, output[-3000:]
    outcomes = {
        f"{case['invariant']}[{case['case']}]": case["outcome"]
        for case in json.loads(report.read_text())["cases"]
        if case["outcome"] != "deselected"
    }
    assert [case for case in real.finds if outcomes.get(case) != "failed"] == [], (
        f"known leaks that no case found\n{output}"
    )
    assert [case for case in real.spares if outcomes.get(case) != "passed"] == [], f"cases that it gets right\n{output}"
