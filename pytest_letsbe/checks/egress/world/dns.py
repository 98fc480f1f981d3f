"""An authoritative DNS server for every name there is, with answers that are programmed per name."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from . import loopback
from .events import Log

_PKTINFO = 8
#: An answer over UDP may be no longer (RFC 1035); what is longer is cut, and asked for again over TCP.
_UDP_MOST = 512


class Zone:
    """Answers by name; ``*.base`` answers for everything below, ``~part`` for what holds it, ``*`` for the rest.

    A row: ``a``, ``aaaa`` (lists of addresses), ``cname``, ``rcode`` (NXDOMAIN, SERVFAIL, REFUSED), ``ttl``, ``delay`` (seconds),
    ``drop``, ``truncate`` (say TC over UDP), ``sequence`` (rows, one for each question of a type, the last repeats),
    ``after`` ([[seconds since the first question, row], ...]).
    """

    def __init__(self, rows: dict[str, dict[str, Any]]) -> None:
        self._rows = {name.lower().rstrip("."): row for name, row in rows.items()}
        self._asked: Counter[tuple[str, str]] = Counter()
        self._first: dict[str, float] = {}

    def row(self, name: str, qtype: str) -> dict[str, Any]:
        row = self._found(name)
        if "after" in row:
            since = time.monotonic() - self._first.setdefault(name, time.monotonic())
            row = next((later for seconds, later in reversed(row["after"]) if since >= seconds), row)
        if "sequence" in row:
            turn = self._asked[name, qtype]
            row = row["sequence"][min(turn, len(row["sequence"]) - 1)]
        self._asked[name, qtype] += 1
        return row

    def _found(self, name: str) -> dict[str, Any]:
        if name in self._rows:
            return self._rows[name]
        labels = name.split(".")
        for start in range(1, len(labels)):
            wild = "*." + ".".join(labels[start:])
            if wild in self._rows:
                return self._rows[wild]
        for pattern, row in self._rows.items():
            if pattern.startswith("~") and pattern[1:] in name:
                return row
        return self._rows.get("*", {"rcode": "NXDOMAIN"})


class Dns:
    """UDP and TCP on port 53 of every address of the world."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.zone = Zone({})
        #: Where an address lives in this world; None for one that lives nowhere.
        self.home: Callable[[str], str | None] = str
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self, *, ipv6: bool) -> None:
        loop = asyncio.get_running_loop()
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.setsockopt(socket.IPPROTO_IP, _PKTINFO, 1)  # the answer must come from where the question went
        udp.bind(("0.0.0.0", 53))  # noqa: S104 - inside the namespace there is nobody else
        udp.setblocking(False)
        loop.add_reader(udp, self._udp, udp)
        await asyncio.start_server(self._tcp, "0.0.0.0", 53)  # noqa: S104
        if ipv6:
            six = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
            six.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            six.bind(("::", 53))
            await asyncio.start_server(self._tcp, sock=six)

    async def listen_on_loopback(self) -> str:
        """On one address of 127.0.0.0/8; where. Raises NoLoopback."""
        self.home = loopback.forward
        udp, tcp = loopback.resolver_sockets()
        udp.setblocking(False)
        asyncio.get_running_loop().add_reader(udp, self._udp, udp)
        await asyncio.start_server(self._tcp, sock=tcp)
        return f"{loopback.RESOLVER}:{udp.getsockname()[1]}"

    def _udp(self, sock: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            question, control, _, peer = sock.recvmsg(4096, 128)
            back = [(level, kind, _as_source(data)) for level, kind, data in control if kind == _PKTINFO]
            self._spawn(self._answer_udp(sock, question, back, peer))

    async def _answer_udp(self, sock: socket.socket, question: bytes, back: list[Any], peer: Any) -> None:
        answer = await self._answer(question, "udp")
        if answer is not None:
            with contextlib.suppress(OSError):
                sock.sendmsg([answer], back, 0, peer)

    async def _tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                length = struct.unpack("!H", await reader.readexactly(2))[0]
                answer = await self._answer(await reader.readexactly(length), "tcp")
                if answer is None:
                    break
                writer.write(struct.pack("!H", len(answer)) + answer)
                await writer.drain()
        writer.close()

    async def _answer(self, question: bytes, way: str) -> bytes | None:
        from dnslib import QTYPE, RCODE, DNSRecord

        try:
            request = DNSRecord.parse(question)
            name = str(request.q.qname).lower().rstrip(".")
            qtype = str(QTYPE.get(request.q.qtype, str(request.q.qtype)))
        except Exception:  # anything a broken resolver may send
            self._log.add("dns", name="", qtype="unreadable", way=way)
            return None
        self._log.add("dns", name=name, qtype=qtype, way=way)
        row = self.zone.row(name, qtype)
        if row.get("delay"):
            await asyncio.sleep(row["delay"])
        if row.get("drop"):
            return None
        if row.get("garbage"):
            return question[:2] + b"\xff" * 30
        reply = request.reply()
        if "rcode" in row:
            reply.header.rcode = getattr(RCODE, row["rcode"])
        _records(reply, str(request.q.qname), qtype, row, self.zone, self.home)
        packed: bytes = reply.pack()
        if way == "udp" and (row.get("truncate") or len(packed) > _UDP_MOST):
            packed = reply.truncate().pack()
        return packed

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _records(
    reply: Any,
    name: str,
    qtype: str,
    row: dict[str, Any],
    zone: Zone,
    home: Callable[[str], str | None],
    depth: int = 0,
) -> None:
    from dnslib import AAAA, CNAME, QTYPE, RR, A

    ttl = row.get("ttl", 0)
    if "cname" in row and depth < 9:
        reply.add_answer(RR(name, QTYPE.CNAME, rdata=CNAME(row["cname"]), ttl=ttl))
        _records(reply, row["cname"], qtype, zone.row(row["cname"].lower().rstrip("."), qtype), zone, home, depth + 1)
        return
    if qtype == "A":
        for address in filter(None, map(home, row.get("a", ()))):
            reply.add_answer(RR(name, QTYPE.A, rdata=A(address), ttl=ttl))
    elif qtype == "AAAA":
        for address in filter(None, map(home, row.get("aaaa", ()))):
            packed = tuple(ipaddress.IPv6Address(address).packed)
            reply.add_answer(RR(name, QTYPE.AAAA, rdata=AAAA(packed), ttl=ttl))


def _as_source(pktinfo: bytes) -> bytes:
    """``in_pktinfo`` of a question turned into that of its answer: sent from the address that was asked."""
    _, _, asked = struct.unpack("=I4s4s", pktinfo[:12])
    return struct.pack("=I4s4s", 0, asked, b"\0\0\0\0")
