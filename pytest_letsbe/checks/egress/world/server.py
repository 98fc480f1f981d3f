"""The process inside the world: takes one JSON object a line, does it, answers; the proxy under test is its child."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ....targets.base import TargetDead
from ....targets.process import StartedServer
from ..client import Script
from . import loopback, namespace
from .canary import Canaries
from .dns import Dns, Zone
from .entry import RESOLVER, on_loopback, step_inside
from .events import Log
from .observer import Observer
from .tls import Authority

#: Between the end of a script and the look at what the canaries saw.
SETTLE = 0.012
#: A script that was told to end may take so long to do so; then it is left behind.
LAST = 1.0
OPS = ("hello", "zone", "start", "stop", "restart", "signal", "run", "events", "spawn", "mute", "alive", "pid")


class WorldServer:
    """The ops: ``hello``, ``zone``, ``start``, ``stop``, ``restart``, ``signal``, ``run``, ``events``, ``spawn``, ``mute``, ``alive``, ``pid``."""

    def __init__(self, folder: Path, *, tier: int) -> None:
        self._folder, self._tier = folder, tier
        self._log = Log()
        self._resolver = f"{RESOLVER}:53"
        self._authority = Authority(folder)
        self._dns = Dns(self._log)
        self._canaries = Canaries(self._log, self._authority)
        self._observer: Observer | None = None
        self._proxies: dict[str, StartedServer] = {}
        self._ipv6 = loopback.has_ipv6() if tier == 1 else namespace.has_ipv6()

    async def serve(self, link: socket.socket) -> None:
        try:
            await self._listen()
        except loopback.NoLoopback as why:
            link.sendall(json.dumps({"error": str(why)}).encode() + b"\n")
            return
        if self._tier == 1:
            link.sendall(b'{"output": "ready"}\n')
        reader, writer = await asyncio.open_connection(sock=link, limit=64 * 1024 * 1024)
        # Read on while an op is at work: when the suite has gone, so have we, whatever we wait for.
        coming = asyncio.ensure_future(reader.readline())
        while line := await coming:
            coming = asyncio.ensure_future(reader.readline())
            work = asyncio.ensure_future(self._answer(json.loads(line)))
            await asyncio.wait((coming, work), return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                if coming.done() and not coming.result():
                    return
                await work
            writer.write(json.dumps(work.result()).encode("ascii") + b"\n")
            await writer.drain()

    async def _listen(self) -> None:
        if self._tier == 1:
            self._resolver = await self._dns.listen_on_loopback()
            await self._canaries.listen(ipv6=True, on_loopback=True)
            return  # packets of the whole machine are not ours to look at
        await self._dns.listen(ipv6=self._ipv6)
        await self._canaries.listen(ipv6=self._ipv6)
        self._observer = Observer(self._log)

    async def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            if request["op"] not in OPS:
                raise ValueError(f"no op is called {request['op']}")
            return {"output": await getattr(self, f"op_{request['op']}")(**request["input"])}
        except TargetDead as death:
            return {"dead": [death.sentence, list(death.evidence), death.silent]}
        except Exception as error:  # told to the other side, which knows what it asked for
            return {"error": f"{type(error).__name__}: {error}"}

    async def op_hello(self) -> dict[str, Any]:
        return {"tier": self._tier, "ipv6": self._ipv6, "ca": str(self._authority.bundle), "dns": self._resolver}

    async def op_zone(
        self,
        rows: dict[str, Any],
        untrusted: Sequence[str] = (),
        refused: Sequence[str] = (),
    ) -> None:
        self._dns.zone = Zone(rows)
        self._canaries.untrusted = frozenset(untrusted)
        self._canaries.refused = frozenset(refused)

    async def op_start(
        self, name: str, argv: list[str], url: str, ready: str | None, cwd: str, env: dict[str, str], timeout: float,
        policy: str | None, label: str,
    ) -> dict[str, Any]:  # fmt: skip
        """Start the proxy under test under a name; two policies are two proxies side by side."""
        await self.op_stop(name)
        given = {"dns": self._resolver, "ca": str(self._authority.bundle)}
        if policy is not None:
            given["policy"] = policy
        proxy = StartedServer(
            argv, url, ready=ready, cwd=Path(cwd), env=env, timeout=timeout, placeholders=given, label=label
        )
        self._proxies[name] = proxy
        proxy.state.chmod(0o777)  # a proxy that drops to its own user writes there too
        await asyncio.to_thread(proxy.start)
        return {"url": proxy.url, "state": str(proxy.state)}

    async def op_stop(self, name: str, grace: float = 0.0) -> None:
        proxy = self._proxies.pop(name, None)
        if proxy is not None:
            await asyncio.to_thread(proxy.stop, grace)
            await asyncio.to_thread(proxy.close)

    async def op_restart(self, name: str, grace: float = 0.0) -> dict[str, Any]:
        """End it, with SIGTERM first when ``grace`` is given, and start it with the same state."""
        proxy = self._running(name)
        await asyncio.to_thread(proxy.stop, grace)
        await asyncio.to_thread(proxy.start)
        return {"url": proxy.url, "state": str(proxy.state)}

    async def op_signal(self, name: str, number: int) -> None:
        child = self._running(name)._child
        if child is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, number)

    async def op_run(
        self, host: str, port: int, scripts: list[list[dict[str, Any]]], zone: dict[str, Any] | None = None,
        untrusted: Sequence[str] = (), refused: Sequence[str] = (), timeout: float = 20.0, settle: float = SETTLE,
    ) -> dict[str, Any]:  # fmt: skip
        """Run scripts side by side against the proxy, and tell what came back and what was seen meanwhile."""
        if zone is not None:
            await self.op_zone(zone, untrusted, refused)
        first = self._log.next
        said = loopback.said if self._tier == 1 else bytes
        runs = [Script(host, port, self._authority, said=said) for _ in scripts]
        works = [asyncio.ensure_future(run.run(steps)) for run, steps in zip(runs, scripts, strict=True)]
        # Not wait_for: before Python 3.12 a cancellation can get lost in it, and the script would go on.
        await asyncio.wait(works, timeout=timeout)
        late = [work for work in works if not work.done()]
        for run, work in zip(runs, works, strict=True):
            if work in late:
                run.stop(f"not done after {timeout:g} s")
                work.cancel()
            elif (error := work.exception()) is not None:
                raise error
        if late:
            await asyncio.wait(late, timeout=LAST)
        await asyncio.sleep(settle)
        return {"runs": [run.result() for run in runs], **await self.op_events(first)}

    async def op_events(self, since: int) -> dict[str, Any]:
        """What was seen from the event ``since`` on; earlier ones are forgotten."""
        if self._observer is not None:
            self._observer.drain()
        self._log.forget(since)
        return {"events": self._log.since(since), "next": self._log.next}

    async def op_alive(self, name: str) -> dict[str, Any]:
        """Whether the process lives, and of one that ended its last words."""
        proxy = self._running(name)
        try:
            proxy.check_alive()
        except TargetDead as death:
            return {"alive": False, "words": list(death.evidence), "sentence": death.sentence}
        return {"alive": proxy.is_running, "words": proxy.last_words(), "sentence": ""}

    async def op_pid(self, name: str) -> int:
        """Its process id inside the world, for who reads /proc there."""
        child = self._running(name)._child
        return child.pid if child is not None else 0

    async def op_spawn(self, argv: list[str], stdin: str = "", timeout: float = 60.0) -> dict[str, Any]:
        """Run a program inside the world."""
        process = await asyncio.create_subprocess_exec(
            *argv, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
        try:
            out, err = await asyncio.wait_for(process.communicate(stdin.encode()), timeout)
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return {
            "rc": process.returncode,
            "stdout": out.decode("utf-8", "replace"),
            "stderr": err.decode("utf-8", "replace"),
        }

    async def op_mute(self, muted: bool) -> None:
        """Stop recording, for load that would fill the log."""
        self._log.muted = muted

    def _running(self, name: str) -> StartedServer:
        if name not in self._proxies:
            raise ValueError("no proxy was started")
        return self._proxies[name]


def main() -> int:
    """``python -m pytest_letsbe.checks.egress.world FD FOLDER [loopback]``: the socket to talk on, a folder to write to."""
    link, folder, tier = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]), 1 if sys.argv[3:] else 2
    status = on_loopback(link, folder) if tier == 1 else step_inside(link, folder)
    if status is not None:
        return status
    asyncio.run(_until_left(folder, link, tier))
    return 0


async def _until_left(folder: Path, link: socket.socket, tier: int) -> None:
    """Serve, and then end at once: the kernel, or on loopback our parent, ends all else in here."""
    try:
        await WorldServer(folder, tier=tier).serve(link)
    except Exception:
        traceback.print_exc()  # the last words that the suite shows
    os._exit(0)
