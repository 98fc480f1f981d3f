"""A target reached as JSON lines over the stdin and stdout of a long-lived process."""

from __future__ import annotations

import json
import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .base import PROTOCOL, Hello, Output, Refused, Reply, TargetDead, Unsupported
from .child import Child, StartError
from .excerpt import mask, one_line
from .lines import LinePipe, PipeError
from .replies import ReplyError, parse_reply, read_hello

#: Requests wait in our memory only up to this many bytes, whatever the window.
BACKLOG = 1024 * 1024

#: How long a target may take to end by itself once its stdin is closed.
GOODBYE = 0.5

#: In argv or env: a fresh folder, kept while the process may be killed and started again.
STATE = "{state}"

# ASCII only, so that a lone surrogate in an input survives the trip.
_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode


class StdioTarget:
    """A process that reads requests and writes replies, one JSON object a line; for one thread at a time.

    Args:
        argv: the program and its arguments; a relative path is relative to ``cwd``.
        role: what it is asked to be: ``redactor``, ``gate``, ``rollout``.
        timeout: seconds to answer ``hello``, and to answer one request.
        label: how a report names it; ``argv`` when omitted.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        role: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = 20.0,
        label: str | None = None,
        is_reference: bool = False,
    ) -> None:
        self._argv = list(argv)
        self._role = role
        self._cwd = (cwd or Path()).absolute()
        self._env = dict(env or {})
        self._timeout = timeout
        self._label = label or one_line(" ".join(argv))
        self._is_reference = is_reference
        self._state: Path | None = None
        self._killed = False
        self._child: Child | None = None
        self._pipe: LinePipe | None = None
        self._hello: Hello | None = None
        self._next_id = 0

    @property
    def label(self) -> str:
        return self._label

    @property
    def is_reference(self) -> bool:
        return self._is_reference

    def hello(self) -> Hello:
        if self._hello is None:
            try:
                self._hello = self._greet()
            except BaseException:
                self._end()
                raise
        return self._hello

    def call(self, op: str, input: Mapping[str, Any], *, timeout: float | None = None) -> Reply:
        return self.call_many(op, [input], timeout=timeout, window=1)[0]

    def call_many(
        self, op: str, inputs: Sequence[Mapping[str, Any]], *, timeout: float | None = None, window: int = 64
    ) -> list[Reply]:
        if self._killed:  # by us, after its last answer
            self._end()
        self.hello()
        return self._exchange(op, inputs, self._timeout if timeout is None else timeout, max(1, window))

    @property
    def keeps_state(self) -> bool:
        """Whether it is given ``{state}``, a folder that outlives its process."""
        return any(STATE in text for text in (*self._argv, *self._env.values()))

    def kill(self) -> None:
        """SIGKILL its process group now, from any thread; the next call starts it again with the same ``{state}``."""
        child = self._child
        if child is not None:
            self._killed = True
            child.kill()

    def cpu_seconds(self) -> float | None:
        """Of the process that runs now and its session; 0 before it starts."""
        return 0.0 if self._child is None else self._child.cpu_seconds()

    def close(self) -> None:
        if self._child is not None:
            self._child.hang_up()
            self._child.exited(GOODBYE)
        self._end()
        if self._state is not None:
            self._sweeper()
            self._state = None

    def _greet(self) -> Hello:
        try:
            self._child = Child(*self._filled(), talks=True)
        except StartError as error:
            raise TargetDead(f"target {self._label} can't start: {error}") from None
        self._pipe = LinePipe(self._child)
        self._next_id = 0
        [reply] = self._exchange("hello", [{"protocol": PROTOCOL, "role": self._role}], self._timeout, 1)
        match reply:
            case Output(value):
                try:
                    return read_hello(value, self._label)
                except ValueError as error:
                    raise self._dead(str(error)) from None
            case Unsupported(why) | Refused(why):
                raise self._dead(f"can't serve as {self._role}: {mask(why)}")

    def _filled(self) -> tuple[list[str], Path, dict[str, str]]:
        """argv, folder and environment; only ``{state}`` is replaced, so that other braces stay what they are."""
        if not self.keeps_state:
            return self._argv, self._cwd, self._env
        if self._state is None:
            self._state = Path(tempfile.mkdtemp(prefix="letsbe-state-"))
            self._sweeper = weakref.finalize(self, shutil.rmtree, self._state, ignore_errors=True)
        state = str(self._state)
        env = {name: value.replace(STATE, state) for name, value in self._env.items()}
        return [part.replace(STATE, state) for part in self._argv], self._cwd, env

    def _exchange(self, op: str, inputs: Sequence[Mapping[str, Any]], wait: float, window: int) -> list[Reply]:
        pipe = self._pipe
        if pipe is None:
            raise ValueError("the target is not running")
        first = self._next_id
        replies: list[Reply | None] = [None] * len(inputs)
        start = f',"op":{_encode(op)},"input":'
        sent = received = 0
        try:
            while received < len(inputs):
                batch: list[str] = []
                size = pipe.backlog
                while sent < len(inputs) and sent - received < window and size < BACKLOG:
                    batch.append(f'{{"id":{first + sent}{start}{_encode(dict(inputs[sent]))}}}\n')
                    size += len(batch[-1])
                    sent += 1
                if batch:
                    pipe.send("".join(batch).encode("ascii"))
                    self._next_id = first + sent
                for line in pipe.lines(wait):
                    number, reply = parse_reply(line)
                    index = number - first
                    if not 0 <= index < sent:
                        raise ReplyError(self._stray(number), line)
                    if replies[index] is not None:
                        raise ReplyError(f"answered request {number} twice", line)
                    replies[index] = reply
                    received += 1
        except ReplyError as error:
            raise self._dead(error.what, error.evidence) from None
        except PipeError as error:
            told = f"{received} of {len(inputs)} {op} requests had been answered"
            progress = f"it hadn't answered {op}" if len(inputs) == 1 else told
            raise self._dead(error.what, error.evidence, progress, silent=error.silent, ended=error.ended) from None
        except BaseException:  # Ctrl-C, or an input that isn't JSON: open requests must not confuse the next call
            self._end()
            raise
        return [reply for reply in replies if reply is not None]

    def _stray(self, number: int) -> str:
        if 0 <= number < self._next_id:
            return f"answered request {number} twice"
        return f"answered request {number}, which was never sent"

    def _dead(self, what: str, *evidence: str, silent: bool = False, ended: bool = False) -> TargetDead:
        """End the process and tell its story."""
        child, pipe = self._child, self._pipe
        if child is None or pipe is None:
            raise ValueError("the target is not running")
        pipe.drain_stderr()
        greeting = self._hello is None
        self._end()
        if ended:
            what = f"{what} {child.status()}"
        lines = [*filter(None, evidence), *pipe.tail.words("its last words on stderr:")]
        return TargetDead(f"target {self._label} {what}", evidence=lines, silent=silent, greeting=greeting)

    def _end(self) -> None:
        pipe, child = self._pipe, self._child
        self._pipe = self._child = self._hello = None
        self._killed = False
        if pipe is not None:
            pipe.close()
        if child is not None:
            child.end()
