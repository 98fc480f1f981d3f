"""Looks a name up once, drops every address that isn't public, and dials exactly what it looked at."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
import struct
from functools import cached_property

from .addresses import is_public
from .names import Address, Refused
from .rules import Rules

#: Seconds for one question, and for one connection attempt.
ASK, DIAL = 2.0, 5.0
_MOST_ADDRESSES = 16


class Dialing(Rules):
    """Args: ``dns``: the resolver's address and port; ``ca``: PEM file of what it trusts besides the system's."""

    dns: tuple[str, int]
    ca: str | None

    async def connect(
        self, host: str, port: int, tls: bool
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, Address]:
        """A connection to a permitted destination. Raises Refused."""
        addresses = self.dialled(await self.addresses(host))
        context = self.trusted if tls else None
        for address in addresses:
            try:
                reader, writer = await self.dial(host, address, port, context)
            except ssl.SSLError:
                raise Refused(502, "certificate") from None
            except (OSError, TimeoutError):
                continue
            return reader, writer, address
        raise Refused(502, "unreachable")

    async def dial(
        self, host: str, address: Address, port: int, context: ssl.SSLContext | None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        name = host if context is not None else None
        opening = asyncio.open_connection(str(address), port, ssl=context, server_hostname=name, limit=2**18)
        return await asyncio.wait_for(opening, DIAL)

    @cached_property
    def trusted(self) -> ssl.SSLContext:
        """Made once: reading the system's certificates takes tens of milliseconds."""
        context = ssl.create_default_context()
        if self.ca is not None:
            context.load_verify_locations(self.ca)
        return context

    async def addresses(self, host: str) -> list[Address]:
        """What the name stands for now, IPv4 first."""
        literal = self.literal(host if ":" not in host else f"[{host}]")
        if literal is not None:
            return [literal]
        found = await asyncio.gather(self.ask(host, "A"), self.ask(host, "AAAA"))
        return [address for answer in found for address in answer]

    def dialled(self, addresses: list[Address]) -> list[Address]:
        """Which of the answers may be dialled; Refused when none is left."""
        public = [address for address in addresses if self.is_public(address)]
        if not public or (len(public) < len(addresses) and self.in_force().mixed == "refuse"):
            raise Refused(403 if addresses else 502, "address" if addresses else "no-address")
        return public[:_MOST_ADDRESSES]

    def is_public(self, address: Address) -> bool:
        return is_public(address) or any(address in block for block in self.in_force().public)

    async def ask(self, host: str, qtype: str) -> list[Address]:
        """One question to the resolver, over UDP and over TCP when the answer was cut; empty when there is none."""
        from dnslib import QTYPE, DNSRecord

        question = DNSRecord.question(host, qtype)
        with contextlib.suppress(Exception):  # whatever a resolver sends that is no answer is none
            reply = DNSRecord.parse(await asyncio.wait_for(_over_udp(self.dns, question.pack()), ASK))
            if reply.header.tc:
                reply = DNSRecord.parse(await asyncio.wait_for(_over_tcp(self.dns, question.pack()), ASK))
            if reply.header.id == question.header.id:
                wanted = getattr(QTYPE, qtype)
                return [ipaddress.ip_address(str(rr.rdata)) for rr in reply.rr if rr.rtype == wanted]
        return []


class _Once(asyncio.DatagramProtocol):
    def __init__(self, answer: asyncio.Future[bytes]) -> None:
        self._answer = answer

    def datagram_received(self, data: bytes, addr: object) -> None:
        if not self._answer.done():
            self._answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self._answer.done():
            self._answer.set_exception(exc)


async def _over_udp(server: tuple[str, int], question: bytes) -> bytes:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bytes] = loop.create_future()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Once(answer), remote_addr=server)
    try:
        transport.sendto(question)
        return await answer
    finally:
        transport.close()


async def _over_tcp(server: tuple[str, int], question: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(*server)
    try:
        writer.write(struct.pack("!H", len(question)) + question)
        return await reader.readexactly(struct.unpack("!H", await reader.readexactly(2))[0])
    finally:
        writer.close()
