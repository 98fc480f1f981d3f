"""Runs a command in a process group of its own, until it ends or its deadline passes; nothing of it survives."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .text import MAX_LINE, one_line

TAIL_LINES = 40
_RAW_LINE = 16 * MAX_LINE
_TICK = 0.05
_TERM_GRACE = 2.0
_DRAIN = 1.0


@dataclass(frozen=True, slots=True)
class Ran:
    """``code`` is the exit code, negative for a signal, None when the deadline passed; ``tail`` the last lines."""

    code: int | None
    seconds: float
    tail: tuple[str, ...]


def run_command(
    command: str | Sequence[str], *, cwd: Path, timeout: float, env: Mapping[str, str] | None = None
) -> Ran:
    """Run ``command``: a string by ``/bin/sh -c``, a list as it stands.

    Raises:
        OSError, ValueError: it can't be started.
    """
    argv = ["/bin/sh", "-c", command] if isinstance(command, str) else list(command)
    begin = time.monotonic()
    with _interrupts_held() as interrupts:
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            start_new_session=True,
        )
    tail = _Tail()
    try:
        if interrupts:
            raise KeyboardInterrupt
        code = _follow(process, tail, begin + timeout)
        if code is None:
            _signal(process, signal.SIGTERM)
            _follow(process, tail, time.monotonic() + _TERM_GRACE)
    finally:  # also on Ctrl-C: the group isn't the terminal's, so nobody else ends it
        _signal(process, signal.SIGKILL)
        process.wait()
    _drain(process, tail)
    return Ran(code, time.monotonic() - begin, tail.lines())


@contextmanager
def _interrupts_held() -> Iterator[list[int]]:
    """Note a Ctrl-C instead of raising it: raised between fork and assignment it would leave the process to nobody."""
    noted: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield noted
        return
    before = signal.signal(signal.SIGINT, lambda number, frame: noted.append(number))
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)


def _follow(process: subprocess.Popen[bytes], tail: _Tail, deadline: float) -> int | None:
    """Read output until the command ends; None at the deadline."""
    assert process.stdout is not None  # noqa: S101  (told by stdout=PIPE)
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while (code := process.poll()) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            if not selector.get_map():  # it closed its output and runs on
                time.sleep(min(left, _TICK))
            elif selector.select(min(left, _TICK)) and not tail.feed(os.read(process.stdout.fileno(), 1 << 16)):
                selector.unregister(process.stdout)
    return code


def _drain(process: subprocess.Popen[bytes], tail: _Tail) -> None:
    """Take what the pipe still holds; a daemon that left the group may keep it open, so not for long."""
    assert process.stdout is not None  # noqa: S101
    os.set_blocking(process.stdout.fileno(), False)
    stop = time.monotonic() + _DRAIN
    try:
        while time.monotonic() < stop and tail.feed(os.read(process.stdout.fileno(), 1 << 16)):
            pass
    except BlockingIOError:
        pass
    finally:
        process.stdout.close()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
        os.killpg(process.pid, number)


class _Tail:
    """The last lines of a stream, in bounded memory."""

    def __init__(self) -> None:
        self._lines: deque[bytes] = deque(maxlen=TAIL_LINES)
        self._open = b""

    def feed(self, chunk: bytes) -> bool:
        """Take ``chunk``; False at the end of the stream."""
        first, *rest = chunk.split(b"\n")
        self._open = self._grown(first)
        for line in rest:
            self._lines.append(self._open)
            self._open = line[: _RAW_LINE + 1]
        return bool(chunk)

    def _grown(self, more: bytes) -> bytes:
        return self._open + more[: max(0, _RAW_LINE + 1 - len(self._open))]

    def lines(self) -> tuple[str, ...]:
        told = (one_line(raw.decode("utf-8", "replace")) for raw in (*self._lines, self._open))
        return tuple(line for line in told if line)[-TAIL_LINES:]
