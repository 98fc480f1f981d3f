"""Proxies that hold on to what they should let go, and those that lose or double requests."""

import asyncio
import itertools
from pathlib import Path

from pytest_letsbe.checks.perf.relay import CHUNK, Relay, framing

QUICK = {"budget": str(Path(__file__).with_name("quick.yaml"))}


class RefusesEverything(Relay):
    """Answers 403 to everything: nothing is faster."""

    expected = "liveness"
    check_options = QUICK

    async def met(self, reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()


class AnswersItself(Relay):
    """Answers with what it was sent, and asks nobody."""

    expected = "liveness"
    check_options = QUICK

    async def exchange(self, head, reader, writer, up_reader, up_writer):
        body = await reader.readexactly(framing(head) or 0)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


class KeepsBodies(Relay):
    """Keeps every upload for its records."""

    expected = "memory-plateau"
    check_options = QUICK
    kept = []  # noqa: RUF012 - a process has one proxy

    async def request_body(self, length, reader, writer):
        body = await reader.readexactly(length or 0)
        self.kept.append(body * 20)
        writer.write(body)


class KeepsConnections(Relay):
    """Never forgets a client: its buffers stay after it has gone."""

    expected = "memory-plateau"
    check_options = QUICK
    kept = []  # noqa: RUF012 - a process has one proxy

    async def met(self, reader, writer):
        self.kept.append(b"x" * 2_000_000)
        await super().met(reader, writer)


class StallsBeyondForty(Relay):
    """Accepts any number of clients, and serves forty: the others wait for one to go."""

    expected = "tunnels"
    check_options = QUICK
    places = None

    async def tunnel(self, *parts):
        StallsBeyondForty.places = StallsBeyondForty.places or asyncio.Semaphore(40)
        async with StallsBeyondForty.places:
            await super().tunnel(*parts)


class RefusesBeyondForty(Relay):
    """Refuses the forty-first tunnel with 503, where sixty are asked for."""

    expected = "tunnels"
    check_options = QUICK
    open_now = 0

    async def dial(self, host, port):
        if port == 443 and self.open_now >= 40:
            raise OSError
        return await super().dial(host, port)

    async def tunnel(self, *parts):
        RefusesBeyondForty.open_now += 1
        try:
            await super().tunnel(*parts)
        finally:
            RefusesBeyondForty.open_now -= 1

    async def met(self, reader, writer):
        if self.open_now >= 40:
            writer.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            writer.close()
            return
        await super().met(reader, writer)


class ReadsAhead(Relay):
    """Reads an answer as fast as the site sends it, however slowly the client takes it."""

    expected = "slow-reader"
    check_options = QUICK

    async def answer_body(self, length, reader, writer):
        if length is None:
            await super().answer_body(length, reader, writer)
            return
        while length:
            data = await reader.read(min(length, CHUNK))
            length -= len(data)
            writer.write(data)

    async def pump(self, reader, writer):
        while data := await reader.read(CHUNK):
            writer.write(data)
        writer.write_eof()


class DropsSome(Relay):
    """Loses one request in fifteen."""

    expected = "errors"
    check_options = QUICK
    count = itertools.count(1)

    async def exchange(self, head, *parts):
        if b"/once" in head and next(self.count) % 15 == 0:
            raise OSError
        await super().exchange(head, *parts)


class SendsTwice(Relay):
    """Sends one POST in twelve again, because its answer took so long."""

    expected = "errors"
    check_options = QUICK
    count = itertools.count(1)

    async def exchange(self, head, reader, writer, up_reader, up_writer):
        if b"/once" in head and next(self.count) % 12 == 0:
            body = await reader.readexactly(framing(head) or 0)
            up_writer.write(head + body)
            answer = await up_reader.readuntil(b"\r\n\r\n")
            await up_reader.readexactly(framing(answer) or 0)
            again = asyncio.StreamReader()
            again.feed_data(body)
            reader = again
        await super().exchange(head, reader, writer, up_reader, up_writer)


class AnswersWithTheLast(Relay):
    """Answers one request in twelve with what the one before was answered."""

    expected = "errors"
    check_options = QUICK
    count = itertools.count(1)
    last = b""

    async def exchange(self, head, reader, writer, up_reader, up_writer):
        if b"/once" not in head or (framing(head) or 0) > 1000:
            await super().exchange(head, reader, writer, up_reader, up_writer)
            return
        up_writer.write(head)
        await self.request_body(framing(head), reader, up_writer)
        answer = await up_reader.readuntil(b"\r\n\r\n")
        whole = answer + await up_reader.readexactly(framing(answer) or 0)
        stale = next(self.count) % 12 == 0 and self.last
        writer.write(self.last if stale else whole)
        AnswersWithTheLast.last = whole
