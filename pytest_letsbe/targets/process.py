"""A server process that the suite starts on a free port, waits for, and ends with everything it started."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..model import Location
from .base import TargetDead
from .child import Child, StartError
from .excerpt import Tail, one_line
from .placeholders import fill
from .wire import Wire, WireError, check_url

#: Seconds between SIGTERM and SIGKILL.
GRACE = 2.0

#: One look whether the server is ready may take so long, the last one at least so long; then a pause.
LOOK, PEEK, PAUSE = 2.0, 0.25, 0.02


class StartedServer:
    """A server process, started on a free port and awaited.

    Args:
        argv: the program and its arguments, with placeholders, as ``url`` and the values of ``env``.
        ready: path that answers 2xx once it is ready; when None, a port that accepts is enough.
        timeout: seconds to become ready.
        placeholders: values for ``{policy}``, ``{dns}``, ``{ca}``; ``{port}`` and ``{state}`` are made here.
    """

    def __init__(
        self,
        argv: Sequence[str],
        url: str,
        *,
        ready: str | None = None,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = 20.0,
        label: str | None = None,
        placeholders: Mapping[str, str] | None = None,
        location: Location | None = None,
    ) -> None:
        self._argv = list(argv)
        self._url = url
        self._ready = ready
        self._cwd = (cwd or Path()).absolute()
        self._env = dict(env or {})
        self._timeout = timeout
        self.label = label or one_line(" ".join(argv))
        self._given = dict(placeholders or {})
        self._location = location
        self._state: Path | None = None
        self._child: Child | None = None
        self._killed = False
        self._tail = Tail()
        self._reader: threading.Thread | None = None
        self.url = ""
        # A mistaken placeholder is told now, and not after a minute of other checks.
        values = {**self._given, "port": "1", "state": "x"}
        check_url(self._filled(values)[1], location)

    @property
    def state(self) -> Path:
        """The folder behind ``{state}``: fresh, kept across a restart, removed by ``close``."""
        if self._state is None:
            self._state = Path(tempfile.mkdtemp(prefix="letsbe-state-"))
            self._sweeper = weakref.finalize(self, shutil.rmtree, self._state, ignore_errors=True)
        return self._state

    def start(self) -> None:
        """Start it unless it runs, and return once it is ready. Raises TargetDead."""
        if self._child is not None:
            return
        values = {**self._given, "port": str(_free_port()), "state": str(self.state)}
        argv, self.url, env = self._filled(values)
        self._refuse_squatter()
        try:
            self._child = Child(argv, self._cwd, env, talks=False)
        except StartError as error:
            raise TargetDead(f"target {self.label} can't start: {error}") from None
        self._tail = Tail()
        self._reader = threading.Thread(
            target=_drain, args=(self._child.take_output(), self._tail), name="letsbe-output", daemon=True
        )
        self._reader.start()
        try:
            self._wait_until_ready(self._child)
        except BaseException:
            self.stop()
            raise

    @property
    def keeps_state(self) -> bool:
        """Whether the program is given ``{state}``."""
        return any("{state}" in text for text in (*self._argv, *self._env.values()))

    @property
    def was_killed(self) -> bool:
        """Whether ``kill`` ended it, and nothing has noticed yet."""
        return self._killed and self._child is not None

    def kill(self) -> None:
        """SIGKILL the process group, from any thread; the object still thinks that it runs."""
        child = self._child
        if child is not None:
            self._killed = True
            child.kill()

    @property
    def is_running(self) -> bool:
        """Whether it was started and not ended by us."""
        return self._child is not None

    def check_alive(self) -> None:
        """Raises TargetDead if the process has ended, whoever answers on its port now."""
        if self._child is not None and self._child.exited():
            raise self.obituary("ended")

    def obituary(self, what: str, *, evidence: Sequence[str] = (), silent: bool = False) -> TargetDead:
        """Kill it, and say what happened together with its last words."""
        child = self._child
        # A connection breaks a moment before the process has ended.
        has_ended = child is not None and child.exited(0.0 if silent else 0.2)
        self.stop()
        if child is not None and has_ended:
            what = f"ended {child.status()}" if what == "ended" else f"{what}, and ended {child.status()}"
        lines = [*evidence, *self.last_words()]
        return TargetDead(f"target {self.label} {what}", evidence=lines, silent=silent)

    def last_words(self) -> list[str]:
        """The last lines of what it wrote, below a heading; empty when it wrote nothing."""
        return self._tail.words("its last words:")

    def stop(self, grace: float = 0.0) -> None:
        """End the process group; the state folder stays for the next start."""
        child, self._child = self._child, None
        self._killed = False
        if child is not None:
            child.end(grace)
        if self._reader is not None:
            self._reader.join(0.5)  # longer only if something that left the session still holds the pipe
            self._reader = None

    def cpu_seconds(self) -> float | None:
        return 0.0 if self._child is None else self._child.cpu_seconds()

    def resident_bytes(self) -> int | None:
        """Memory that its processes hold now, or None where that can't be read."""
        return None if self._child is None else self._child.resident_bytes()

    def waiting_seconds(self) -> float:
        """Time its processes were ready to run and had no CPU: what the machine, and not the server, made slow."""
        return 0.0 if self._child is None else self._child.waiting_seconds()

    def close(self) -> None:
        """Ask it to end, insist after two seconds, and remove the state folder."""
        self.stop(GRACE)
        if self._state is not None:
            self._sweeper()
            self._state = None

    def _filled(self, values: Mapping[str, str]) -> tuple[list[str], str, dict[str, str]]:
        def one(text: str) -> str:
            return fill(text, values, self._location)

        return [one(part) for part in self._argv], one(self._url), {name: one(v) for name, v in self._env.items()}

    def _refuse_squatter(self) -> None:
        """What answers before we start anything isn't ours: a server left over on a fixed port."""
        try:
            Wire(check_url(self.url)).probe(LOOK)
        except WireError:
            return
        raise TargetDead(
            f"target {self.label} can't start: something else listens on {self.url} already; "
            "stop it, or put {port} into `start` and `url`"
        )

    def _wait_until_ready(self, child: Child) -> None:
        deadline = time.monotonic() + self._timeout
        wire = Wire(check_url(self.url))
        path = None if self._ready is None else f"{check_url(self.url).path.rstrip('/')}/{self._ready.lstrip('/')}"
        try:
            while True:
                # In this order: only a child that lives after the answer can have given it.
                answer = _look(wire, path, max(PEEK, min(LOOK, deadline - time.monotonic())))
                if child.exited():
                    raise self.obituary("ended")
                if answer == "":
                    return
                if time.monotonic() >= deadline:
                    what = f"GET {self.url.rstrip('/')}/{(self._ready or '').lstrip('/')}" if path else self.url
                    last = f"{what}: {answer}"
                    raise self.obituary(f"wasn't ready within {self._timeout:g} s", evidence=[last], silent=True)
                time.sleep(PAUSE)
        finally:
            wire.close()


def _look(wire: Wire, path: str | None, wait: float) -> str:
    """Empty when it is ready, else what was seen instead."""
    try:
        if path is None:
            wire.probe(wait)
            return ""
        status = wire.exchange("GET", path, wait).status
    except WireError as error:
        return error.what
    return "" if 200 <= status < 300 else f"answered {status}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _drain(fd: int, tail: Tail) -> None:
    """Keep the pipe empty, so that the server never blocks on what it prints."""
    try:
        while chunk := os.read(fd, 64 * 1024):
            tail.add(chunk)
    finally:
        os.close(fd)
