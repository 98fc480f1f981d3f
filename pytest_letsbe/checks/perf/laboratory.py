"""The process inside the test network: holds the site and the proxies, takes one JSON object a line, measures, answers.

``python -m pytest_letsbe.checks.perf.laboratory FD FOLDER``: the socket to talk on, a folder to write to.
"""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ...targets.base import TargetDead
from ...targets.process import StartedServer
from ..egress.probe import ALLOWED, ALLOWED_AT
from ..egress.world.entry import RESOLVER, step_inside
from .client import Route, RouteError

#: A proxy by these names may run beside the one under test.
TARGET, BASE, RELAY = "target", "base", "relay"


class Laboratory:
    """The ops: ``hello``, ``start``, ``stop`` and the measurements of ``measure``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._servers: dict[str, StartedServer] = {}
        self._site = _site(folder)
        self._tls = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        self._tls.set_alpn_protocols(["http/1.1"])

    def serve(self, link: socket.socket) -> None:
        from .measure import ops

        known: dict[str, Callable[..., Any]] = {
            name: getattr(self, f"op_{name}") for name in ("hello", "start", "stop")
        }
        with link.makefile("rb") as lines:
            for line in lines:
                request = json.loads(line)
                op, given = request["op"], request["input"]
                try:
                    output = known[op](**given) if op in known else ops.OPS[op](self, **given)
                    reply = {"output": output}
                except TargetDead as death:
                    reply = {"dead": [death.sentence, list(death.evidence), death.silent]}
                except RouteError as error:
                    reply = self._broken(error)
                except Exception as error:  # told to the other side, which knows what it asked for
                    reply = {"error": f"{type(error).__name__}: {error}"}
                link.sendall(json.dumps(reply).encode("ascii") + b"\n")
        self.op_stop()

    def op_hello(self) -> dict[str, Any]:
        return {"tier": 2, "ipv6": False, "ca": str(self._folder / "ca.pem"), "dns": f"{RESOLVER}:53"}

    def op_start(
        self, name: str, argv: list[str], url: str, ready: str | None, cwd: str, env: Mapping[str, str], timeout: float,
        policy: str, label: str,
    ) -> str:  # fmt: skip
        """Start a proxy unless it runs; its url."""
        if name not in self._servers:
            given = {"dns": f"{RESOLVER}:53", "ca": str(self._folder / "ca.pem"), "policy": policy}
            self._servers[name] = StartedServer(
                argv, url, ready=ready, cwd=Path(cwd), env=env, timeout=timeout, placeholders=given, label=label
            )
        self._servers[name].start()
        return self._servers[name].url

    def op_stop(self, name: str | None = None) -> None:
        for each in [name] if name is not None else list(self._servers):
            server = self._servers.pop(each, None)
            if server is not None:
                server.close()

    def server(self, name: str) -> StartedServer:
        if name == RELAY and name not in self._servers:
            argv = [sys.executable, "-P", "-m", "pytest_letsbe.checks.perf.relay", "--port", "{port}"]
            self._servers[name] = StartedServer(argv, "http://127.0.0.1:{port}", label="the plain relay")
            self._servers[name].start()
        return self._servers[name]

    def route(self, way: str, proxy: str | None) -> Route:
        """``way`` is ``http`` or ``connect``; ``proxy`` a server's name, or None for straight to the site."""
        tls, port = (self._tls, 443) if way == "connect" else (None, 80)
        if proxy is None:
            return Route((ALLOWED_AT, port), ALLOWED, port, False, tls)
        authority = self.server(proxy).url.partition("://")[2].split("/")[0]
        host, _, proxy_port = authority.rpartition(":")
        return Route((host, int(proxy_port)), ALLOWED, port, True, tls)

    def _broken(self, error: RouteError) -> dict[str, Any]:
        """A request that failed: because the proxy died, or for itself."""
        for server in self._servers.values():
            try:
                server.check_alive()
            except TargetDead as death:
                return {"dead": [death.sentence, list(death.evidence), death.silent]}
        return {"output": {"broken": str(error)}}


def _site(folder: Path) -> subprocess.Popen[str]:
    argv = [sys.executable, "-P", "-m", "pytest_letsbe.checks.perf.site", "--folder", str(folder), "--name", ALLOWED,
            "--address", ALLOWED_AT, "--bind", ALLOWED_AT, "--http", "80", "--https", "443"]  # fmt: skip
    site = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if site.stdout is None or site.stdout.readline() != "ready\n":
        raise OSError("the site didn't start")
    return site


def main() -> int:
    link, folder = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])
    status = step_inside(link, folder)
    if status is not None:
        return status
    laboratory = Laboratory(folder)
    laboratory.serve(link)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
