"""However a run ends, no process and no folder of a world stays behind, and nothing waits for ever."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytest_letsbe.checks.egress.world.link import NoWorld, World

HOLDS_A_WORLD = """
import threading, time
from pytest_letsbe.checks.egress.world.link import World
world = World()
print(world.folder, flush=True)
threading.Thread(target=lambda: world.ask("spawn", argv=["sleep", "300"]), daemon=True).start()
time.sleep(300)
"""


def gone(folder, seconds=20):
    deadline = time.monotonic() + seconds
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not folder.exists()


def test_a_world_ends_with_the_suite_even_when_that_is_killed_in_the_middle_of_an_op():
    suite = subprocess.Popen([sys.executable, "-c", HOLDS_A_WORLD], stdout=subprocess.PIPE, text=True)
    folder = Path(suite.stdout.readline().strip())
    assert folder.is_dir()
    suite.send_signal(signal.SIGKILL)
    suite.wait()
    suite.stdout.close()
    assert gone(folder)


def test_a_world_that_falls_silent_is_given_up_and_leaves_nothing():
    world = World()
    with pytest.raises(NoWorld, match=r"didn't answer within 0\.3 s"):
        world.ask("spawn", patience=0.3, argv=["sleep", "300"])
    with pytest.raises(NoWorld):
        world.ask("hello", patience=0.3)
    world.close()
    assert not world.folder.exists()


def test_a_script_that_takes_longer_than_it_may_is_ended_and_told_so():
    world = World()
    try:
        endless = [{"repeat": [10_000, [{"open": True}, {"sleep": 0.05}]]}]
        done = world.ask("run", host="127.0.0.1", port=80, scripts=[endless, endless], timeout=0.3)
        assert [run["ended"] for run in done["runs"]] == ["not done after 0.3 s"] * 2
        assert world.ask("hello")
    finally:
        world.close()


def test_an_op_that_fails_leaves_the_world_as_it_was():
    world = World()
    try:
        with pytest.raises(NoWorld, match="no step is called"):
            world.ask("run", host="127.0.0.1", port=80, scripts=[[{"snd": "x"}]])
        assert world.ask("hello")
    finally:
        world.close()


MANIFEST = """version: 1
package: egress-proxy
targets: {proxy: {reference: correct}}
checks:
  egress: {target: proxy, require_tier: 2}
"""


def letsbe(folder, prefix, *more):
    argv = [
        *prefix,
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "letsbe",
        "-p",
        "no:cacheprovider",
        "-q",
        "-k",
        "liveness and absolute",
        *more,
    ]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


def test_where_no_network_can_be_made_a_required_tier_fails_with_the_reason(tmp_path):
    (tmp_path / "letsbe.yaml").write_text(MANIFEST)
    forbid = ["unshare", "-Ur", "sh", "-c", 'echo 0 > /proc/sys/user/max_net_namespaces && exec "$@"', "sh"]
    done = letsbe(tmp_path, forbid)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "`require_tier: 2` asks for one" in done.stdout
    assert "unshare: No space left on device" in done.stdout


def test_a_run_needs_no_network_but_its_own(tmp_path):
    """In a namespace without any route and with its loopback down, whatever is dialled outside a world fails."""
    (tmp_path / "letsbe.yaml").write_text(MANIFEST)
    alone = ["unshare", "-n"] if os.getuid() == 0 else ["unshare", "-Urn"]
    done = letsbe(tmp_path, alone)
    assert "2 passed" in done.stdout, done.stdout + done.stderr
