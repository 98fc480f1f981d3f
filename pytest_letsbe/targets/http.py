"""A target reached over HTTP: `POST <url>/<op>` with the input as body and the output as the reply's body."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any
from urllib.parse import quote

from .base import PROTOCOL, Hello, Output, Refused, Reply, TargetDead, Unsupported
from .excerpt import Quote, excerpt, mask
from .replies import ReplyError, parse_json, read_hello
from .wire import Answer, Wire, WireError, check_url

#: More than this many connections only measures the server's queue.
MAX_CONNECTIONS = 8

HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}

#: Answers to `hello` of a server that has the ops and no `hello`.
NO_HELLO = frozenset({404, 405, 501})

#: Roles whose servers take their own requests, not ops: a `POST /hello` could mean anything to them.
WITHOUT_OPS = frozenset({"proxy", "api"})

_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode


class HttpTarget:
    """A server that runs already; for one thread at a time.

    Args:
        url: ``http://`` or ``https://`` base; a trailing slash doesn't matter.
        timeout: seconds for one whole exchange. Looking up the host's name is not counted.
    """

    def __init__(
        self, url: str, *, role: str, timeout: float = 20.0, label: str | None = None, is_reference: bool = False
    ) -> None:
        self._parts = check_url(url)
        self._url = url.rstrip("/")
        self._role = role
        self._timeout = timeout
        self._label = label or self._url
        self._is_reference = is_reference
        self._wires: list[Wire] = []
        self._hello: Hello | None = None

    @property
    def label(self) -> str:
        return self._label

    @property
    def is_reference(self) -> bool:
        return self._is_reference

    def hello(self) -> Hello:
        """A server without ``hello`` is greeted all the same; of a proxy or API only the connection is tried."""
        if self._hello is None:
            self._hello = self._greet()
        return self._hello

    def call(self, op: str, input: Mapping[str, Any], *, timeout: float | None = None) -> Reply:
        answer = self._post(self._wire(0), op, input, self._timeout if timeout is None else timeout)
        return self._reply(op, answer)

    def call_many(
        self, op: str, inputs: Sequence[Mapping[str, Any]], *, timeout: float | None = None, window: int = 64
    ) -> list[Reply]:
        """As the protocol says, over ``min(window, 8)`` connections; ``timeout`` bounds each exchange."""
        count = min(window, MAX_CONNECTIONS, len(inputs))
        if count <= 1:
            return [self.call(op, each, timeout=timeout) for each in inputs]
        wait = self._timeout if timeout is None else timeout
        idle: SimpleQueue[Wire] = SimpleQueue()
        for index in range(count):
            idle.put(self._wire(index))

        def one(input: Mapping[str, Any]) -> Reply:
            wire = idle.get()
            try:
                return self._reply(op, self._post(wire, op, input, wait))
            finally:
                idle.put(wire)

        pool = ThreadPoolExecutor(count, thread_name_prefix="letsbe-http")
        try:
            return list(pool.map(one, inputs))
        finally:
            pool.shutdown(cancel_futures=True)

    def cpu_seconds(self) -> float | None:
        """None: the server's processes aren't ours."""
        return None

    def close(self) -> None:
        for wire in self._wires:
            wire.close()
        self._wires.clear()
        self._hello = None

    def _wire(self, index: int) -> Wire:
        while len(self._wires) <= index:
            self._wires.append(Wire(self._parts))
        return self._wires[index]

    def _greet(self) -> Hello:
        unknown = Hello(self._label, "?", None)
        if self._role in WITHOUT_OPS:
            try:
                self._wire(0).probe(self._timeout)
            except WireError as error:
                raise self._dead(error) from None
            return unknown
        answer = self._post(self._wire(0), "hello", {"protocol": PROTOCOL, "role": self._role}, self._timeout)
        if answer.status in NO_HELLO:
            return unknown
        match self._reply("hello", answer):
            case Output(value):
                try:
                    return read_hello(value, self._label)
                except ValueError as error:
                    raise TargetDead(f"target {self._label} {error}") from None
            case Unsupported(why) | Refused(why):
                raise TargetDead(f"target {self._label} can't serve as {self._role}: {why}")

    def _post(self, wire: Wire, op: str, input: Mapping[str, Any], wait: float) -> Answer:
        path = f"{self._parts.path.rstrip('/')}/{quote(op, safe='')}"
        try:
            return wire.exchange("POST", path, wait, _encode(dict(input)).encode("ascii"), HEADERS)
        except WireError as error:
            raise self._dead(error) from None

    def _reply(self, op: str, answer: Answer) -> Reply:
        if answer.status == 501:
            return Unsupported(_message(answer) or f"the server answers 501 to {op}")
        if answer.status != 200:  # a redirect too: where it leads was not what the manifest named
            return Refused(f"status {answer.status}: {_message(answer)}".rstrip(": "))
        try:
            value = parse_json(answer.body)
        except ReplyError as error:
            raise TargetDead(f"target {self._label} {error.what}", evidence=[error.evidence]) from None
        if type(value) is not dict:
            evidence = Quote(f"it begins {excerpt(answer.body)}")
            raise TargetDead(f"target {self._label} sent JSON that is not an object", evidence=[evidence])
        return Output(value)

    def _dead(self, error: WireError) -> TargetDead:
        return TargetDead(f"target {self._label} {error.what}", silent=error.silent)


def _message(answer: Answer) -> str:
    return mask(answer.body[:1000].decode("utf-8", "replace").strip())
