"""How a process becomes a world: it enters namespaces, forks what is process 1 there, and outside waits for its end."""

from __future__ import annotations

import json
import os
import resource
import shutil
import socket
from pathlib import Path

from . import namespace

RESOLVER = "127.0.0.53"
#: A thousand tunnels are two thousand files for us, and as many for the proxy.
FILES = 65536


def step_inside(link: socket.socket, folder: Path) -> int | None:
    """Called with one thread. None inside the world; outside, once it has ended, the exit status of this process.

    Whoever is at the other end of ``link`` has been told ``ready`` or why there can be no world.
    """
    try:
        namespace.enter()
    except namespace.NoNamespace as why:
        link.sendall(json.dumps({"error": str(why)}).encode() + b"\n")
        return 1
    pid = namespace.become_init()
    if pid is not None:
        link.close()
        os.waitpid(pid, 0)  # returns when everything inside has ended
        shutil.rmtree(folder, ignore_errors=True)
        return 0
    namespace.resolve_through(folder, RESOLVER)
    _many_files()
    link.sendall(b'{"output": "ready"}\n')
    return None


def on_loopback(link: socket.socket, folder: Path) -> int | None:
    """The same without namespaces, for a world on 127.0.0.0/8: this process stays outside and ends what is left over."""
    pid = namespace.become_parent()
    if pid is not None:
        link.close()
        namespace.end_the_rest(pid)
        shutil.rmtree(folder, ignore_errors=True)
        return 0
    _many_files()
    return None


def _many_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, FILES)), hard))
