"""A target that is a server of our own starting: ops over HTTP, with the process watched at both ends of a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from .base import Hello, Reply, TargetDead
from .http import HttpTarget
from .process import StartedServer

T = TypeVar("T")


class StartedTarget:
    """A server that the suite starts, and the ops it answers over HTTP; for one thread at a time."""

    def __init__(self, server: StartedServer, *, role: str, timeout: float = 20.0, is_reference: bool = False) -> None:
        self.server = server
        self._role = role
        self._timeout = timeout
        self._is_reference = is_reference
        self._http: HttpTarget | None = None

    @property
    def label(self) -> str:
        return self.server.label

    @property
    def is_reference(self) -> bool:
        return self._is_reference

    @property
    def url(self) -> str:
        """Where it listens; starts it if need be."""
        self._reach()
        return self.server.url

    def hello(self) -> Hello:
        return self._guarded(lambda http: http.hello())

    def call(self, op: str, input: Mapping[str, Any], *, timeout: float | None = None) -> Reply:
        return self._guarded(lambda http: http.call(op, input, timeout=timeout))

    def call_many(
        self, op: str, inputs: Sequence[Mapping[str, Any]], *, timeout: float | None = None, window: int = 64
    ) -> list[Reply]:
        return self._guarded(lambda http: http.call_many(op, inputs, timeout=timeout, window=window))

    def cpu_seconds(self) -> float | None:
        """Of the process that runs now and its session; 0 before it starts."""
        return self.server.cpu_seconds()

    def restart(self) -> None:
        """End the process without a warning, and start it again on another port with the same state folder."""
        self._forget()
        self.server.stop()
        self._reach()

    @property
    def keeps_state(self) -> bool:
        """Whether ``start`` or ``env`` names ``{state}``."""
        return self.server.keeps_state

    def kill(self) -> None:
        """SIGKILL its process group now, from any thread; the next call starts it again with the same state."""
        self.server.kill()

    def close(self) -> None:
        self._forget()
        self.server.close()

    def _reach(self) -> HttpTarget:
        if self._http is None:
            self.server.start()
            self._http = HttpTarget(
                self.server.url,
                role=self._role,
                timeout=self._timeout,
                label=self.label,
                is_reference=self._is_reference,
            )
        return self._http

    def _guarded(self, ask: Callable[[HttpTarget], T]) -> T:
        """Ask, and let no other process on the same port answer in its place."""
        http = self._reach()
        if self.server.was_killed:  # by us: a new one takes over
            self._forget()
            self.server.stop()
            http = self._reach()
        try:
            self.server.check_alive()
            result = ask(http)
            self.server.check_alive()
        except TargetDead as error:
            self._forget()
            if self.server.is_running:
                what = error.sentence.removeprefix(f"target {self.label} ")
                raise self.server.obituary(what, evidence=error.evidence, silent=error.silent) from None
            raise
        return result

    def _forget(self) -> None:
        if self._http is not None:
            self._http.close()
            self._http = None
