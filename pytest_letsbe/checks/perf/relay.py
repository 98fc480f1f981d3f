"""A plain forwarding proxy: the yardstick that tells a slow machine from a slow proxy, and the base of the mutants.

It enforces nothing and looks at nothing: absolute-form requests are forwarded, CONNECT is a blind tunnel. What it adds
is what any process between two others adds on this machine at this moment.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from urllib.parse import urlsplit

CHUNK = 64 * 1024


class Relay:
    """One upstream connection for each client connection. Subclasses override what they do badly.

    ``python -m pytest_letsbe.reference.proxy --class`` makes it; it needs nothing of what it is given.
    """

    def __init__(self, policy: str = "", dns: str = "", ca: str | None = None, state: str | None = None) -> None:
        del policy, dns, ca, state

    async def serve(self, port: int) -> None:
        server = await asyncio.start_server(self.met, "127.0.0.1", port, backlog=2048)
        async with server:
            await server.serve_forever()

    async def met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                method, target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
                if method == "CONNECT":
                    host, _, port = target.rpartition(":")
                    upstream = await self.dial(host, int(port))
                    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                    await self.tunnel(reader, writer, *upstream)
                    break
                url = urlsplit(target)
                if upstream is None or upstream[0].at_eof():
                    upstream = await self.dial(url.hostname or "", url.port or 80)
                path = (url.path or "/") + (f"?{url.query}" if url.query else "")
                head = head.replace(target.encode("latin-1"), path.encode("latin-1"), 1)
                await self.exchange(head, reader, writer, *upstream)
        for side in (writer, *([upstream[1]] if upstream else ())):
            side.close()

    async def dial(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(host, port)

    async def exchange(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
        up_reader: asyncio.StreamReader, up_writer: asyncio.StreamWriter,
    ) -> None:  # fmt: skip
        """One request and its answer."""
        up_writer.write(head)
        await self.request_body(framing(head), reader, up_writer)
        answer = await up_reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await self.answer_body(framing(answer), up_reader, writer)

    async def request_body(
        self, length: int | None, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await self.body(length, reader, writer)

    async def answer_body(self, length: int | None, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.body(length, reader, writer)

    async def body(self, length: int | None, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on ``length`` bytes, or chunks to the last when it is None."""
        if length is None:
            while True:
                line = await reader.readline()
                size = int(line.split(b";")[0], 16)
                writer.write(line + await reader.readexactly(size + 2))
                await writer.drain()
                if size == 0:
                    return
        while length:
            data = await reader.read(min(length, CHUNK))
            if not data:
                raise asyncio.IncompleteReadError(b"", length)
            length -= len(data)
            writer.write(data)
            await writer.drain()

    async def tunnel(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
        up_reader: asyncio.StreamReader, up_writer: asyncio.StreamWriter,
    ) -> None:  # fmt: skip
        await asyncio.gather(self.pump(reader, up_writer), self.pump(up_reader, writer))

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                writer.write(data)
                await writer.drain()
            writer.write_eof()


def framing(head: bytes) -> int | None:
    """Length of the body that follows, or None when it is chunked."""
    length: int | None = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"transfer-encoding:"):
            return None
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return length


def main(relay: type[Relay] = Relay) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    options, _ = parser.parse_known_args()
    asyncio.run(relay().serve(options.port))


if __name__ == "__main__":
    main()
