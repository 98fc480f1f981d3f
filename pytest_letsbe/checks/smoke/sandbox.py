"""Runs the provisioner inside: bubblewrap, a network of its own with loopback only, a deadline, nothing left."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...model import CheckFailure
from .rootfs import WRITABLE, Rootfs, content
from .shims import FOLDERS, names

_PERIOD = 0.02
#: How long a service may take to open its declared port after the provisioner ended.
_SETTLE = 5.0
#: How long something that still runs has to open a port that isn't declared.
_GRACE = 1.0
#: Processes inside that are ours: bubblewrap's and ``hold``.
_OURS = 2
_MOST_OUTPUT = 4 * 1024 * 1024
#: What a provisioner on a real machine is root for; none of them reaches out of the namespaces.
_CAPABILITIES = (
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "SETUID",
    "SETGID",
    "KILL",
    "NET_BIND_SERVICE",
    "SYS_CHROOT",
)
_LISTEN = "0A"


@dataclass(frozen=True, slots=True)
class Run:
    """How one run ended: ``code`` is None when it was killed, by us or by the deadline."""

    code: int | None
    output: bytes = field(repr=False)
    arguments: bytes = field(repr=False)
    seen: bytes = field(repr=False)
    ports: frozenset[int]
    seconds: float
    late: bool = False

    def tail(self) -> list[str]:
        return self.output.decode("utf-8", "replace").strip().splitlines()[-3:]


@dataclass(frozen=True, slots=True)
class Kill:
    """When a run is killed: before its n-th command, or after so many seconds."""

    command: int | None = None
    seconds: float | None = None

    def __str__(self) -> str:
        return f"before command {self.command}" if self.command is not None else f"after {self.seconds:.2f} s"


@dataclass(frozen=True, slots=True)
class Job:
    """What is run: the repo, the command, its environment; ``ports`` are waited for."""

    repo: Path
    command: Sequence[str]
    env: Mapping[str, str]
    timeout: float
    ports: frozenset[int] = frozenset()


def run(rootfs: Rootfs, job: Job, kill: Kill | None = None) -> Run:
    """One run in the root; its processes are gone when this returns.

    Raises:
        CheckFailure: bubblewrap is missing or may not make namespaces.
    """
    audit = rootfs.own / "audit"
    for name in ("stop", "count", "reached", "code"):
        (audit / name).unlink(missing_ok=True)
    (audit / "arguments").write_bytes(b"")
    if kill is not None and kill.command is not None:
        (audit / "stop").write_text(f"{kill.command}\n", encoding="ascii")
    output = rootfs.folder / "output"
    started = time.monotonic()
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [*_command(rootfs, job.repo), *job.command],
            stdin=subprocess.PIPE, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True,
            env={"PATH": ":".join(("/letsbe/bin", *FOLDERS)), "HOME": "/root", "LANG": "C.UTF-8", **job.env},
        )  # fmt: skip
    try:
        watch = _Watch(process.pid)
        code, late = _wait(process, audit, watch, kill, started + job.timeout)
        seconds = time.monotonic() - started
        ports = _settled(watch, job.ports) if code is not None else frozenset()
    finally:
        _end(process)
    with output.open("rb") as file:
        said = file.read(_MOST_OUTPUT)
    if said.startswith(b"bwrap: ") and code is None and not late and not (audit / "reached").exists():
        first = said.decode("utf-8", "replace").splitlines()[0]
        raise CheckFailure(
            f"bubblewrap can't make the disposable root ({first}): allow user namespaces "
            "(sysctl kernel.unprivileged_userns_clone=1; in a container --security-opt seccomp=unconfined), or be root"
        )
    return Run(code, said, (audit / "arguments").read_bytes(), bytes(watch.seen), ports, seconds, late)


def _command(rootfs: Rootfs, repo: Path) -> list[str]:
    binary = shutil.which("bwrap")
    if binary is None:
        raise CheckFailure("bubblewrap isn't installed: apt-get install bubblewrap")
    command = [binary, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--hostname", "letsbe"]
    if os.geteuid() == 0:  # without a user namespace, so that the provisioner may give files to other users
        command += [word for name in _CAPABILITIES for word in ("--cap-add", f"CAP_{name}")]
    else:
        command += ["--unshare-user", "--uid", "0", "--gid", "0"]
    command += ["--die-with-parent", "--new-session", "--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/") / name
        if path.is_symlink():
            command += ["--symlink", str(path.readlink()), f"/{name}"]
        elif path.is_dir():
            command += ["--ro-bind", str(path), f"/{name}"]
    for name in WRITABLE:
        command += ["--bind", str(rootfs.tree / name), f"/{name}"]
    command += ["--ro-bind-try", "/etc/alternatives", "/etc/alternatives", "--proc", "/proc", "--dev", "/dev"]
    for name in ("hold", "audited", "stubs"):
        command += ["--ro-bind", str(rootfs.own / name), f"/letsbe/{name}"]
    command += ["--bind", str(rootfs.own / "audit"), "/letsbe/audit", "--ro-bind", str(repo), "/letsbe/repo"]
    for name in {*names(), *rootfs.stubs}:  # made in memory, for each run: some thousand links cost milliseconds
        command += ["--symlink", "/letsbe/audited", f"/letsbe/bin/{name}"]
    return [*command, "--remount-ro", "/", "--chdir", "/letsbe/repo", "/letsbe/hold"]


class _Watch:
    """Looks at the process list inside, from outside: by the PID namespace of the run."""

    def __init__(self, pid: int) -> None:
        self._parent = pid
        self._space: Path | None = None
        self._inner = Path("/proc/none")
        self._known: dict[str, bytes] = {}
        self.seen = bytearray()
        self.alive = 0

    def look(self) -> None:
        self.alive = 0
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if self._belongs(process):
                    self.alive += 1
                    said = (process / "cmdline").read_bytes()
                    if said != self._known.get(process.name):
                        self._known[process.name] = said
                        self.seen += said + b"\n"

    def _belongs(self, process: Path) -> bool:
        space = (process / "ns" / "pid").readlink()
        if self._space is None:
            if space == Path("/proc/self/ns/pid").readlink() or not self._is_child(process):
                return False
            self._space, self._inner = space, process
        return space == self._space

    def _is_child(self, process: Path) -> bool:
        said = (process / "status").read_text(encoding="utf-8", errors="replace")
        return re.search(rf"^PPid:\s*{self._parent}$", said, re.MULTILINE) is not None

    def ports(self) -> frozenset[int]:
        """Ports that something inside listens on; an unconnected UDP socket listens too (state 07)."""
        found = set()
        for table in ("tcp", "tcp6", "udp", "udp6"):
            with contextlib.suppress(OSError):
                for line in (self._inner / "net" / table).read_text(encoding="ascii").splitlines()[1:]:
                    _, local, _, state, *_ = line.split()
                    if state == (_LISTEN if table.startswith("tcp") else "07"):
                        found.add(int(local.rpartition(":")[2], 16))
        return frozenset(found)


def _wait(
    process: subprocess.Popen[bytes], audit: Path, watch: _Watch, kill: Kill | None, deadline: float
) -> tuple[int | None, bool]:
    """The provisioner's exit code, or None when it was killed or vanished; and whether the deadline passed."""
    started = time.monotonic()
    while True:
        watch.look()
        said = content(audit / "code")
        if said.endswith(b"\n"):
            return int(said), False
        now = time.monotonic()
        after = None if kill is None else kill.seconds
        if (audit / "reached").exists() or (after is not None and now - started >= after):
            return None, False
        if now > deadline or process.poll() is not None:
            return None, now > deadline
        time.sleep(_PERIOD)


def _settled(watch: _Watch, wanted: frozenset[int]) -> frozenset[int]:
    """The open ports, once the declared ones are and, when something was left running, it had time for others."""
    ended = time.monotonic()
    while True:
        watch.look()
        ports, waited = watch.ports(), time.monotonic() - ended
        if waited > _SETTLE or (wanted <= ports and (waited > _GRACE or watch.alive <= _OURS)):
            return ports
        time.sleep(0.05)


def _end(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL: with bubblewrap dies the first process inside (--die-with-parent), and with that one all others."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        if process.stdin:
            process.stdin.close()
    process.wait()
