"""Tiny targets, each with one way to behave: `python miniatures.py answers_twice`. Importing it runs nothing."""

from __future__ import annotations

import json
import os
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:  # a start of 25 ms instead of 40, sixty times
    from collections.abc import Iterator
    from typing import Any

#: A made-up credential that no finding may show.
SECRET = "ghp_" + "R4nd0m" * 6


def requests() -> Iterator[dict[str, Any]]:
    """Answer the hello, then hand over every other request."""
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if request["op"] == "hello":
            reply(request, {"name": "miniature", "version": "1.0", "ops": ["redact"]})
        else:
            yield request


def reply(request: dict[str, Any], output: Any) -> None:
    send({"id": request["id"], "output": output})


def send(message: Any) -> None:
    raw(json.dumps(message).encode() + b"\n")


def raw(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


def forever() -> None:
    while True:
        time.sleep(60)


# Correct ones


def answers() -> None:
    for request in requests():
        reply(request, request["input"])


def answers_out_of_order() -> None:
    held: list[dict[str, Any]] = []
    for request in requests():
        held.append(request)
        if len(held) == 4:
            for each in reversed(held):
                reply(each, each["input"])
            held.clear()


def answers_with_every_kind_of_reply() -> None:
    for request in requests():
        match request["input"]["n"] % 3:
            case 0:
                reply(request, {"n": request["input"]["n"]})
            case 1:
                send({"id": request["id"], "unsupported": "not that shape"})
            case _:
                send({"id": request["id"], "error": "no such session"})


def answers_and_chatters_on_stderr() -> None:
    for request in requests():
        os.write(2, b"chatter " * 30_000)
        reply(request, request["input"])


def answers_only_its_pid() -> None:
    for request in requests():
        reply(request, {"pid": os.getpid()})


def computes_in_a_child() -> None:
    for request in requests():
        os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-S", "-c", "sum(range(6_000_000))")
        reply(request, {})


def greets_with_an_empty_hello() -> None:
    for line in sys.stdin.buffer:
        reply(json.loads(line), {})


# Those that end


def ends_without_a_word() -> None:
    next(requests())
    sys.exit(3)


def ends_at_once() -> None:
    sys.exit("config.json is missing; token was " + SECRET)


def ends_in_the_midst_of_a_line() -> None:
    request = next(requests())
    raw(json.dumps({"id": request["id"], "output": {}}).encode()[:-3])


def is_killed_by_a_segfault() -> None:
    next(requests())
    os.kill(os.getpid(), signal.SIGSEGV)


def ends_while_its_child_holds_stdout() -> None:
    next(requests())
    os.spawnlp(os.P_NOWAIT, "sleep", "sleep", "60")
    os._exit(4)


def ends_after_an_answer() -> None:
    reply(next(requests()), {})


def closes_stdout_and_lives() -> None:
    next(requests())
    os.close(1)
    forever()


def closes_stdin_and_lives() -> None:
    request = next(requests())
    os.close(0)
    reply(request, {})
    forever()


# Those that are silent


def answers_nothing() -> None:
    next(requests())
    forever()


def answers_no_hello() -> None:
    forever()


def answers_nothing_and_has_a_child() -> None:
    next(requests())
    os.spawnlp(os.P_NOWAIT, "sh", "sh", "-c", "set -m; sleep 60 & sleep 60")
    forever()


def answers_nothing_and_ignores_signals() -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    next(requests())
    forever()


def drips_a_line_that_never_ends() -> None:
    next(requests())
    while True:
        raw(b" ")
        time.sleep(0.02)


def babbles_on_stderr() -> None:
    next(requests())
    while True:
        os.write(2, b"working on it " + SECRET.encode() + b"\n" + b"." * 4096)


def reads_nothing_more() -> None:
    next(requests())
    forever()


# Those that flood


def floods_without_a_newline() -> None:
    next(requests())
    block = b"x" * (1 << 20)
    for _ in range(1024):
        raw(block)
    forever()


def floods_with_empty_lines() -> None:
    next(requests())
    while True:
        raw(b"\n" * 65536)


def floods_with_answers_to_nothing() -> None:
    request = next(requests())
    number = request["id"]
    while True:
        number += 1
        send({"id": number, "output": {}})


# Those that break the protocol


def prints_a_log_line() -> None:
    request = next(requests())
    raw(b"INFO loaded key " + SECRET.encode() + b" from the vault\n")
    reply(request, {})


def sends_bytes_that_are_not_utf8() -> None:
    next(requests())
    raw(b'{"id": 1, "output": {"text": "\xff\xfe"}}\n')


def answers_with(message: Any) -> None:
    request = next(requests())
    send({key: request["id"] if value == "ID" else value for key, value in message.items()})
    forever()


def answers_raw(text: str) -> None:
    request = next(requests())
    raw(text.replace("ID", str(request["id"])).encode() + b"\n")
    forever()


def answers_twice() -> None:
    for request in requests():
        reply(request, {})
        reply(request, {})


def answers_what_was_never_asked() -> None:
    request = next(requests())
    send({"id": request["id"] + 1000, "output": {}})
    forever()


def nests_too_deeply() -> None:
    request = next(requests())
    raw(b'{"id": %d, "output": ' % request["id"] + b'{"a":' * 200_000 + b"\n")
    forever()


def greets_with_wrong_types() -> None:
    reply(json.loads(sys.stdin.buffer.readline()), {"name": "x", "version": "1", "ops": "redact"})
    forever()


def refuses_the_hello() -> None:
    send({"id": json.loads(sys.stdin.buffer.readline())["id"], "error": "I am a gate, and know " + SECRET})
    forever()


if __name__ == "__main__":
    globals()[sys.argv[1]](*(json.loads(argument) for argument in sys.argv[2:]))
