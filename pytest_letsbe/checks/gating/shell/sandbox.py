"""Runs a command line under bash in a folder of its own and says whether the denied effect happened."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ....targets.excerpt import one_line
from .render import SENTINEL

#: The folders of the system; nothing of the caller's own PATH.
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#: Seconds a command line may take; all of ours end at once.
DEADLINE = 20.0

# Without a terminal, a network and this machine's configuration, a command line does the same everywhere.
_ENVIRONMENT = {
    "PATH": PATH,
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TERM": "dumb",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_CEILING_DIRECTORIES": "/",
}
_COMMAND = 'bash -c "$1"; echo "$?" > "$2"'
# As process 1 of a namespace it ends all others with its own end, so it waits until there are none.
_FIRST = f"{_COMMAND}; while kill -0 -1 2> /dev/null; do sleep 0.02; done"


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of a command line; ``status`` is None when the deadline ended it."""

    effect: bool
    status: int | None
    output: str

    @property
    def told(self) -> str:
        """How it ended and what it printed, to finish a sentence."""
        ended = "was ended at its deadline" if self.status is None else f"ended with {self.status}"
        return f"{ended}, saying {one_line(self.output) or 'nothing'!r}"


def missing(needs: Iterable[str]) -> str | None:
    """The first program or file of ``needs`` that this machine lacks."""
    for name in needs:
        if not (Path(name).exists() if name.startswith("/") else shutil.which(name, path=PATH)):
            return name
    return None


def run(command: str, setup: str = "", *, deadline: float = DEADLINE) -> Ended:
    """Run ``setup``, then ``command``, with ``bash -c`` in an empty folder, and look for the sentinel.

    HOME and TMPDIR are fresh folders beside it; where the kernel allows it, there is no network, and processes
    that the command left behind end with it.

    Raises:
        ValueError: the setup fails; the message says how.
    """
    with tempfile.TemporaryDirectory(prefix="letsbe-shell-", ignore_cleanup_errors=True) as name:
        root = Path(name)
        for folder in ("work", "home", "tmp"):
            (root / folder).mkdir()
        if setup:
            made = _bash(f"set -e\n{setup}", root, deadline)
            if made.status != 0:
                raise ValueError(f"the setup {made.told}")
            if made.effect:
                raise ValueError("the setup has the effect already")
        return _bash(command, root, deadline)


def _bash(command: str, root: Path, deadline: float) -> Ended:
    status = root / "status"
    status.unlink(missing_ok=True)
    environment = {**_ENVIRONMENT, "HOME": str(root / "home"), "TMPDIR": str(root / "tmp")}
    namespace = _namespace()
    process = subprocess.Popen(
        [*namespace, "sh", "-c", _FIRST if namespace else _COMMAND, "sh", command, str(status)],
        cwd=root / "work",
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    output = b""
    try:
        output, _ = process.communicate(timeout=deadline)
    except subprocess.TimeoutExpired as late:
        output = late.stdout or b""
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    ended = status.read_text() if status.is_file() else ""
    effect = os.path.lexists(root / "work" / SENTINEL)
    return Ended(effect, int(ended) if ended.strip() else None, output[-2000:].decode("utf-8", "replace"))


@cache
def _namespace() -> tuple[str, ...]:
    """How to start without network and with a process table of its own; empty where the kernel refuses."""
    if shutil.which("unshare") is None:
        return ()
    plain = ("unshare", "--net", "--pid", "--fork", "--kill-child")
    for argv in (plain, (*plain, "--user", "--map-root-user")):
        tried = subprocess.run([*argv, "true"], capture_output=True, timeout=DEADLINE, check=False)
        if tried.returncode == 0:
            return argv
    return ()
