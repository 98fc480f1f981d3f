"""The server: its own folder, nothing left behind, whoever ends how."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytest_letsbe.checks.migrations.server import Server
from pytest_letsbe.model import CheckFailure

STARTS = """
import sys, time
from pytest_letsbe.checks.migrations.server import Server
server = Server()
print(server.database(), flush=True)
time.sleep(600)
"""


def folder_of(url: str) -> Path:
    return Path(url.partition("host=")[2].partition(" ")[0])


def wait_until_gone(folder: Path) -> bool:
    deadline = time.monotonic() + 60
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    return not folder.exists()


def test_close_ends_it_and_removes_its_folder():
    server = Server()
    folder = folder_of(server.database())
    pid = int((folder / "data/postmaster.pid").read_text().splitlines()[0])
    assert Path(f"/proc/{pid}").exists() or sys.platform != "linux"
    server.close()
    assert not folder.exists()
    assert not Path(f"/proc/{pid}").exists()
    server.close()


def test_nothing_stays_behind_when_the_run_is_killed():
    run = subprocess.Popen([sys.executable, "-c", STARTS], stdout=subprocess.PIPE, text=True)
    try:
        folder = folder_of(run.stdout.readline())
        pid = int((folder / "data/postmaster.pid").read_text().splitlines()[0])
    finally:
        run.send_signal(signal.SIGKILL)
        run.communicate()
    assert wait_until_gone(folder)
    assert not Path(f"/proc/{pid}").exists()


def test_a_folder_without_a_server_is_told_with_the_mend(tmp_path):
    with pytest.raises(CheckFailure, match=r"no PostgreSQL server here in .*pip install 'pytest-letsbe\[migrations\]'"):
        Server(str(tmp_path)).database()
