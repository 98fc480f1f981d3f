"""The suite's end of the line to a world: starts it, asks it, and ends it with everything in it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from pathlib import Path
from typing import Any

from ....model import LetsbeError
from ....targets.base import TargetDead

#: Seconds the world itself may take for anything besides what it was told to wait for.
PATIENCE = 30.0
#: Seconds to end by itself.
GOODBYE = 3.0


class NoWorld(LetsbeError):
    """This machine lets us make no world; the message says why."""


class NotMade(NoWorld):
    """The world's own process said that it can't be made."""


def open_world() -> World:
    """A world in a network of our own, or on 127.0.0.0/8 where this machine allows none. Raises NoWorld."""
    try:
        return World()
    except NotMade as why:
        try:
            world = World(loopback=True)
            world.instead_of = str(why)
            return world
        except NotMade as also:
            raise NotMade(f"{why}; nor on loopback: {also}") from None


class World:
    """A running world. Not for two threads at once: asking takes a lock.

    Args:
        module: what runs inside and answers the ops.
        loopback: on 127.0.0.0/8 of this machine instead of in a network of our own.
    """

    def __init__(self, module: str = "pytest_letsbe.checks.egress.world", *, loopback: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="letsbe-world-"))
        self.folder.chmod(0o755)  # a proxy that drops to its own user still reads its policy
        ours, theirs = socket.socketpair()
        argv = [
            sys.executable,
            "-P",
            "-m",
            module,
            str(theirs.fileno()),
            str(self.folder),
            *(["loopback"] if loopback else []),
        ]
        self._process = subprocess.Popen(
            argv,
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "stderr").open("wb"),
            start_new_session=True,
            env={**os.environ, "TMPDIR": str(self.folder), "PYTHONUNBUFFERED": "1"},
        )
        theirs.close()
        self._socket, self._file = ours, ours.makefile("rb")
        self._lock = threading.Lock()
        self._end = weakref.finalize(self, _end, self._process, ours, self.folder, os.getpid())
        try:
            self._begin()
            hello = self.ask("hello")
        except BaseException:
            self.close()
            raise
        self.ca, self.dns = str(hello["ca"]), str(hello["dns"])
        #: Why it isn't a network of our own.
        self.instead_of = ""
        self.ipv6, self.tier = bool(hello["ipv6"]), int(hello["tier"])

    def _begin(self) -> None:
        self._socket.settimeout(PATIENCE)
        try:
            line = self._file.readline()
        except OSError:
            raise NoWorld(f"the test network didn't begin within {PATIENCE:g} s{self._last_words()}") from None
        reply = json.loads(line) if line else {"error": f"its process ended{self._last_words()}"}
        if "error" in reply:
            raise NotMade(f"the test network can't be made: {reply['error']}")

    def ask(self, op: str, *, patience: float = PATIENCE, **input: Any) -> Any:
        """Do an op of ``WorldServer``. Raises TargetDead for the proxy's end, NoWorld when the world itself fails."""
        with self._lock:
            try:
                self._socket.sendall(json.dumps({"op": op, "input": input}).encode("ascii") + b"\n")
            except OSError:
                raise NoWorld(f"the test network ended{self._last_words()}") from None
            return self._reply(patience)

    def close(self) -> None:
        self._end()

    def _reply(self, patience: float) -> Any:
        self._socket.settimeout(patience)
        try:
            line = self._file.readline()
        except TimeoutError:
            raise NoWorld(f"the test network didn't answer within {patience:g} s{self._last_words()}") from None
        except OSError:  # a file that timed out once can't be read any more
            raise NoWorld("the test network doesn't answer any more") from None
        if not line:
            raise NoWorld(f"the test network ended{self._last_words()}")
        reply = json.loads(line)
        if "dead" in reply:
            sentence, evidence, silent = reply["dead"]
            raise TargetDead(sentence, evidence=evidence, silent=silent)
        if "error" in reply:
            raise NoWorld(f"the test network can't be made: {reply['error']}")
        return reply["output"]

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            words = (self.folder / "stderr").read_text(errors="replace").strip().splitlines()
            if words:
                return f": {words[-1]}"
        return ""


def _end(process: subprocess.Popen[bytes], link: socket.socket, folder: Path, owner: int) -> None:
    if os.getpid() != owner:  # a fork of ours inherited the object, not the world
        return
    with contextlib.suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)
    link.close()
    # Left alone, a world ends itself and removes its folder once everything inside has ended; one that doesn't is killed.
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(GOODBYE)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # process 1 of the namespace is in it, and takes the rest along
    process.wait()
    shutil.rmtree(folder, ignore_errors=True)
