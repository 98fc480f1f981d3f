"""A byte stream as the proxy uses it, with TLS put over one that has already been read from."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import Protocol

#: Decrypted bytes that wait to be read, at most about so many.
_WAITING = 1024 * 1024


class Sink(Protocol):
    """The writing half; ``asyncio.StreamWriter`` is one."""

    def write(self, data: bytes) -> None: ...
    async def drain(self) -> None: ...
    def can_write_eof(self) -> bool: ...
    def write_eof(self) -> None: ...
    def close(self) -> None: ...


class TlsSink:
    """The server's side of TLS over a stream; ``reader`` has what the client says in clear."""

    def __init__(self, context: ssl.SSLContext, raw_reader: asyncio.StreamReader, raw_writer: Sink) -> None:
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)
        self._raw_reader, self._raw_writer = raw_reader, raw_writer
        self.reader = asyncio.StreamReader(limit=2**18)
        self._task: asyncio.Task[None] | None = None

    async def handshake(self) -> None:
        """Raises ssl.SSLError, OSError."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush()
                data = await self._raw_reader.read(65536)
                if not data:
                    raise OSError("gone during the handshake") from None
                self._in.write(data)
                continue
            except ssl.SSLError:
                await self._flush()  # the alert
                raise
            break
        await self._flush()
        self._task = asyncio.get_running_loop().create_task(self._decrypt())

    async def _decrypt(self) -> None:
        with contextlib.suppress(OSError, ssl.SSLError):
            while True:
                with contextlib.suppress(ssl.SSLWantReadError):
                    while plain := self._tls.read(65536):
                        self.reader.feed_data(plain)
                    break  # the client said that nothing follows
                await self._flush()
                while len(self.reader._buffer) > _WAITING:  # type: ignore[attr-defined]
                    await asyncio.sleep(0.01)
                data = await self._raw_reader.read(65536)
                if not data:
                    break
                self._in.write(data)
        self.reader.feed_eof()

    async def _flush(self) -> None:
        if self._out.pending:
            self._raw_writer.write(self._out.read())
            await self._raw_writer.drain()

    def write(self, data: bytes) -> None:
        if data:
            self._tls.write(data)
            self._raw_writer.write(self._out.read())

    async def drain(self) -> None:
        await self._raw_writer.drain()

    def can_write_eof(self) -> bool:
        return False

    def write_eof(self) -> None:
        raise NotImplementedError("TLS has no half-close here")

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
        with contextlib.suppress(ssl.SSLError, OSError):
            self._tls.unwrap()
        with contextlib.suppress(OSError):
            self._raw_writer.write(self._out.read())
        self._raw_writer.close()


class Peeked(asyncio.StreamReader):
    """A stream from which something was read already: it comes first again."""

    def __init__(self, first: bytes, rest: asyncio.StreamReader) -> None:
        super().__init__(limit=2**18)
        self.feed_data(first)
        self._rest = rest
        self._task = asyncio.get_running_loop().create_task(self._copy())

    async def _copy(self) -> None:
        with contextlib.suppress(OSError):
            while data := await self._rest.read(65536):
                self.feed_data(data)
                while len(self._buffer) > _WAITING:  # type: ignore[attr-defined]
                    await asyncio.sleep(0.01)
        self.feed_eof()

    def stop(self) -> None:
        self._task.cancel()
