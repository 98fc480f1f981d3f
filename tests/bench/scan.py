"""Times the scanner beside ripgrep, kingfisher and detect-secrets on one tree, in one run, as ratios.

``python tests/bench/scan.py TREE`` (a git repository; node_modules of a few big packages, committed, will do).
Tools that aren't installed are left out, and said so.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pytest_letsbe.scan.hyper import hyper_available

ROUNDS = 3
SUBSET = 1500


def ours(root: Path, check: str, *, cache: bool, hyper: bool | None = None) -> tuple[float, float, dict[str, object]]:
    """Wall seconds and peak memory in MB of one scan in a fresh interpreter with one process."""
    code = (
        "import json,resource,sys,time;t=time.perf_counter();"
        "from pathlib import Path;from pytest_letsbe.scan import rows;from pytest_letsbe.scan.engine import Engine;"
        "from pytest_letsbe.scan.tree import Scope,scan;"
        f"r=scan(Engine(rows.shipped({check!r}),hyper={hyper!r}),Scope(Path({str(root)!r}),cache={cache},jobs=1));"
        "print(json.dumps([time.perf_counter()-t,resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024,"
        "len(r.findings),r.stats.as_json()]))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    seconds, memory, findings, stats = json.loads(out)
    return seconds, memory, stats | {"findings": findings}


def timed(command: list[str], cwd: Path) -> float:
    began = time.perf_counter()
    subprocess.run(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - began


def best(measure) -> float:  # type: ignore[no-untyped-def]
    return min(measure() for _ in range(ROUNDS))


def banned_words() -> list[str]:
    from pytest_letsbe.scan import rows
    from pytest_letsbe.scan.engine import Engine

    engine = Engine(rows.shipped("references"))
    return sorted({keyword for one in engine._matchers for keyword in one.keywords})


def main() -> None:
    root = Path(sys.argv[1]).resolve()
    with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as file:
        file.write("\n".join(banned_words()))
    shutil.rmtree(root / ".letsbe", ignore_errors=True)
    rows: list[tuple[str, float, str]] = []
    if rg := shutil.which("rg"):
        command = [rg, "-l", "-i", "-F", "-f", file.name, "--hidden", "--no-ignore", "-g", "!.git", "."]
        rows.append(("ripgrep, the banned keywords, all cores", best(lambda: timed(command, root)), ""))
        command.insert(1, "-j1")
        rows.append(("ripgrep, the banned keywords, one thread", best(lambda: timed(command, root)), ""))
    for check in ("references", "secrets"):
        # In turns: what else the machine does falls on all engines alike.
        engines = (False, True) if hyper_available() else (False,)
        runs = [ours(root, check, cache=False, hyper=hyper) for _ in range(ROUNDS) for hyper in engines]
        for number in range(len(engines)):
            seconds, memory, stats = min(runs[number :: len(engines)], key=lambda run: run[0])
            rows.append(
                (
                    f"letsbe {check}, {stats['engine']}, cold",
                    seconds,
                    f"{memory:.0f} MB, {stats['files']} files, {stats['bytes']} bytes, {stats['findings']} findings",
                )
            )
        ours(root, check, cache=True)
        seconds, memory, stats = min((ours(root, check, cache=True) for _ in range(ROUNDS)), key=lambda run: run[0])
        rows.append((f"letsbe {check}, warm", seconds, f"{memory:.0f} MB, {stats['cached']} from the cache"))
    tools = os.environ.get("BENCH_TOOLS", "")
    if kingfisher := shutil.which("kingfisher", path=f"{tools}:{os.environ['PATH']}"):
        command = [kingfisher, "scan", ".", "--no-validate", "--git-history", "none", "--format", "json", "--quiet"]
        rows.append(("kingfisher", best(lambda: timed(command, root)), ""))
    if detect := shutil.which("detect-secrets", path=f"{tools}:{os.environ['PATH']}"):
        listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, check=True, text=True).stdout.split(
            "\n"
        )
        some = [
            name for name in listed[:: max(1, len(listed) // SUBSET)] if name and (root / name).stat().st_size < 500_000
        ]
        with tempfile.TemporaryDirectory() as folder:
            for name in some:
                (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(root / name, Path(folder) / name)
            subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
            subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
            theirs = timed([detect, "scan", "."], Path(folder))
            mine = ours(Path(folder), "secrets", cache=False)[0]
        rows.append(
            (
                f"detect-secrets, {len(some)} files of it",
                theirs,
                f"letsbe secrets on the same: {mine:.2f} s, 1/{theirs / mine:.0f}",
            )
        )
    for what, seconds, more in rows:
        print(f"{what:<45} {seconds:8.2f} s  {more}")
    print(f"peak memory of all children: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
