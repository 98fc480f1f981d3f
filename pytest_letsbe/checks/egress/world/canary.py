"""Canaries: a server on the wildcard address that records who dialled which address, and every byte that came."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ipaddress
import itertools
import socket
import ssl
from collections.abc import Callable, Iterable

from . import loopback
from .events import KEPT, Log
from .replies import Conversation
from .tls import Authority, Tls, choosing, is_address

#: Where attacks go; an attempt at any other port is seen by the observer.
PORTS = (22, 25, 80, 443, 853, 1080, 3128, 5432, 6379, 8000, 8080, 8443, 9200)


class Canaries:
    """Listeners on all addresses. ``untrusted`` names get a certificate that nobody trusts."""

    def __init__(self, log: Log, authority: Authority) -> None:
        self.log, self.authority = log, authority
        self.untrusted: frozenset[str] = frozenset()
        self.refused: frozenset[str] = frozenset()
        self.home: Callable[[str], str] = str
        self._ids = itertools.count(1)
        self._servers: list[asyncio.Server] = []

    async def listen(self, *, ipv6: bool, ports: Iterable[int] = PORTS, on_loopback: bool = False) -> None:
        """``on_loopback``: only there, and addresses are told as those of the full world. Raises NoLoopback."""
        self.home = loopback.back if on_loopback else str
        for port in ports:
            for family, any_address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):  # noqa: S104
                if family == socket.AF_INET6 and not ipv6:
                    continue
                if on_loopback:
                    found = loopback.listener(family, port)
                    if found is None:
                        continue
                    sock = found
                else:
                    sock = socket.socket(family, socket.SOCK_STREAM)
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    if family == socket.AF_INET6:
                        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                    sock.bind((any_address, port))
                self._servers.append(await asyncio.start_server(self._met, sock=sock, backlog=2048))

    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        meeting = Meeting(self, next(self._ids), reader, writer)
        with contextlib.suppress(OSError, ssl.SSLError, asyncio.IncompleteReadError):
            await meeting.talk()
        self.log.add("close", conn=meeting.conn)
        with contextlib.suppress(OSError):
            writer.close()


class Meeting:
    """One connection to a canary."""

    def __init__(
        self, canaries: Canaries, conn: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.conn, self._reader, self._writer, self._canaries = conn, reader, writer, canaries
        name, peer = writer.get_extra_info("sockname"), writer.get_extra_info("peername")
        self.dst, self.port = canaries.home(str(ipaddress.ip_address(name[0].partition("%")[0]))), name[1]
        self._tls: Tls | None = None
        self._kept = 0
        self._log = canaries.log
        self._log.add("open", conn=conn, dst=self.dst, port=self.port, src=peer[0], sport=peer[1])

    async def talk(self) -> None:
        if self.dst in self._canaries.refused:
            self._writer.transport.abort()
            return
        first = await self._reader.read(65536)
        if first[:1] == b"\x16":
            first = await self._shake_hands(first)
        conversation = Conversation(self)
        while True:
            if first:
                self._keep(first)
                if not await conversation.hear(first):
                    break
            elif self._reader.at_eof():
                break
            first = await self.read()

    async def read(self) -> bytes:
        """The next plain bytes; empty at the end, or when TLS isn't through with a record yet."""
        data = await self._reader.read(65536)
        if self._tls is None or not data:
            return data
        self._tls.feed(data)
        plain = self._tls.read()
        self._flush()
        return plain

    async def send(self, data: bytes) -> None:
        if self._tls is not None:
            self._tls.write(data)
            self._flush()
        else:
            self._writer.write(data)
        await self._writer.drain()

    def abort(self) -> None:
        """End with a reset."""
        raw = self._writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._writer.transport.abort()

    @property
    def alpn(self) -> str | None:
        return self._tls.alpn if self._tls is not None else None

    async def _shake_hands(self, first: bytes) -> bytes:
        tls = Tls(choosing(self._canaries.authority, self._heard), is_server=True)
        tls.feed(first)
        heard: list[str] = []
        self._sni: list[str] = heard
        while not tls.handshake():
            self._writer.write(tls.outgoing())
            data = await self._reader.read(65536)
            if not data:
                raise OSError("gone during the handshake")
            tls.feed(data)
        self._tls = tls
        self._log.add("tls", conn=self.conn, dst=self.dst, port=self.port, sni=self._name, alpn=tls.alpn, done=True)
        self._flush()
        plain = tls.read()
        self._flush()
        return plain

    _name: str | None = None

    def _heard(self, name: str | None) -> bool:
        self._name = name
        self._log.add("tls", conn=self.conn, dst=self.dst, port=self.port, sni=name, alpn=None, done=False)
        return name not in self._canaries.untrusted and not (name and is_address(name))

    def _flush(self) -> None:
        if self._tls is not None:
            self._writer.write(self._tls.outgoing())

    def _keep(self, data: bytes) -> None:
        if self._kept < KEPT:
            self._kept += len(data)
            text = base64.b64encode(data[:KEPT]).decode("ascii")
            self._log.add("bytes", conn=self.conn, dst=self.dst, port=self.port, data=text)
