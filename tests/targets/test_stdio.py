"""A stdio target answers, or says in a sentence why it is dead; it never hangs, leaks or leaves a process."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_letsbe.targets.base import Output, Refused, TargetDead, Unsupported
from pytest_letsbe.targets.stdio import StdioTarget

from .conftest import Marked
from .miniatures import SECRET

Miniature = Callable[..., StdioTarget]

#: Far beyond any deadline here, for a machine that is busy: only a hang takes longer.
HANG = 30.0


def death(target: StdioTarget, count: int = 1, timeout: float | None = None) -> TargetDead:
    start = time.monotonic()
    with pytest.raises(TargetDead) as caught:
        target.call_many("redact", [{"text": str(n)} for n in range(count)], timeout=timeout)
    assert time.monotonic() - start < HANG
    text = "\n".join([caught.value.sentence, *caught.value.evidence])
    assert SECRET not in text
    assert "R4nd0mR4nd0m" not in text
    assert "\n" not in caught.value.sentence
    return caught.value


def memory(field: str) -> int:
    """Kilobytes that this process holds now (VmRSS), or held at most (VmHWM)."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field)]
    return int(line.split()[1])


# What works


def test_hello_tells_name_version_and_ops(miniature: Miniature) -> None:
    hello = miniature("answers").hello()
    assert (hello.name, hello.version, hello.ops) == ("miniature", "1.0", frozenset({"redact"}))


def test_a_hello_may_leave_out_what_it_does_not_know(miniature: Miniature) -> None:
    hello = miniature("greets_with_an_empty_hello").hello()
    assert (hello.name, hello.version, hello.ops) == ("greets_with_an_empty_hello", "?", None)


def test_nothing_starts_before_the_first_call(miniature: Miniature, marked: Marked) -> None:
    target = miniature("answers")
    assert target.cpu_seconds() == 0
    assert marked.processes() == []
    target.hello()
    assert len(marked.processes()) == 1


def test_replies_come_in_the_order_of_the_inputs(miniature: Miniature) -> None:
    inputs = [{"n": n} for n in range(100)]
    replies = miniature("answers_out_of_order").call_many("redact", inputs, window=4)
    assert replies == [Output(each) for each in inputs]


def test_every_kind_of_reply_is_told_apart(miniature: Miniature) -> None:
    replies = miniature("answers_with_every_kind_of_reply").call_many("redact", [{"n": n} for n in range(3)])
    assert replies == [Output({"n": 0}), Unsupported("not that shape"), Refused("no such session")]


@pytest.mark.parametrize("text", ["\ud800 lone", "\u2028\r\n\x00", "𝒳 é", "\\ud800", "\x7f\ufeff"])
def test_any_text_survives_the_trip(miniature: Miniature, text: str) -> None:
    assert miniature("answers").call("redact", {"text": text}) == Output({"text": text})


def test_no_inputs_need_no_replies(miniature: Miniature) -> None:
    assert miniature("answers").call_many("redact", []) == []


def test_long_inputs_and_replies_do_not_deadlock(miniature: Miniature) -> None:
    inputs = [{"text": "x" * 300_000, "n": n} for n in range(40)]
    assert miniature("answers").call_many("redact", inputs, window=40) == [Output(each) for each in inputs]


def test_a_full_stderr_does_not_deadlock(miniature: Miniature) -> None:
    target = miniature("answers_and_chatters_on_stderr")
    assert len(target.call_many("redact", [{"n": n} for n in range(20)])) == 20


def test_ten_thousand_small_requests_are_no_matter(miniature: Miniature) -> None:
    inputs = [{"n": n} for n in range(10_000)]
    assert len(miniature("answers").call_many("redact", inputs)) == 10_000


def test_a_reply_of_the_greatest_length_passes(miniature: Miniature) -> None:
    text = "x" * (31 * 2**20)
    reply = miniature("answers", timeout=HANG).call("redact", {"text": text})
    assert reply == Output({"text": text})


def test_an_input_that_is_not_json_leaves_no_request_open(miniature: Miniature) -> None:
    target = miniature("answers")
    with pytest.raises(TypeError):
        target.call_many("redact", [{"n": 1}, {"n": object()}])
    assert target.call("redact", {"n": 2}) == Output({"n": 2})


def test_cpu_time_of_ended_children_counts(miniature: Miniature) -> None:
    target = miniature("computes_in_a_child")
    target.hello()
    before = target.cpu_seconds()
    target.call("redact", {}, timeout=HANG)
    after = target.cpu_seconds()
    assert before is not None
    assert after is not None
    assert after - before > 0.03


# Those that can't start


def test_a_missing_program_is_named(closing: Callable[..., StdioTarget], tmp_path: Path) -> None:
    assert death(closing(StdioTarget(["nodd", "x.js"], role="redactor", cwd=tmp_path))).sentence == (
        "target nodd x.js can't start: 'nodd' is not on PATH; install it, or name it with its folder (./nodd)"
    )


def test_a_missing_file_is_named(closing: Callable[..., StdioTarget], tmp_path: Path) -> None:
    sentence = death(closing(StdioTarget(["./x.sh"], role="redactor", cwd=tmp_path))).sentence
    assert "there is no file './x.sh' in" in sentence
    assert "build it first" in sentence


def test_a_file_that_is_not_executable_is_mended_by_chmod(closing: Callable[..., StdioTarget], tmp_path: Path) -> None:
    (tmp_path / "x.sh").write_text("#!/bin/sh\n")
    assert death(closing(StdioTarget(["./x.sh"], role="redactor", cwd=tmp_path))).sentence == (
        "target ./x.sh can't start: './x.sh' is not executable; run `chmod +x ./x.sh`"
    )


def test_a_missing_interpreter_is_told(closing: Callable[..., StdioTarget], tmp_path: Path) -> None:
    (tmp_path / "x.sh").write_text("#!/no/such/shell\n")
    (tmp_path / "x.sh").chmod(0o755)
    sentence = death(closing(StdioTarget(["./x.sh"], role="redactor", cwd=tmp_path))).sentence
    assert "the interpreter that the first line of './x.sh' names doesn't exist" in sentence


def test_a_file_without_a_first_line_is_no_program(closing: Callable[..., StdioTarget], tmp_path: Path) -> None:
    (tmp_path / "x").write_text("hello\n")
    (tmp_path / "x").chmod(0o755)
    assert "needs a first line" in death(closing(StdioTarget(["./x"], role="redactor", cwd=tmp_path))).sentence


def test_a_missing_working_folder_is_named(closing: Callable[..., StdioTarget], tmp_path: Path) -> None:
    sentence = death(closing(StdioTarget(["sh"], role="redactor", cwd=tmp_path / "gone"))).sentence
    assert "working folder" in sentence
    assert "mend `cwd`" in sentence


# Those that end, break the protocol, are silent or flood

ENDS = {
    "ends_without_a_word": "ended with exit code 3",
    "ends_at_once": "ended with exit code 1",
    "ends_in_the_midst_of_a_line": "ended with exit code 0",
    "is_killed_by_a_segfault": "ended by SIGSEGV",
    "ends_while_its_child_holds_stdout": "ended with exit code 4",
    "closes_stdout_and_lives": "closed its stdout and didn't end",
}
BREAKS = {
    "prints_a_log_line": "sent what is not JSON",
    "sends_bytes_that_are_not_utf8": "sent bytes that are not UTF-8",
    "nests_too_deeply": "sent JSON that is nested too deeply",
    "answers_what_was_never_asked": "which was never sent",
    "floods_with_empty_lines": "sent what is not JSON",
    "floods_with_answers_to_nothing": "which was never sent",
    "floods_without_a_newline": "sent more than 32 MB without a newline",
    "greets_with_wrong_types": "answered hello with `ops` that is not a list of strings",
    "refuses_the_hello": "can't serve as redactor: I am a gate",
}
SILENT = [
    "answers_nothing",
    "answers_no_hello",
    "answers_nothing_and_has_a_child",
    "answers_nothing_and_ignores_signals",
    "drips_a_line_that_never_ends",
    "babbles_on_stderr",
]


@pytest.mark.parametrize(("behaviour", "words"), [*ENDS.items(), *BREAKS.items()])
def test_a_death_is_told_in_one_sentence(miniature: Miniature, marked: Marked, behaviour: str, words: str) -> None:
    dead = death(miniature(behaviour))
    assert dead.sentence.startswith(f"target {behaviour} ")
    assert words in dead.sentence
    assert not dead.silent
    assert marked.all_gone()


@pytest.mark.parametrize("behaviour", SILENT)
def test_silence_ends_at_the_deadline(miniature: Miniature, marked: Marked, behaviour: str) -> None:
    dead = death(miniature(behaviour, timeout=0.3))
    assert dead.sentence == f"target {behaviour} didn't answer within 0.3 s"
    assert dead.silent
    assert marked.all_gone()


def test_a_call_may_have_a_deadline_of_its_own(miniature: Miniature) -> None:
    assert "within 0.3 s" in death(miniature("answers_nothing", timeout=60), timeout=0.3).sentence


def test_a_target_that_reads_nothing_is_silent(miniature: Miniature) -> None:
    target = miniature("reads_nothing_more", timeout=0.3)
    with pytest.raises(TargetDead, match=r"didn't answer within 0.3 s"):
        target.call_many("redact", [{"text": "x" * 500_000}] * 64)


MALFORMED = {
    "[]": "JSON that is not an object",
    '{"output": {}}': "without an integer `id`",
    '{"id": true, "output": {}}': "without an integer `id`",
    '{"id": 1.0, "output": {}}': "without an integer `id`",
    '{"id": "ID", "output": {}}': "without an integer `id`",
    '{"id": ID}': "holds none",
    '{"id": ID, "result": {}}': "holds none",
    '{"id": ID, "output": {}, "error": "x"}': "holds `output` and `error`",
    '{"id": ID, "output": []}': "`output` is not an object",
    '{"id": ID, "output": null}': "`output` is not an object",
    '{"id": ID, "error": {"code": 1}}': "`error` is not a string",
    '{"id": ID, "unsupported": true}': "`unsupported` is not a string",
    '{"id": ID, "output": {"n": NaN}}': "not JSON",
    '{"id": ID, "output": {}} {}': "not JSON",
    '{"id": ID, "output": {"n": ' + "9" * 5000 + "}}": "not JSON",
    '{"id": -1, "output": {}}': "answered request -1, which was never sent",
    '{"id": 0, "output": {}}': "answered request 0 twice",
}


@pytest.mark.parametrize(("text", "words"), MALFORMED.items(), ids=range(len(MALFORMED)))
def test_a_malformed_reply_is_a_death(miniature: Miniature, text: str, words: str) -> None:
    dead = death(miniature("answers_raw", json.dumps(text)))
    assert words in dead.sentence


def test_a_reply_may_hold_more_than_we_know(miniature: Miniature) -> None:
    target = miniature("answers_with", json.dumps({"id": "ID", "output": {"a": 1}, "took_ms": 3}))
    assert target.call("redact", {}) == Output({"a": 1})


def test_a_second_answer_is_found_in_the_same_batch(miniature: Miniature) -> None:
    assert "answered request 1 twice" in death(miniature("answers_twice"), count=3).sentence


def test_a_second_answer_is_found_by_the_next_call(miniature: Miniature) -> None:
    target = miniature("answers_twice")
    target.hello()
    with pytest.raises(TargetDead, match="answered request 1 twice"):
        deque(target.call("redact", {"n": n}) for n in range(3))


def test_an_end_between_calls_is_found_by_the_next(miniature: Miniature) -> None:
    target = miniature("ends_after_an_answer")
    assert target.call("redact", {}) == Output({})
    assert "ended with exit code 0" in death(target).sentence


def test_a_closed_stdin_is_found_without_waiting_for_the_deadline(miniature: Miniature) -> None:
    target = miniature("closes_stdin_and_lives", timeout=HANG)
    assert target.call("redact", {}) == Output({})
    assert "closed its stdin and didn't end" in death(target).sentence


def test_the_last_words_are_shown_and_masked(miniature: Miniature) -> None:
    evidence = "\n".join(death(miniature("ends_at_once")).evidence)
    assert "config.json is missing; token was ghp_…(40)" in evidence


def test_a_bad_line_is_shown_in_part(miniature: Miniature) -> None:
    evidence = death(miniature("prints_a_log_line")).evidence
    assert evidence[0] == "it begins 'INFO loaded key ghp_R4nd' (71 bytes)"


def test_the_last_words_are_few_however_much_is_said(miniature: Miniature) -> None:
    dead = death(miniature("babbles_on_stderr", timeout=0.3))
    assert len(dead.evidence) < 25
    assert all(len(line) < 250 for line in dead.evidence)


def test_a_flood_takes_little_memory(miniature: Miniature) -> None:
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    death(miniature("floods_without_a_newline", timeout=HANG))
    death(miniature("babbles_on_stderr", timeout=0.3))
    assert memory("VmHWM") - before < 100 * 1024


# After a death, and at the end


def test_the_next_call_starts_afresh(miniature: Miniature) -> None:
    target = miniature("answers_only_its_pid")
    first = target.call("redact", {})
    assert isinstance(first, Output)
    os.kill(first.value["pid"], signal.SIGKILL)
    assert "ended by SIGKILL" in death(target).sentence
    second = target.call("redact", {})
    assert isinstance(second, Output)
    assert second.value["pid"] != first.value["pid"]


def test_a_kill_at_any_moment_is_a_death_and_never_a_hang(miniature: Miniature, marked: Marked) -> None:
    target = miniature("answers_only_its_pid")
    for _ in range(20):
        first = target.call("redact", {})
        assert isinstance(first, Output)
        killer = threading.Timer(random.uniform(0, 0.03), os.kill, (first.value["pid"], signal.SIGKILL))
        killer.start()
        with pytest.raises(TargetDead, match="ended by SIGKILL"):
            target.call_many("redact", [{}] * 100_000)
        killer.join()
        assert marked.all_gone()


def test_close_ends_everything_and_may_be_repeated(miniature: Miniature, marked: Marked) -> None:
    target = miniature("answers")
    target.hello()
    target.close()
    assert marked.all_gone()
    target.close()
    assert target.call("redact", {"n": 1}) == Output({"n": 1})


def test_a_target_that_is_forgotten_is_ended(marked: Marked, miniature: Miniature) -> None:
    import gc

    fresh = StdioTarget(miniature("answers")._argv, role="redactor", env=marked.env)
    fresh.hello()
    assert marked.processes()
    del fresh
    gc.collect()
    assert marked.all_gone()
