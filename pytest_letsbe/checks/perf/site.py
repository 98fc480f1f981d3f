"""The site behind the proxy: a quick canary that sends what it is asked for, and remembers when it sent it.

It runs in a process of its own, so that its work isn't taken for the load generator's. No answer holds a number that a
redactor could take for a card or a telephone: events are words, and the times they were sent at are asked for apart.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import ssl
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from ..redaction.invariants.growth import SHAPES

WORDS = ("alpha", "bravo", "charlie", "dune", "ember", "foxtrot", "golf", "hotel", "india", "juliett", "kilo", "lima",
         "mike", "november", "oscar", "papa")  # fmt: skip
CHUNK = 64 * 1024
_OCTETS = bytes(range(256)) * (CHUNK // 256)


class Site:
    """Behaviour by path: ``/small``, ``/bytes?n=``, ``/shape?kind=&n=``, ``/stream?events=&gap=&mark=``, ``/sink``,
    ``/once?mark=``; and, for the laboratory itself, ``/times?mark=`` and ``/counts``.
    """

    def __init__(self) -> None:
        self._times: dict[str, list[float]] = {}
        self._counts: Counter[str] = Counter()
        self._shapes: dict[tuple[str, int], bytes] = {}

    async def met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError):
            while await self._exchange(reader, writer):
                pass
        writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines) if k}
        body = await _body(reader, headers)
        url = urlsplit(first.split(" ")[1])
        ask = dict(parse_qsl(url.query))
        answers: dict[str, Callable[[dict[str, str], bytes], bytes]] = {
            "/small": lambda _, __: b'{"answer": "as small as a decision"}',
            "/shape": lambda ask, _: self._shape(ask["kind"], int(ask["n"])),
            "/sink": lambda _, body: json.dumps({"length": len(body)}).encode(),
            "/once": self._once,
            "/times": lambda ask, _: json.dumps(self._times.get(ask["mark"], [])).encode(),
            "/counts": lambda _, __: json.dumps(self._counts).encode(),
        }
        if url.path == "/stream":
            await self._stream(writer, ask)
        elif url.path == "/bytes":
            await _flood(writer, int(ask["n"]))
        elif url.path in answers:
            kind = "text/plain" if url.path == "/shape" else "application/json"
            _reply(writer, 200, answers[url.path](ask, body), kind)
        else:
            _reply(writer, 404, b"{}", "application/json")
        await writer.drain()
        return headers.get("connection", "").lower() != "close"

    def _once(self, ask: dict[str, str], body: bytes) -> bytes:
        self._counts[ask["mark"]] += 1
        return body

    def _shape(self, kind: str, n: int) -> bytes:
        if (kind, n) not in self._shapes:
            self._shapes[kind, n] = SHAPES[kind](n).encode()
        return self._shapes[kind, n]

    async def _stream(self, writer: asyncio.StreamWriter, ask: dict[str, str]) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        await writer.drain()
        sent = self._times.setdefault(ask["mark"], [])
        for word in WORDS[: int(ask["events"])]:
            await asyncio.sleep(float(ask["gap"]))
            event = f'data: {{"choices": [{{"delta": {{"content": "{word} "}}}}]}}\n\n'.encode()
            sent.append(time.monotonic())
            writer.write(b"%x\r\n%s\r\n" % (len(event), event))
            await writer.drain()
        writer.write(b"0\r\n\r\n")


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if "chunked" in headers.get("transfer-encoding", "").lower():
        parts = []
        while size := int((await reader.readline()).split(b";")[0], 16):
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        while (await reader.readline()).strip():
            pass
        return b"".join(parts)
    return await reader.readexactly(int(headers.get("content-length", "0")))


async def _flood(writer: asyncio.StreamWriter, n: int) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n" % n)
    while n > 0:
        writer.write(_OCTETS[: min(n, CHUNK)])
        n -= CHUNK
        await writer.drain()


def _reply(writer: asyncio.StreamWriter, status: int, body: bytes, kind: str) -> None:
    head = f"HTTP/1.1 {status} OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode("ascii") + body)


async def _serve(options: argparse.Namespace) -> None:
    from ..egress.world.dns import Dns
    from ..egress.world.events import Log
    from ..egress.world.tls import Authority

    authority = Authority(Path(options.folder))
    site = Site()
    context = authority.server(options.name)
    context.set_alpn_protocols(["http/1.1"])
    await asyncio.start_server(site.met, options.bind, options.http, backlog=2048)
    await asyncio.start_server(site.met, options.bind, options.https, ssl=context, backlog=2048)
    dns = Dns(Log())
    dns.zone.__init__({options.name: {"a": [options.address], "ttl": 60}})  # type: ignore[misc]
    await dns.listen(ipv6=False)
    print("ready", flush=True)  # noqa: T201 - the laboratory waits for this line
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)  # until the laboratory is gone


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("--folder", "--name", "--address", "--bind"):
        parser.add_argument(name, required=True)
    for name in ("--http", "--https"):
        parser.add_argument(name, type=int, required=True)
    options = parser.parse_args()
    asyncio.run(_serve(options))


if __name__ == "__main__":
    main()
