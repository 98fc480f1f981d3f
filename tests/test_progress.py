"""Long work shows how far it is on a terminal, and nowhere else."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

LONG_WORK = """
import time
from pytest_letsbe.progress import Progress
with Progress("work", 3, quiet={quiet}) as progress:
    for name in ("one", "two\\x1b[31m", "three"):
        time.sleep(0.12)
        progress.step(name)
print("done")
"""


def environment(**more: str) -> dict[str, str]:
    """Of a person at a terminal."""
    kept = {k: v for k, v in os.environ.items() if k not in ("CI", "PYTEST_XDIST_WORKER")}
    return {**kept, "TERM": "xterm", "COLUMNS": "80", **more}


def on_a_terminal(
    argv: list[str], cwd: Path | None = None, *, all_of_it: bool = False, **more: str
) -> tuple[str, str, int]:
    """What reached the terminal on standard error (or ``all_of_it``), what was printed, and the exit code."""
    ours, theirs = pty.openpty()
    output = theirs if all_of_it else subprocess.PIPE
    with subprocess.Popen(argv, stdout=output, stderr=theirs, cwd=cwd, env=environment(**more)) as child:
        os.close(theirs)
        shown, until = b"", time.monotonic() + 120
        while time.monotonic() < until:
            if not select.select([ours], [], [], 1)[0]:
                continue
            try:
                more_bytes = os.read(ours, 65536)
            except OSError:  # Linux: the other side is closed
                break
            if not more_bytes:
                break
            shown += more_bytes
        printed = child.stdout.read().decode() if child.stdout else ""
        code = child.wait(60)
    os.close(ours)
    return shown.decode(), printed, code


def test_a_terminal_sees_one_line_that_is_rewritten_and_gone_at_the_end():
    shown, printed, code = on_a_terminal([sys.executable, "-c", LONG_WORK.format(quiet=False)])
    assert (printed, code) == ("done\n", 0)
    assert "work 0 of 3" in shown
    assert "work 1 of 3  one" in shown
    assert "work 3 of 3  three" in shown
    assert "\n" not in shown
    assert shown.endswith("\r\x1b[K")
    assert "\x1b[31m" not in shown  # a name can't colour the terminal


@pytest.mark.parametrize("more", [{"CI": "true"}, {"PYTEST_XDIST_WORKER": "gw0"}, {"TERM": "dumb"}])
def test_a_terminal_that_nobody_watches_sees_nothing(more):
    assert on_a_terminal([sys.executable, "-c", LONG_WORK.format(quiet=False)], **more)[0] == ""


def test_who_asks_for_quiet_gets_it():
    assert on_a_terminal([sys.executable, "-c", LONG_WORK.format(quiet=True)])[0] == ""


def test_a_pipe_sees_nothing():
    argv = [sys.executable, "-c", LONG_WORK.format(quiet=False)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60, env=environment())
    assert (done.stdout, done.stderr) == ("done\n", "")


def letsbe(*words: str) -> list[str]:
    return [sys.executable, "-m", "pytest_letsbe", *words]


def test_a_scan_shows_its_files_on_a_terminal_and_prints_the_same(tmp_path):
    for number in range(300):
        (tmp_path / f"{number}.txt").write_text("nothing to see\n")
    shown, printed, code = on_a_terminal(letsbe("scan", "."), tmp_path)
    assert re.search(r"scan: file 300 of 300", shown), shown
    assert code == 0
    quiet, same, _ = on_a_terminal(letsbe("scan", "-q", "."), tmp_path)
    assert quiet == ""
    seconds = re.compile(r"[\d.]+ m?s\b")
    assert seconds.sub("", same) == seconds.sub("", printed)


def test_a_selfcheck_shows_its_subjects_on_a_terminal():
    shown, printed, code = on_a_terminal(letsbe("selfcheck", "shellcheck"))
    assert code == 0
    assert re.search(r"selfcheck \d+ of \d+  shellcheck \w+ [\d.]+ s", shown), shown
    assert "mutants killed" in printed


SLOW_TARGET = """
import json, sys, time
for number, line in enumerate(sys.stdin):
    message = json.loads(line)
    time.sleep(3.5 * (number == 1))
    print(json.dumps({"id": message["id"], "ok": True, "output": {"text": "[gone]"}}), flush=True)
"""


def slow_package(folder: Path) -> list[str]:
    (folder / "slow.py").write_text(SLOW_TARGET)
    (folder / "letsbe.yaml").write_text(
        f"version: 1\npackage: egress-proxy\ntargets:\n  redactor: {{run: [{sys.executable}, slow.py], timeout: 20}}\n"
        "checks:\n  redaction: {}\n"
    )
    return [sys.executable, "-m", "pytest", "-p", "letsbe", "letsbe.yaml::redaction::liveness[plain-text]"]


def test_a_case_that_takes_long_is_named_behind_the_dots_and_gone_before_the_next(tmp_path):
    shown, _, code = on_a_terminal(slow_package(tmp_path), tmp_path, all_of_it=True)
    assert code in (1, 10), shown
    assert re.search(r"\x1b7\x1b\[2m  \S*redaction::liveness\S*: \d+ s, 0 of 1 done\x1b\[0m\x1b\[K\x1b8", shown), shown
    assert "\x1b[K" in shown.rpartition("\x1b8")[2]


@pytest.mark.parametrize("options", [["-q"], ["-n", "1"]])
def test_a_run_that_is_to_be_quiet_or_has_workers_names_none(tmp_path, options):
    shown, _, code = on_a_terminal([*slow_package(tmp_path), *options], tmp_path, all_of_it=True)
    assert code in (1, 10), shown
    assert "\x1b7" not in shown
