"""A started server gets its placeholders, is awaited, is watched, and ends with everything it started."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_letsbe.targets.base import Output, Refused, TargetDead
from pytest_letsbe.targets.placeholders import fill
from pytest_letsbe.targets.process import StartedServer
from pytest_letsbe.targets.started import StartedTarget

from .conftest import Marked
from .miniatures import SECRET
from .servers import answering, serving

MINIATURES = Path(__file__).with_name("server_miniatures.py")
URL = "http://127.0.0.1:{port}"
Started = Callable[..., StartedTarget]


@pytest.fixture
def started(marked: Marked, closing: Callable[[Any], Any]) -> Started:
    def make(
        behaviour: str,
        *arguments: str,
        url: str = URL,
        port: str = "{port}",
        ready: str | None = "/healthz",
        timeout: float = 20.0,
        **placeholders: str,
    ) -> StartedTarget:
        server = StartedServer(
            [sys.executable, "-S", "-E", str(MINIATURES), behaviour, port, *arguments],
            url,
            ready=ready,
            env={**marked.env, "GIVEN": "{port}"},
            timeout=timeout,
            label=behaviour,
            placeholders=placeholders,
        )
        target: StartedTarget = closing(StartedTarget(server, role="gate", timeout=timeout))
        return target

    return make


def about(target: StartedTarget) -> dict[str, Any]:
    reply = target.call("about", {})
    assert isinstance(reply, Output)
    return dict(reply.value)


def death(target: StartedTarget, op: str = "echo", timeout: float | None = None) -> TargetDead:
    with pytest.raises(TargetDead) as caught:
        target.call(op, {}, timeout=timeout)
    assert SECRET not in "\n".join([caught.value.sentence, *caught.value.evidence])
    return caught.value


@pytest.mark.parametrize("ready", ["/healthz", "healthz", None])
def test_a_server_starts_at_the_first_call(started: Started, marked: Marked, ready: str | None) -> None:
    target = started("serves", ready=ready)
    assert marked.processes() == []
    assert target.call_many("echo", [{"n": n} for n in range(20)]) == [Output({"n": n}) for n in range(20)]
    assert target.call("spend", {}) == Refused("status 404: {}")
    assert target.hello().ops is None
    assert (target.cpu_seconds() or 0) > 0


def test_placeholders_are_filled(started: Started) -> None:
    target = started("serves", "{policy}", "{{x}} {", "{dns}", policy="/tmp/p.yaml", dns="127.0.0.1:53")
    found = about(target)
    assert found["argv"] == ["/tmp/p.yaml", "{x} {", "127.0.0.1:53"]
    assert target.url == f"http://127.0.0.1:{found['env']}"


def test_braces_stay_usable() -> None:
    assert fill('{{"a": {{}}}} {port}', {"port": "1"}) == '{"a": {}} 1'


def test_the_state_folder_outlives_a_restart_and_not_the_target(started: Started, marked: Marked) -> None:
    target = started("serves", "{state}")
    before = about(target)
    state = Path(before["argv"][0])
    (state / "ledger").write_text("1")
    target.restart()
    after = about(target)
    assert after["argv"] == before["argv"]
    assert after["pid"] != before["pid"]
    assert (state / "ledger").read_text() == "1"
    target.close()
    assert not state.exists()
    assert marked.all_gone()


def test_output_never_blocks_the_server(started: Started) -> None:
    assert started("serves_and_chatters").call("echo", {}) == Output({})


def test_an_end_before_it_is_ready_shows_its_last_words(started: Started, marked: Marked) -> None:
    dead = death(started("ends_before_it_is_ready"))
    assert dead.sentence == "target ends_before_it_is_ready ended with exit code 1"
    assert dead.evidence == ("its last words:", "  the policy names no domain, key ghp_…(40)")
    assert not dead.silent
    assert marked.all_gone()


@pytest.mark.parametrize("ready", ["/healthz", None])
def test_a_server_that_never_listens_ends_at_the_deadline(started: Started, marked: Marked, ready: str | None) -> None:
    dead = death(started("never_listens", timeout=0.5, ready=ready))
    assert dead.sentence == "target never_listens wasn't ready within 0.5 s"
    assert dead.silent
    assert "refused the connection" in dead.evidence[0]
    assert "waiting for the database" in dead.evidence[-1]
    assert marked.all_gone()


def test_a_server_that_is_never_ready_ends_at_the_deadline(started: Started) -> None:
    dead = death(started("is_never_ready", timeout=0.5))
    assert "/healthz: answered 503" in dead.evidence[0]


def test_a_missing_program_is_named(closing: Callable[[Any], Any]) -> None:
    target = closing(StartedTarget(StartedServer(["nodd"], URL), role="gate"))
    assert "'nodd' is not on PATH" in death(target).sentence


def test_another_server_on_the_port_is_not_mistaken_for_ours(started: Started, marked: Marked) -> None:
    with serving(answering(200, b"{}")) as squatter:
        port = squatter.url.rpartition(":")[2]
        dead = death(started("serves", url=squatter.url, port=port))
    assert f"something else listens on {squatter.url} already" in dead.sentence
    assert marked.processes() == []


def test_an_answer_on_the_port_of_an_ended_server_is_not_its_own(started: Started) -> None:
    with serving(answering(200, b"{}")) as imposter:
        target = started("ends_before_it_is_ready", url=imposter.url, ready="/healthz")
        target.server._refuse_squatter = lambda: None  # type: ignore[method-assign]
        with pytest.raises(TargetDead, match="ended with exit code 1"):
            # Ready by the imposter's word, until our process has ended.
            deque(target.call("echo", {}) for _ in range(100_000))


def test_an_end_during_a_call_is_told_and_the_next_call_starts_afresh(started: Started) -> None:
    target = started("serves")
    first = about(target)
    assert death(target, "exit").sentence == (
        "target serves closed the connection without an answer, and ended with exit code 9"
    )
    assert about(target)["pid"] != first["pid"]


def test_an_end_between_calls_is_told(started: Started) -> None:
    target = started("serves")
    os.kill(about(target)["pid"], signal.SIGKILL)
    time.sleep(0.1)
    assert death(target).sentence == "target serves ended by SIGKILL"


def test_silence_ends_the_server(started: Started, marked: Marked) -> None:
    target = started("serves")
    target.hello()
    dead = death(target, "hang", timeout=0.3)
    assert dead.sentence == "target serves didn't answer within 0.3 s"
    assert dead.silent
    assert marked.all_gone()


def test_close_asks_before_it_insists(started: Started, tmp_path: Path) -> None:
    target = started("writes_a_farewell", str(tmp_path / "farewell"))
    target.hello()
    target.close()
    assert (tmp_path / "farewell").read_text() == "saved"


def test_close_ends_the_children_too(started: Started, marked: Marked) -> None:
    target = started("serves_with_a_child_that_ignores_signals")
    target.hello()
    assert len(marked.processes()) >= 2
    target.close()
    assert marked.all_gone()


def test_the_end_of_the_interpreter_ends_the_server(marked: Marked, tmp_path: Path) -> None:
    import subprocess

    code = (
        "import sys; from pytest_letsbe.targets.process import StartedServer\n"
        f"s = StartedServer([sys.executable, {str(MINIATURES)!r}, 'serves', '{{port}}'], {URL!r})\n"
        "s.start(); print(s.state)"
    )
    env = {**os.environ, **marked.env}
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert not Path(ran.stdout.strip()).exists()
    assert marked.all_gone()
