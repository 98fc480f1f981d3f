"""Templates and the sandbox: what runs in it, what it leaves behind, and how it ends."""

import socket
import time
from pathlib import Path

import pytest

from pytest_letsbe.checks.gating.shell import sandbox
from pytest_letsbe.checks.gating.shell.render import PLAIN, render


@pytest.mark.parametrize("plain", sorted(PLAIN))
def test_the_plain_forms_have_the_effect(plain):
    assert sandbox.run(PLAIN[plain]).effect


@pytest.mark.parametrize(
    ("template", "rendered"),
    [
        ("cat «sentinel»", "cat letsbe-hit"),
        ("a; «plain»", "a; touch letsbe-hit"),
        ("«x*3»|", "xxx|"),
        ("echo «plain|base64»", "echo dG91Y2ggbGV0c2JlLWhpdA=="),
        ("«plain|rot13»", "gbhpu yrgfor-uvg"),
        ("${x:-$(ls)} {a,b}", "${x:-$(ls)} {a,b}"),
    ],
)
def test_holes_are_filled_and_the_rest_is_the_shells(template, rendered):
    assert render(template, "exec") == rendered


def test_a_command_without_the_effect_has_none():
    ended = sandbox.run("echo touch letsbe-hit; exit 3")
    assert (ended.effect, ended.status, ended.output) == (False, 3, "touch letsbe-hit\n")


def test_nothing_of_the_callers_environment_is_seen(monkeypatch):
    monkeypatch.setenv("LETSBE_PLANTED", "x")
    output = sandbox.run("env; echo ~; pwd; ls -A . ~").output
    assert "LETSBE_PLANTED" not in output
    assert str(Path.home()) not in output.split()


def test_an_effect_that_comes_after_the_shell_has_ended_is_seen():
    assert sandbox.run("(sleep 0.3; touch letsbe-hit) & exit 0").effect


def test_a_command_that_never_ends_is_ended_with_all_it_started():
    ended = sandbox.run("sleep 654.321 & setsid sleep 654.321 & sleep 654.321", deadline=1.0)
    assert (ended.status, ended.effect) == (None, False)
    assert "was ended at its deadline" in ended.told
    if sandbox._namespace():
        assert gone("654.321")


def gone(argument):
    for _ in range(200):  # the kernel takes a moment to end a namespace
        if argument not in "".join(command_lines()):
            return True
        time.sleep(0.05)
    return False


def command_lines():
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_text()
        except OSError:
            continue


def test_there_is_no_network_where_the_kernel_allows_it():
    if not sandbox._namespace():
        pytest.skip("this kernel gives no namespaces")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert sandbox.run(f"exec 3<> /dev/tcp/127.0.0.1/{port}").status != 0


def test_a_setup_that_fails_says_so():
    with pytest.raises(ValueError, match="the setup ended with 1, saying 'cat: nothing"):
        sandbox.run("ls", "cat nothing\necho not reached")


def test_what_is_missing_is_named():
    assert sandbox.missing(["sh", "/dev/null"]) is None
    assert sandbox.missing(["sh", "no-such-program", "/no/such/file"]) == "no-such-program"
