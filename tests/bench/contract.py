"""What the contract check costs beside Schemathesis' own command with the same phases, seed, server and checks: CPU."""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from pytest_letsbe.checks.contract.record import ALWAYS, CHECKS

ROUNDS = 1
HERE = Path(__file__).parent.parent / "contract"
MANIFEST = """\
version: 1
package: website
targets: {api: {url: "http://127.0.0.1:%d", timeout: 60}}
checks:
  contract: {spec: orders.yaml, target: api, phases: [examples, coverage, fuzzing], max_examples: 15}
"""


def cpu(argv: list[str], cwd: str) -> float:
    """Seconds of CPU of one command, the server's not among them."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def main() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, str(HERE / "orders_app.py"), str(port)])
    try:
        with tempfile.TemporaryDirectory() as folder:
            _ready(port)
            (Path(folder) / "orders.yaml").write_text((HERE / "orders.yaml").read_text())
            (Path(folder) / "schemathesis.toml").write_text('[auth.openapi.bearer]\nbearer = "orders-demo"\n')
            (Path(folder) / "letsbe.yaml").write_text(MANIFEST % port)
            checks = ",".join(CHECKS[name] for name in ALWAYS)
            theirs = [
                *(str(Path(sys.executable).with_name("schemathesis")), "run", "orders.yaml"),
                *("--url", f"http://127.0.0.1:{port}", "--continue-on-failure", "--seed", "0", "--checks", checks),
                *("--phases", "examples,coverage,fuzzing", "--max-examples", "15", "--generation-database", "none"),
            ]
            ours = [sys.executable, "-m", "pytest", "-q", "--disable-plugin-autoload", "-p", "letsbe", "letsbe.yaml"]
            pairs = [(cpu(theirs, folder), cpu(ours, folder)) for _ in range(ROUNDS)]
    finally:
        server.kill()
        server.wait()
    base, mine = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
    print(
        f"contract  schemathesis run {base:.2f} s CPU   letsbe {mine:.2f} s CPU   ratio {mine / base:.2f} (goal <= 1.15)"
    )


def _ready(port: int) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server didn't start")


if __name__ == "__main__":
    main()
