"""smoke as a user meets it: what stands inside, what is left behind, and the sentences that mend a missing tool."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from pytest_letsbe.checks.smoke import sandbox, secrets
from pytest_letsbe.checks.smoke.check import SmokeCheck
from pytest_letsbe.checks.smoke.options import SmokeOptions
from pytest_letsbe.checks.smoke.rootfs import Entry, Rootfs, differences
from pytest_letsbe.checks.smoke.sandbox import Job, Kill, run
from pytest_letsbe.checks.smoke.shims import commands
from pytest_letsbe.model import CheckFailure, Location, Spec
from pytest_letsbe.runner import Runner


@pytest.fixture
def root():
    if shutil.which("bwrap") is None and os.environ.get("LETSBE_REAL") != "required":
        pytest.skip("bubblewrap isn't on this machine; CI installs it")
    made = Rootfs([])
    yield made
    made.close()


def inside(root: Rootfs, script: str, kill: Kill | None = None, timeout: float = 60, **env: str) -> sandbox.Run:
    return run(root, Job(Path("/usr"), ("sh", "-c", script), env, timeout), kill)


def test_only_loopback_and_fresh_folders_are_inside(root):
    ended = inside(root, "ls /home /srv; grep -c : /proc/net/dev; test -w /usr || echo kept; echo $X", X="given")
    assert ended.code == 0
    assert ended.output.split()[-3:] == [b"1", b"kept", b"given"]


def test_a_run_past_its_deadline_is_killed_with_all_it_started(root):
    ended = inside(root, "sleep 98765 & sleep 98765", timeout=2)
    assert (ended.code, ended.late) == (None, True)
    gone = time.monotonic() + 20
    while any(b"98765" in _cmdline(process) for process in Path("/proc").glob("[0-9]*")):
        assert time.monotonic() < gone, "a process of the run still lives"
        time.sleep(0.1)


def _cmdline(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def test_a_run_is_killed_just_before_a_command(root):
    ended = inside(root, "touch /srv/a; touch /srv/b; touch /srv/c", Kill(command=3))
    assert ended.code is None
    assert sorted(p.name for p in (root.tree / "srv").iterdir()) == ["a"]  # sh, touch a, and then touch b


def test_every_argument_is_noted(root):
    ended = inside(root, 'touch "/srv/a b" /srv/c')
    assert [b"touch", b"/srv/a b", b"/srv/c"] in commands(ended.arguments)


def test_the_real_environment_stays_outside(root, monkeypatch):
    monkeypatch.setenv("LETSBE_OUTSIDE", "x")
    assert b"LETSBE_OUTSIDE" not in inside(root, "env").output


def test_nothing_is_left_of_a_root(root):
    inside(root, "mkdir /srv/closed; touch /srv/closed/x; chmod 0 /srv/closed")
    root.close()
    assert not root.folder.exists()


def test_a_missing_bubblewrap_fails_with_the_line_that_installs_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    check = SmokeCheck()
    runner = Runner(check, check.cases(Spec("smoke", SmokeOptions(run=["true"]), tmp_path, Location("letsbe.yaml"))))
    try:
        ends = {case.invariant: runner.end_of(case) for case in runner.cases}
    finally:
        runner.close()
    assert ends["liveness"].outcome == "failed"
    assert "apt-get install bubblewrap" in str(ends["liveness"].error)
    assert {end.outcome for name, end in ends.items() if name != "liveness"} == {"not_evaluated"}


def test_refused_namespaces_fail_with_the_mend(tmp_path, monkeypatch, root):
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(CheckFailure, match="allow user namespaces"):
        inside(root, "true")


def test_differences_are_told_by_path():
    one = Entry(0o100600, (0, 0), "a", 1)
    old = {"etc/a": one, "etc/b": one, "etc/c": one, "etc/d": one}
    new = {
        "etc/a": Entry(0o100644, (0, 0), "a", 1), "etc/b": Entry(0o100600, (1, 1), "a", 1),
        "etc/c": Entry(0o100600, (0, 0), "b", 2), "etc/e": one,
    }  # fmt: skip
    said = differences(old, new)
    assert [line.split()[0] for line in said] == ["/etc/a", "/etc/b", "/etc/c", "/etc/d", "/etc/e"]
    assert "/etc/c" not in " ".join(differences(old, new, frozenset({"etc/c"})))


def test_a_secret_is_never_shown_whole():
    value = secrets.made_up(["TOKEN"])["TOKEN"]
    (sentence,) = secrets.shown("the output", f"x {value} y".encode(), {value.encode(): "TOKEN"})
    assert "TOKEN" in sentence
    assert value not in sentence
