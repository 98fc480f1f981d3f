"""Lines to and from a child's pipes: never blocks on one while another is full, never keeps more than a bound."""

from __future__ import annotations

import os
import selectors
import time

from .base import MAX_REPLY
from .child import Child
from .excerpt import Quote, Tail, excerpt

CHUNK = 64 * 1024

#: How often a wait looks whether the child has ended while someone else keeps its stdout open.
PEEK = 0.1

#: How long a child that closed a pipe may take to end, so that its exit code can be told.
LAST_WORDS = 0.5


class PipeError(Exception):
    """The conversation is over; the message finishes the sentence "target x ..."."""

    def __init__(self, what: str, *, evidence: str = "", silent: bool = False, ended: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.evidence = evidence
        self.silent = silent
        self.ended = ended


class LinePipe:
    """The three pipes of a child that talks."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._stdin, self._stdout, self._stderr = child.fds()
        self._outgoing = bytearray()
        self._partial = bytearray()
        self._hung_up = False
        self.tail = Tail()
        self._selector = selectors.DefaultSelector()
        for fd in child.fds():
            os.set_blocking(fd, False)
        self._selector.register(self._stdout, selectors.EVENT_READ)
        self._selector.register(self._stderr, selectors.EVENT_READ)

    @property
    def backlog(self) -> int:
        """Bytes that wait to be written."""
        return len(self._outgoing)

    def send(self, data: bytes) -> None:
        """Write now what the pipe takes; the rest goes out while waiting for lines."""
        if self._hung_up:
            return
        waiting = bool(self._outgoing)
        self._outgoing += data
        if not waiting:
            self._write()
            if self._outgoing:
                self._selector.register(self._stdin, selectors.EVENT_WRITE)

    def lines(self, wait: float) -> list[bytes]:
        """One or more whole lines, without their ends, within ``wait`` seconds. Raises PipeError."""
        deadline = time.monotonic() + wait
        while True:
            left = deadline - time.monotonic()
            events = self._selector.select(max(0.0, min(left, PEEK)))
            found: list[bytes] = []
            for key, _ in events:
                if key.fd == self._stdout:
                    found = self._read()
                elif key.fd == self._stderr:
                    self._read_stderr()
                else:
                    self._write()
                    if not self._outgoing:
                        self._selector.unregister(self._stdin)
            if found:
                return found
            if not events and self._child.exited() and not self._selector.select(0):
                raise PipeError("ended", ended=True)
            # Only after a look at the pipes: a pause of our own machine must not pass for the target's silence.
            if left <= 0:
                raise self._silence(wait)
            if self._hung_up:
                deadline = min(deadline, time.monotonic() + LAST_WORDS)

    def close(self) -> None:
        self._selector.close()

    def drain_stderr(self) -> None:
        """Take what is left of stderr without waiting for more."""
        for _ in range(64):  # 4 MB: a process we don't end could write forever
            if not self._read_stderr():
                return

    def _silence(self, wait: float) -> PipeError:
        if self._hung_up:
            return PipeError("closed its stdin and didn't end")
        evidence = self._unfinished()
        return PipeError(f"didn't answer within {wait:g} s", evidence=evidence, silent=True)

    def _unfinished(self) -> str:
        return Quote(f"an unfinished line begins {excerpt(bytes(self._partial))}") if self._partial else ""

    def _read(self) -> list[bytes]:
        try:
            chunk = os.read(self._stdout, CHUNK)
        except BlockingIOError:
            return []
        if not chunk:
            cut = self._unfinished()
            if self._child.exited(LAST_WORDS):
                raise PipeError("ended", evidence=cut, ended=True)
            raise PipeError("closed its stdout and didn't end", evidence=cut)
        first, *rest = chunk.split(b"\n")
        if len(self._partial) + len(first) > MAX_REPLY:
            raise PipeError(
                f"sent more than {MAX_REPLY // 2**20} MB without a newline",
                evidence=Quote(
                    f"it begins {excerpt(bytes(self._partial[:CHUNK]))}, of a reply that was read no further"
                ),
            )
        if not rest:
            self._partial += first
            return []
        if self._partial:
            self._partial += first
            first = bytes(self._partial)
        self._partial = bytearray(rest.pop())
        return [first, *rest]

    def _read_stderr(self) -> bool:
        try:
            chunk = os.read(self._stderr, CHUNK)
        except BlockingIOError:
            return False
        if not chunk:
            if self._stderr in self._selector.get_map():
                self._selector.unregister(self._stderr)
            return False
        self.tail.add(chunk)
        return True

    def _write(self) -> None:
        try:
            while self._outgoing:
                with memoryview(self._outgoing) as view:
                    sent = os.write(self._stdin, view[:CHUNK])
                del self._outgoing[:sent]
        except BlockingIOError:
            pass
        except BrokenPipeError:  # it may have answered before it hung up: read on for a moment
            self._hung_up = True
            self._outgoing.clear()
