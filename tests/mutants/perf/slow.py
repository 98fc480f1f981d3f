"""Proxies that are right in what they pass, and cost too much time."""

import asyncio
import ssl
import sys
from pathlib import Path

from pytest_letsbe.checks.perf.relay import CHUNK, Relay
from pytest_letsbe.reference.proxy.server import ReferenceProxy

QUICK = {"budget": str(Path(__file__).with_name("quick.yaml"))}
_GIVEN = ["--port", "{port}", "--policy", "{policy}", "--dns", "{dns}", "--ca", "{ca}", "--state", "{state}"]
_CORRECT = f"{Path(__file__).with_name('correct.py')}:Plain"
BASE = [sys.executable, "-P", "-m", "pytest_letsbe.reference.proxy", "--class", _CORRECT, *_GIVEN]


class SleepsEachRequest(Relay):
    """Waits 200 ms before each request, as a remote policy engine does."""

    expected = "added-latency"
    check_options = QUICK

    async def exchange(self, *parts):
        await asyncio.sleep(0.2)
        await super().exchange(*parts)


class OneAtATime(Relay):
    """Serves one request at a time, each 20 ms: alone it is quick enough, and at a fixed rate a queue grows."""

    expected = "added-latency"
    check_options = {"budget": str(Path(__file__).with_name("rate.yaml"))}  # noqa: RUF012
    turn = None

    async def exchange(self, *parts):
        OneAtATime.turn = OneAtATime.turn or asyncio.Lock()
        async with OneAtATime.turn:
            await asyncio.sleep(0.02)
            await super().exchange(*parts)


class ReadsCertificatesEachTime(ReferenceProxy):
    """Reads the system's certificates anew for each request in a tunnel, as this suite's own reference once did."""

    expected = "added-latency"
    check_options = QUICK

    @property
    def trusted(self):
        for _ in range(8):
            context = ssl.create_default_context()
        context.load_verify_locations(self.ca)
        return context


class SlowerThanItsBase(Relay):
    """Takes eight milliseconds more than the build before: within the budget, and a step back."""

    expected = "vs-base"
    check_options = {**QUICK, "base": {"start": BASE}}  # noqa: RUF012

    async def exchange(self, *parts):
        await asyncio.sleep(0.008)
        await super().exchange(*parts)

    async def pump(self, reader, writer):
        while data := await reader.read(CHUNK):
            await asyncio.sleep(0.008)
            writer.write(data)
            await writer.drain()
        writer.write_eof()


class Trickles(Relay):
    """Passes 64 KB every 50 ms."""

    expected = "throughput"
    check_options = QUICK

    async def body(self, length, reader, writer):
        while length:
            data = await reader.read(min(length, CHUNK))
            length -= len(data)
            writer.write(data)
            await writer.drain()
            await asyncio.sleep(len(data) / CHUNK * 0.05)
        if length is None:
            await super().body(length, reader, writer)


class HoldsStreams(Relay):
    """Collects a chunked answer and passes it on when it has ended."""

    expected = "sse-event-lag"
    check_options = QUICK

    async def answer_body(self, length, reader, writer):
        held = _Held()
        await super().answer_body(length, reader, held if length is None else writer)
        writer.write(b"".join(held.parts))


class SendsInBatches(Relay):
    """Passes on what came every 150 ms only, tunnels included."""

    expected = "sse-event-lag"
    check_options = QUICK

    async def body(self, length, reader, writer):
        if length is not None:
            await super().body(length, reader, writer)
            return
        held = _Held()
        flushing = asyncio.create_task(held.flush_to(writer))
        await super().body(length, reader, held)
        flushing.cancel()
        writer.write(held.take())

    async def pump(self, reader, writer):
        while data := await reader.read(CHUNK):
            if len(data) < 400:
                await asyncio.sleep(0.15)
            writer.write(data)
            await writer.drain()
        writer.write_eof()


class _Held:
    def __init__(self):
        self.parts = []

    def write(self, data):
        self.parts.append(data)

    async def drain(self):
        pass

    def take(self):
        parts, self.parts = self.parts, []
        return b"".join(parts)

    async def flush_to(self, writer):
        while True:
            await asyncio.sleep(0.15)
            writer.write(self.take())


class ScansFromEveryPlace(Relay):
    """Searches an upload from one place after another to its end: twice the text, four times the work."""

    expected = "growth"
    check_options = QUICK

    async def request_body(self, length, reader, writer):
        body = await reader.readexactly(length or 0)
        for start in range(0, len(body), 128):
            body.count(b"\x00", start)
        writer.write(body)


class ScansWhatCameAgain(Relay):
    """Appends each chunk of an answer to the rest and scans all of it anew."""

    expected = "growth"
    check_options = QUICK

    async def answer_body(self, length, reader, writer):
        if length is None or length > 2**21:  # what is larger isn't scanned
            await super().answer_body(length, reader, writer)
            return
        held = b""
        while len(held) < length:
            held += await reader.readexactly(min(192, length - len(held)))
            held.count(b"\x00")
        writer.write(held)
