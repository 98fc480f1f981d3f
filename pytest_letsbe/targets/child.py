"""One process in a session of its own, which ends together with everything it started."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path

from .cpu import session_cpu_seconds, session_members, session_resident_bytes, session_waiting_seconds


class StartError(Exception):
    """The system refused to start the process; the message finishes a sentence and says how to mend it."""


class Child:
    """A started process.

    It leads a new session, so Ctrl-C doesn't reach it and the whole group can be ended at once; that happens
    at the latest when this object or the interpreter goes. Only a process that leaves the session
    (``setsid``) escapes.

    Args:
        talks: keep stdin, stdout and stderr apart, to converse; else stdin is empty and stderr joins stdout.
    """

    def __init__(self, argv: Sequence[str], cwd: Path, env: Mapping[str, str], *, talks: bool) -> None:
        try:
            self._process = subprocess.Popen(
                argv,
                cwd=cwd,
                env={**os.environ, **env},
                bufsize=0,
                stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if talks else subprocess.STDOUT,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise StartError(_why(error, argv[0], cwd, env)) from None
        self.pid = self._process.pid
        self._finalizer = weakref.finalize(self, _end, self._process, os.getpid(), 0.0)

    def fds(self) -> tuple[int, int, int]:
        """stdin, stdout and stderr of a child that talks."""
        stdin, stdout, stderr = self._process.stdin, self._process.stdout, self._process.stderr
        if stdin is None or stdout is None or stderr is None:
            raise ValueError("this child doesn't talk")
        return stdin.fileno(), stdout.fileno(), stderr.fileno()

    def take_output(self) -> int:
        """The output pipe of a child that doesn't talk; who takes it closes it."""
        stdout = self._process.stdout
        if stdout is None:
            raise ValueError("the output is taken already")
        self._process.stdout = None
        fd = os.dup(stdout.fileno())
        stdout.close()
        return fd

    def exited(self, wait: float = 0.0) -> bool:
        """Whether the process has ended, given up to ``wait`` seconds to do so."""
        return _exited(self._process, wait)

    def status(self) -> str:
        """How it ended: ``with exit code 3``, ``by SIGSEGV``; only for one that ``end`` has reaped."""
        code = self._process.returncode
        if code is None:
            return "in an unknown way"
        if code >= 0:
            return f"with exit code {code}"
        try:
            return f"by {signal.Signals(-code).name}"
        except ValueError:
            return f"by signal {-code}"

    def hang_up(self) -> None:
        """Close its stdin: the polite way to say that no request follows."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    def kill(self) -> None:
        """Kill the whole group; who talks to it finds out, and ends it."""
        if self._finalizer.alive and not self.exited():
            _signal(self.pid, signal.SIGKILL)

    def end(self, grace: float = 0.0) -> None:
        """Kill the whole group, reap the process, close the pipes; with ``grace``, ask with SIGTERM first."""
        if self._finalizer.detach():
            _end(self._process, os.getpid(), grace)

    def cpu_seconds(self) -> float | None:
        return session_cpu_seconds(self.pid)

    def resident_bytes(self) -> int | None:
        return session_resident_bytes(self.pid)

    def waiting_seconds(self) -> float:
        return session_waiting_seconds(self.pid)


def _end(process: subprocess.Popen[bytes], owner: int, grace: float) -> None:
    if os.getpid() != owner:  # a fork of ours inherited the object, not the process
        return
    if grace and not _exited(process, 0.0):
        _signal(process.pid, signal.SIGTERM)
        _exited(process, grace)
    # The group goes before the process is reaped: until then its number can't belong to anyone else.
    _signal(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _signal(session: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(session, number)
    for pid in session_members(session):  # those that made a group of their own, as `set -m` does
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _exited(process: subprocess.Popen[bytes], wait: float) -> bool:
    end = time.monotonic() + wait
    pause = 0.001
    while True:
        if process.returncode is not None or _peek(process):
            return True
        if time.monotonic() >= end:
            return False
        time.sleep(pause)
        pause = min(2 * pause, 0.02)


def _peek(process: subprocess.Popen[bytes]) -> bool:
    if sys.platform == "darwin":  # has no waitid before Python 3.13
        return process.poll() is not None
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:  # someone else's wait reaped it
        return True


def _why(error: OSError | ValueError, program: str, cwd: Path, env: Mapping[str, str]) -> str:
    if not cwd.is_dir():
        return f"its working folder {str(cwd)!r} doesn't exist; mend `cwd`"
    path = cwd / program
    number = error.errno if isinstance(error, OSError) else None
    if "/" not in program:
        if shutil.which(program, path=env.get("PATH")) is None:
            return f"{program!r} is not on PATH; install it, or name it with its folder (./{program})"
    elif not path.exists():
        return f"there is no file {program!r} in {str(cwd)!r}; build it first, or mend the path"
    elif path.is_dir():
        return f"{program!r} is a folder, not a program"
    elif not os.access(path, os.X_OK):
        return f"{program!r} is not executable; run `chmod +x {program}`"
    elif number == errno.ENOENT:
        return f"the interpreter that the first line of {program!r} names doesn't exist"
    if number == errno.ENOEXEC:
        return f"{program!r} is no program for this machine; a script needs a first line such as `#!/bin/sh`"
    return f"the system says {error}"
