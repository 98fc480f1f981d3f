"""Commands end at their deadline with all they started, and their output is kept small and masked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytest_letsbe.evidence.run import run_command
from pytest_letsbe.evidence.text import mask, one_line


def gone(pid: int) -> bool:
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_string_is_a_shell_line_and_a_list_an_argv(tmp_path: Path) -> None:
    assert run_command("echo a; echo b >&2; exit 3", cwd=tmp_path, timeout=10).code == 3
    ran = run_command(["echo", "$HOME; x"], cwd=tmp_path, timeout=10)
    assert (ran.code, ran.tail) == (0, ("$HOME; x",))


def test_a_command_ended_by_a_signal_has_a_negative_code(tmp_path: Path) -> None:
    assert run_command("kill -9 $$", cwd=tmp_path, timeout=10).code == -9


def test_a_command_that_cannot_start_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run_command(["no-such-command-here"], cwd=tmp_path, timeout=10)


def test_at_the_deadline_the_whole_group_is_ended_even_if_it_ignores_sigterm(tmp_path: Path) -> None:
    begin = time.monotonic()
    ran = run_command(
        "trap '' TERM; sh -c \"trap '' TERM; sleep 60\" & echo $! > pid; sleep 60", cwd=tmp_path, timeout=0.5
    )
    assert ran.code is None
    assert time.monotonic() - begin < 6
    assert gone(int((tmp_path / "pid").read_text()))


def test_a_process_left_behind_is_ended_and_does_not_hold_up_the_end(tmp_path: Path) -> None:
    begin = time.monotonic()
    ran = run_command("sleep 60 & echo $! > pid; echo done", cwd=tmp_path, timeout=30)
    assert (ran.code, ran.tail) == (0, ("done",))
    assert time.monotonic() - begin < 5
    assert gone(int((tmp_path / "pid").read_text()))


def test_a_daemon_that_left_the_group_with_the_pipe_does_not_hold_up_the_end(tmp_path: Path) -> None:
    script = """if True:
        import os, time
        if os.fork() == 0:
            os.setsid()
            open("pid", "w").write(str(os.getpid()))
            time.sleep(60)
        time.sleep(0.5)"""
    begin = time.monotonic()
    assert run_command([sys.executable, "-c", script], cwd=tmp_path, timeout=30).code == 0
    assert time.monotonic() - begin < 10
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)


def test_a_command_that_closes_its_output_is_still_waited_for(tmp_path: Path) -> None:
    assert run_command("exec >&- 2>&-; sleep 0.3; exit 4", cwd=tmp_path, timeout=10).code == 4


def test_ctrl_c_ends_the_group(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from pytest_letsbe.evidence.run import run_command\n"
        "run_command('echo $$ > pid; sleep 60', cwd=Path('.'), timeout=60)"
    )
    start = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n{script}"  # a job in the background ignores it
    with subprocess.Popen([sys.executable, "-c", start], cwd=tmp_path, stderr=subprocess.DEVNULL) as process:
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        process.wait(10)
    assert gone(int((tmp_path / "pid").read_text()))


def test_output_is_kept_to_its_last_forty_lines_of_at_most_300_characters(tmp_path: Path) -> None:
    code = "import sys\nfor n in range(5000): print(n)\nsys.stdout.write('é ' * 10_000_000)"
    ran = run_command([sys.executable, "-c", code], cwd=tmp_path, timeout=60)
    assert len(ran.tail) == 40
    assert ran.tail[-2] == "4999"
    assert len(ran.tail[-1]) == 300


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("token=ghp_" + "a1" * 18, "toke…<46>"),
        ("Bearer " + "Zq3" * 10, "Bearer Zq3Z…<30>"),
        ("AKIA" + "Z2Y3X4W5V6U7T8S9", "AKIA…<20>"),
        ("550e8400-e29b-41d4-a716-446655440000", "550e…<36>"),
        ("a" * 16, "aaaa…<16>"),
        ("a" * 15, "a" * 15),
        ("tests/evidence/test_run.py::test_a_thing_that_fails", "tests/evidence/test_run.py::test_a_thing_that_fails"),
        ("ModuleNotFoundError: No module", "ModuleNotFoundError: No module"),
        ("=" * 60, "=" * 60),
        ("1234-5678-9012-3456", "1234…<19>"),
    ],
)
def test_token_like_runs_are_masked_and_plain_words_are_not(text: str, shown: str) -> None:
    assert mask(text) == shown


def test_a_line_loses_its_colours_and_control_codes() -> None:
    assert one_line("\x1b[31mred\x1b[0m \x1b]0;title\x07x\x00\r\n  y\u202e") == "red x y"


def test_a_cut_never_shows_the_first_half_of_a_token() -> None:
    assert "secret" not in one_line("ab " * 1596 + "xy secret0123456789abcdef")
    assert len(one_line("word " * 5000)) == 300
