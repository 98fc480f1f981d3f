"""Moves bodies: a request's is read whole, so that it can be redacted whatever its pieces; an answer's streams."""

from __future__ import annotations

import asyncio
import re

from .heads import Head, Heads
from .names import Refused
from .streams import Sink

MOST = 32 * 1024 * 1024
#: A chunk's size, without extensions (RFC 9112, 7.1.1 lets a recipient refuse what it doesn't know).
_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}\r\n\Z")


class Bodies(Heads):
    """Strict about what comes from the client."""

    async def body(self, head: Head, reader: asyncio.StreamReader) -> bytes:
        """The request's whole body, without framing. Raises Refused."""
        if head.length is not None:
            if head.length > MOST:
                raise Refused(413, "too-large")
            return await reader.readexactly(head.length)
        parts, total = [], 0
        while size := await self.chunk_size(reader):
            total += size
            if total > MOST:
                raise Refused(413, "too-large")
            parts.append(await reader.readexactly(size))
            if await reader.readexactly(2) != b"\r\n":
                raise Refused(400, "chunk")
        if await reader.readline() != b"\r\n":  # trailers have no use here
            raise Refused(400, "trailer")
        return b"".join(parts)

    async def chunk_size(self, reader: asyncio.StreamReader) -> int:
        line = await reader.readline()
        if not _SIZE.match(line):
            raise Refused(400, "chunk")
        return int(line, 16)

    async def pump(self, reader: asyncio.StreamReader, writer: Sink, most: int | None = None) -> int:
        """Copy as it comes, up to ``most`` bytes or the end; a slow reader slows the sender."""
        moved = 0
        while most is None or moved < most:
            data = await reader.read(65536 if most is None else min(65536, most - moved))
            if not data:
                break
            writer.write(data)
            await writer.drain()
            moved += len(data)
        return moved
