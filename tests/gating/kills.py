"""Whole runs of pytest on a gate that is SIGKILLed at random moments: `python -m tests.gating.kills --rounds 200`, exit 1."""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

GATE = Path(__file__).with_name("dying_gate.py")

#: Drawn from: what plays enough requests to die in, and doesn't kill the gate itself.
INVARIANTS = (
    *(
        "single-use",
        "expiry",
        "session-binding",
        "tenant-binding",
        "deny-final",
        "revocation",
        "kill-switch",
        "rate-limit",
    ),
    *("audit-complete", "idempotent-retry", "parallel-calls", "single-use-race", "default-deny", "restart-durability"),
)
#: Any two of them play more requests than that; preconditions come first.
LEAST_REQUESTS = 60
#: A run that takes longer hangs. It is far more than a busy machine needs.
DEADLINE = 240.0


@dataclass(frozen=True)
class Round:
    """One run: how the gate is reached, what is judged, and when it dies."""

    way: str
    judged: tuple[str, ...]
    after: int
    late_ms: float
    again: bool

    def __str__(self) -> str:
        when = f"{self.late_ms:g} ms after request {self.after}{', each time' if self.again else ''}"
        return f"{self.way}, {' and '.join(self.judged)}, killed {when}"


def drawn(seed: int) -> Round:
    """The same round for the same seed."""
    dice = random.Random(f"kills/{seed}")
    after = 0 if dice.random() < 0.05 else dice.randint(1, LEAST_REQUESTS)
    late = 0.0 if dice.random() < 0.3 else round(dice.expovariate(1 / 2), 3)
    way = ("stdio", "http")[seed % 2]
    return Round(way, tuple(sorted(dice.sample(INVARIANTS, 2))), after, late, dice.random() < 0.4)


def manifest(round: Round, book: Path) -> dict[str, object]:
    words = [sys.executable, str(GATE), str(book), str(round.after), str(round.late_ms), "1" if round.again else "0"]
    gate: dict[str, object] = {"env": {"LETSBE_STATE": "{state}"}, "timeout": 60}
    if round.way == "stdio":
        gate |= {"run": words}
    else:
        gate |= {"start": [*words, "{port}"], "url": "http://127.0.0.1:{port}", "ready": "/healthz"}
    checks = {"gating": {"target": "gate", "policy": "builtin"}}
    return {"version": 1, "package": "safety-wrapper", "targets": {"gate": gate}, "checks": checks}


def faults(round: Round, folder: Path) -> list[str]:
    """What is wrong with one run in the empty folder; nothing where all is well."""
    book, temporary = folder / "book", folder / "tmp"
    temporary.mkdir()
    (folder / "letsbe.yaml").write_text(json.dumps(manifest(round, book)))
    token = f"letsbe-kills-{os.getpid()}-{random.getrandbits(64):x}"
    environment = {**os.environ, "TMPDIR": str(temporary), "LETSBE_KILLS": token}
    environment.pop("LETSBE_STATE", None)
    wanted = " or ".join(("liveness", "engaged", *round.judged))
    command = [sys.executable, "-m", "pytest", "--disable-plugin-autoload", "-p", "letsbe", "-p", "no:cacheprovider"]
    command += ["-c", os.devnull, "--rootdir", str(folder), "letsbe.yaml", "-k", f"gating and ({wanted})"]
    command += ["--letsbe-report", "report.json"]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=DEADLINE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        return [f"it hung: no end within {DEADLINE:g} s", *output.splitlines()[-20:], *_sweep(token)]
    return [*_ending(process.returncode, output, folder), *_sweep(token), *_remains(book, temporary)]


def _ending(code: int, output: str, folder: Path) -> Iterator[str]:
    """The run ends as one that found something, and tells it in sentences."""
    book = (folder / "book").read_text() if (folder / "book").exists() else ""
    if "died" not in book:
        yield f"the gate was never killed, so the round proves nothing; pytest said {output.splitlines()[-1:]}"
        return
    if code != 1:
        yield f"pytest ended with {code}, not with 1 for a finding"
    yield from (f"the output holds {word!r}" for word in ("Traceback", "INTERNALERROR", 'File "') if word in output)
    report = folder / "report.json"
    cases = json.loads(report.read_text())["cases"] if report.exists() else []
    failed = [case for case in cases if case["outcome"] == "failed"]
    if not any("SIGKILL" in case["message"] for case in failed):
        told = [f"{case['id']}: {case['message'].splitlines()[0]}" for case in failed]
        yield f"no case failed with the gate's end by SIGKILL: {told or 'none failed'}"
    if code != 1 or not failed:
        yield from output.splitlines()[-20:]


def _sweep(token: str) -> Iterator[str]:
    """Processes that the run left behind, by an environment that only they inherited; they are ended."""
    for pid in _marked(token, 2.0):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        yield f"process {pid} was left behind: {command[:200]}"
        os.kill(pid, signal.SIGKILL)


def _marked(token: str, patience: float) -> list[int]:
    end = time.monotonic() + patience
    while True:
        found = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and _holds(path, token)]
        if not found or time.monotonic() > end:
            return found
        time.sleep(0.05)


def _holds(process: Path, token: str) -> bool:
    try:
        return token.encode() in (process / "environ").read_bytes()
    except OSError:
        return False


def _remains(book: Path, temporary: Path) -> Iterator[str]:
    lines = book.read_text().splitlines() if book.exists() else []
    for port in sorted({int(line.split()[1]) for line in lines if line.startswith("port ")}):
        with socket.socket() as probe:
            probe.settimeout(2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                yield f"something still listens on port {port}"
    left = sorted(path.relative_to(temporary).as_posix() for path in temporary.rglob("*"))
    if left:
        yield f"temporary files were left behind: {', '.join(left[:5])}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="seed of the first round")
    options = parser.parse_args()
    started, bad = time.monotonic(), 0
    for seed in range(options.first, options.first + options.rounds):
        round = drawn(seed)
        with tempfile.TemporaryDirectory(prefix="letsbe-kills-") as folder:
            found = faults(round, Path(folder))
        bad += bool(found)
        if found:
            print(f"round {seed} ({round}):", *found, sep="\n  ", flush=True)
    seconds = time.monotonic() - started
    print(f"{options.rounds} rounds, {bad} with a fault, {seconds:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
