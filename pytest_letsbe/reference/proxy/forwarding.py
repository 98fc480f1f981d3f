"""Sends a checked request on, in a form of our own making, and its answer back as it comes."""

from __future__ import annotations

import asyncio
import contextlib
import re

from .audit import Audit
from .heads import Head
from .names import Refused
from .streams import Sink

#: Fields that belong to one connection (RFC 9110, 7.6.1), or that speak of the client.
_OWN = frozenset({
    "connection", "proxy-connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "content-length", "host",
    "proxy-authorization", "proxy-authenticate", "forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto",
    "x-forwarded-port", "x-forwarded-server", "x-real-ip", "x-client-ip", "client-ip", "true-client-ip", "http2-settings", "max-forwards",
    "x-original-url", "x-rewrite-url", "x-original-host", "x-host", "x-http-method-override",
})  # fmt: skip
_PRIVATE = re.compile(r"(?i)proxy-|x-tenant|x-letsbe-|x-upstream-|x-proxy-|x-envoy-|x-amzn-|cf-connecting")
_ANSWER_OWN = frozenset({"connection", "keep-alive", "proxy-connection", "proxy-authenticate", "upgrade"})


class Forwarding(Audit):
    """One request, one upstream connection."""

    async def forward(
        self, head: Head, host: str, port: int, tls: bool, tenant: str | None,
        reader: asyncio.StreamReader, writer: Sink,
    ) -> bool:  # fmt: skip
        """Serve one request of origin form; whether the client's connection may carry another."""
        body = self.redacted(head, await self.body(head, reader))
        websocket = self.is_websocket(head)
        up_reader, up_writer, address = await self.connect(host, port, tls)
        self.record("allow", "listed", method=head.method, host=host, port=port, tenant=tenant, address=str(address))
        try:
            up_writer.write(self.message(head, body, host, port, tls, websocket))
            await up_writer.drain()
            return await self.answer(head, up_reader, up_writer, reader, writer, websocket)
        finally:
            up_writer.close()

    def message(self, head: Head, body: bytes, host: str, port: int, tls: bool, websocket: bool) -> bytes:
        """The request as it goes upstream."""
        lines = [f"{head.method} {head.target} HTTP/1.1", f"Host: {self.host_field(head, host, port, tls)}"]
        lines += [f"{name}: {value}" for name, value in self.end_to_end(head)]
        if body or head.method in ("POST", "PUT", "PATCH"):
            lines.append(f"Content-Length: {len(body)}")
        lines.append("Connection: Upgrade\r\nUpgrade: websocket" if websocket else "Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace") + body

    def host_field(self, head: Head, host: str, port: int, tls: bool) -> str:
        return host if port == (443 if tls else 80) else f"{host}:{port}"

    def end_to_end(self, head: Head) -> list[tuple[str, str]]:
        """The client's fields without those that end here."""
        nominated = {name.strip().lower() for value in head.all("connection") for name in value.split(",")}
        return [(name, value) for name, value in head.fields if not self.ends_here(name.lower(), nominated)]

    def ends_here(self, name: str, nominated: set[str]) -> bool:
        return name in _OWN or name in nominated or _PRIVATE.match(name) is not None

    def is_websocket(self, head: Head) -> bool:
        asked = {name.strip().lower() for value in head.all("connection") for name in value.split(",")}
        upgrade = head.all("upgrade")
        return head.method == "GET" and [u.lower() for u in upgrade] == ["websocket"] and "upgrade" in asked

    async def answer(
        self, head: Head, up_reader: asyncio.StreamReader, up_writer: asyncio.StreamWriter,
        reader: asyncio.StreamReader, writer: Sink, websocket: bool,
    ) -> bool:  # fmt: skip
        """Pass the answer on as it comes; redirects are the client's business."""
        while True:
            raw = await self.answer_head(up_reader)
            status, fields = _parsed(raw)
            if status == 101 and websocket:
                writer.write(raw)
                await self.both_ways(reader, writer, up_reader, up_writer)
                return False
            if status >= 200:
                break
            if status == 101:
                raise Refused(502, "upgrade")
        length = _length(head.method, status, fields)
        chunked = any(name.lower() == "transfer-encoding" for name, _ in fields)
        kept = [(name, value) for name, value in fields if name.lower() not in _ANSWER_OWN]
        ends = length is None and not chunked
        lines = [raw.split(b"\n", 1)[0].strip().decode("latin-1"), *(f"{name}: {value}" for name, value in kept)]
        lines.append(f"Connection: {'close' if ends else 'keep-alive'}")
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        await writer.drain()
        moved = await self.pump(up_reader, writer, 0 if head.method == "HEAD" else length)
        # A chunked answer ends with its connection, which we asked to be closed; whether it was whole the client sees.
        return not ends and not chunked and moved == (length or 0)

    async def answer_head(self, reader: asyncio.StreamReader) -> bytes:
        try:
            return await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), self.in_force().idle)
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            raise Refused(502, "no-answer") from None

    async def both_ways(
        self, reader: asyncio.StreamReader, writer: Sink,
        up_reader: asyncio.StreamReader, up_writer: asyncio.StreamWriter,
    ) -> None:  # fmt: skip
        """Copy until both sides have ended; a half-closed side stays open the other way."""
        await asyncio.gather(self._one_way(reader, up_writer), self._one_way(up_reader, writer))

    async def _one_way(self, reader: asyncio.StreamReader, writer: Sink) -> None:
        with contextlib.suppress(OSError):
            await self.pump(reader, writer)
            if writer.can_write_eof():
                writer.write_eof()
            else:
                writer.close()


def _parsed(raw: bytes) -> tuple[int, list[tuple[str, str]]]:
    lines = raw.decode("latin-1").split("\r\n")
    words = lines[0].split(" ", 2)
    if len(words) < 2 or not words[1].isdecimal() or not words[0].startswith("HTTP/1."):
        raise Refused(502, "answer")
    fields = [
        (name.strip(), value.strip()) for name, colon, value in (line.partition(":") for line in lines[1:]) if colon
    ]
    return int(words[1]), fields


def _length(method: str, status: int, fields: list[tuple[str, str]]) -> int | None:
    if method == "HEAD" or status in (204, 304):
        return 0
    found = [value for name, value in fields if name.lower() == "content-length"]
    return int(found[0]) if found and found[0].isdecimal() else None
