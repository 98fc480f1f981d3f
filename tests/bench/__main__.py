"""What the suite costs: nothing without a letsbe.yaml, and so much for ten thousand redaction samples."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 7
PYTEST = [sys.executable, "-m", "pytest", "-q", "--disable-plugin-autoload", "-p", "no:cacheprovider"]
MANIFEST = """\
version: 1
package: egress-proxy
targets:
  redactor: {%s}
checks:
  redaction: {}
"""


def cpu_and_wall(argv: list[str], cwd: Path) -> tuple[float, float]:
    """Seconds of CPU (children included) and of wall time for one command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(argv, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime), wall


def idle(folder: Path) -> None:
    """A suite of one test without a manifest, bare and with the plugin, interleaved."""
    (folder / "test_it.py").write_text("def test_it(): pass\n")
    bare, loaded = [], []
    for _ in range(ROUNDS):
        bare.append(cpu_and_wall(PYTEST, folder)[0])
        loaded.append(cpu_and_wall([*PYTEST, "-p", "letsbe"], folder)[0])
    base, ours = min(bare), min(loaded)
    print(f"idle, no letsbe.yaml      bare {base * 1000:6.0f} ms   letsbe {ours * 1000:6.0f} ms   ", end="")
    print(f"ratio {ours / base:.2f}   +{(ours - base) * 1000:.0f} ms CPU (goal < 20)")


def samples(folder: Path, label: str, target: str, *options: str, rounds: int = 1) -> None:
    """The redaction check on a stdio target, beside as many bare pytest items; the last of the rounds is measured."""
    (folder / "letsbe.yaml").write_text(MANIFEST % target)
    wall = 0.0
    for _ in range(rounds):
        _, wall = cpu_and_wall([*PYTEST, "-p", "letsbe", "--letsbe-report", "r.json", "letsbe.yaml", *options], folder)
    ran = [case for case in json.loads((folder / "r.json").read_text())["cases"] if case["outcome"] != "deselected"]
    count, items = sum(case["samples"] for case in ran), len(ran)
    (folder / "test_bare.py").write_text(
        f"import pytest\n@pytest.mark.parametrize('n', range({items}))\ndef test_it(n): pass\n"
    )
    bare = cpu_and_wall([*PYTEST, "test_bare.py"], folder)[1]
    print(f"{label:<25} {items:,} items, {count:,} samples in {wall:.1f} s   ", end="")
    print(
        f"10,000 samples: {wall * 10_000 / count:.1f} s (goal < 3)   ratio to {items:,} bare items: {wall / bare:.1f}"
    )


def main() -> None:
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        idle(folder)
        # The embedded reference decodes everything it is given; the lookup table does nothing but answer what it was
        # taught in the first round. Growth is left out: it asks for other texts each time.
        samples(folder, "redaction, reference", "reference: correct")
        lookup = f"run: [{sys.executable}, {Path(__file__).parent / 'lookup.py'}, {folder / 'taught'}], timeout: 60"
        samples(folder, "redaction, lookup", lookup, "-k", "not growth and not any-split", rounds=2)


if __name__ == "__main__":
    main()
