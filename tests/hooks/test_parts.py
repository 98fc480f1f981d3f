"""The parts of the check that need no OpenClaw: cases, the scripted model, the ledger, the search at rest, the policies."""

import base64
import json
import sqlite3
import sys
import time
import urllib.request

import msgspec
import pytest

from pytest_letsbe.checks.hooks.check import HooksCheck
from pytest_letsbe.checks.hooks.fake_model import FakeModel, Script, ToolCall
from pytest_letsbe.checks.hooks.home import Home
from pytest_letsbe.checks.hooks.invariants.approvals import near
from pytest_letsbe.checks.hooks.once import run_once
from pytest_letsbe.checks.hooks.options import HooksOptions
from pytest_letsbe.checks.hooks.policies import policy
from pytest_letsbe.checks.hooks.secret import Carried
from pytest_letsbe.checks.hooks.sentinel import Ledger
from pytest_letsbe.checks.hooks.store import look_for
from pytest_letsbe.model import Location, Spec, UsageError


def options(**more):
    return msgspec.convert({"openclaw": "2026.9.6", "plugin": "reference", **more}, HooksOptions)


def cases(tmp_path, **more):
    return [
        f"{case.invariant}[{case.name}]"
        for case in HooksCheck().cases(Spec("hooks", options(**more), tmp_path, Location("letsbe.yaml")))
    ]


def test_liveness_comes_first_and_the_restart_last(tmp_path):
    names = cases(tmp_path)
    assert names[0] == "liveness[allow-all]"
    assert names[-1] == "restart-pending[crash]"
    assert "engaged[agent-exec]" in names


def test_what_is_left_out_is_judged_as_left_out(tmp_path):
    names = cases(tmp_path, leave_out={"agent-exec": "no hook there", "malformed": "taken for no decision"})
    assert "engaged[agent-exec]" not in names
    assert {"left-out[agent-exec]", "left-out[malformed]"} <= set(names)
    assert "host-fails-closed[malformed]" not in names


@pytest.mark.parametrize(
    "wrong", [{"entries": ["gatway"]}, {"openclaw": "latest"}, {"entries": []}, {"leave_out": {"cron": "why"}}]
)
def test_a_mistaken_option_is_refused(wrong):
    with pytest.raises(msgspec.ValidationError):
        options(**wrong)


def test_a_folder_without_a_plugin_manifest_is_a_mistake_in_the_manifest(tmp_path):
    with pytest.raises(UsageError, match=r"letsbe.yaml:4: plugin .* has no readable openclaw.plugin.json"):
        Home(tmp_path, tmp_path / "dist").write(options(), "http://127.0.0.1:1", Location("letsbe.yaml", 4))


def chat(model, *messages):
    body = json.dumps({"model": "scripted", "messages": list(messages), "stream": True}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{model.url}/chat/completions", body)) as answer:
        lines = [line.removeprefix("data: ") for line in answer.read().decode().split("\n\n") if line]
    assert lines.pop() == "[DONE]"
    return [json.loads(line) for line in lines]


def asked(chunks):
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    return [call["function"]["name"] for delta in deltas for call in delta.get("tool_calls", [])]


def test_the_model_plays_its_script_turn_by_turn_and_keeps_what_it_was_sent():
    script = Script([[ToolCall("exec", {"command": "true"}), ToolCall("read", {})], [ToolCall("write", {})]])
    said = {"role": "assistant", "tool_calls": [{}]}
    model = FakeModel()
    try:
        model.load(script)
        user = {"role": "user", "content": [{"type": "text", "text": f"play {script.prompt}"}]}
        assert asked(chat(model, user)) == ["exec", "read"]
        assert asked(chat(model, user, said)) == ["write"]
        assert asked(chat(model, user, said, said)) == []
        assert asked(chat(model, {"role": "user", "content": "hello"})) == []
        assert len(model.requests(script)) == 3
    finally:
        model.close()


def test_the_ledger_counts_what_ran_and_not_what_was_said(tmp_path):
    ledger = Ledger(tmp_path / "a ledger's file")
    effect, other = ledger.exec(), ledger.exec(first="true", last="exit 3")
    said, code = run_once(["bash", "-c", effect.call.args["command"]], tmp_path, {}, 30.0)
    assert (said, code) == ("", 0)
    assert run_once(["bash", "-c", other.call.args["command"]], tmp_path, {}, 30.0)[1] == 3
    assert ledger.ran([effect, other]) == [effect, other]
    assert ledger.stays_clean([ledger.tool()], 0.0) == []


def test_a_command_that_does_not_end_is_ended(tmp_path):
    began = time.monotonic()
    said, code = run_once([sys.executable, "-uc", "import time; print('here'); time.sleep(600)"], tmp_path, {}, 3.0)
    assert code is None
    assert said == "here\n"
    assert time.monotonic() - began < 300


def test_a_secret_is_found_in_a_cell_of_a_database_and_in_a_log(tmp_path):
    core = Carried().secrets[0].cores[0]
    database = sqlite3.connect(tmp_path / "state.sqlite")
    database.execute("create table events (id integer, body text)")
    database.execute("insert into events values (1, ?)", ("x" * 20000 + core,))
    database.commit()
    (tmp_path / "log.jsonl").write_text(base64.b64encode(b"ab" + core.encode()).decode())
    (tmp_path / "clean").write_text("nothing here")
    places = {one.place for one in look_for([core], tmp_path)}
    database.close()
    assert places == {"state.sqlite:events.body", "log.jsonl"}


def test_a_policy_says_the_same_on_every_level():
    rendered = json.loads(policy("ask", 2.0))
    assert {tuple(row) for row in rendered["matrix"].values()} == {("allow", "ask")}
    assert rendered["approval"]["ttl_s"] == 2.0


def test_no_near_miss_is_the_id_itself():
    for known in ("plugin:0a1b2c3d-1111", "ABC", "x"):
        assert known not in near(known).values()
        assert len(near(known)) >= 4
