"""What a canary says: HTTP/1.1 as a lenient server does, WebSocket, SSE, HTTP/2, and a banner to anything else.

The path asks for a behaviour: ``/sse``, ``/redirect?to=URL``, ``/hang``, ``/reset``, ``/cut``, ``/big?kb=N``, ``/slow``, ``/echo``.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

_WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_MOST = 64 * 1024 * 1024


class Line(Protocol):
    """A connection, with or without TLS."""

    dst: str
    port: int

    async def send(self, data: bytes) -> None: ...
    def abort(self) -> None: ...
    @property
    def alpn(self) -> str | None: ...


class Conversation:
    """The state of one connection; ``hear`` answers what came."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._buffer = b""
        self._http2: object | None = None
        self._echoing = False

    async def hear(self, data: bytes) -> bool:
        """Answer; False when the connection is to be closed."""
        if self._echoing:
            await self._line.send(_unmasked(data))
            return True
        self._buffer = (self._buffer + data)[-_MOST:]
        if self._http2 is not None or self._buffer.startswith(b"PRI * HTTP/2.0"):
            return await self._two()
        while True:
            if self._buffer and not self._buffer[:1].strip(b"\r\n").isalpha() and self._buffer.strip(b"\r\n"):
                await self._line.send(b"canary\r\n")  # no HTTP at all
                self._buffer = b""
                return True
            found = _HEAD_END.search(self._buffer)
            if not found:
                return len(self._buffer) < 1024 * 1024
            head, rest = self._buffer[: found.end()], self._buffer[found.end() :]
            body = _body(head, rest)
            if body is None:  # not all there yet
                return True
            self._buffer = rest[body:]
            if not await self._one(head, rest[:body]):
                return False

    async def _one(self, head: bytes, body: bytes) -> bool:
        words = head.split(b"\n")[0].split()
        method, target = [*words, b"", b""][:2]
        url = urlsplit(target.decode("latin-1"))
        query = parse_qs(url.query)
        send = self._line.send
        behaviour = url.path.strip("/").split("/")[0]
        if re.search(rb"(?im)^upgrade:\s*websocket", head):
            key = re.search(rb"(?im)^sec-websocket-key:\s*(\S+)", head)
            accept = base64.b64encode(hashlib.sha1((key[1] if key else b"") + _WEBSOCKET.encode()).digest())  # noqa: S324
            await send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
            await send(b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
            self._echoing = True
            return True
        if behaviour == "hang":
            await asyncio.sleep(float(query.get("s", ["30"])[0]))
        elif behaviour in ("reset", "cut"):
            await send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhalf of it")
            await asyncio.sleep(0.05)
            if behaviour == "reset":
                self._line.abort()
            return False
        elif behaviour == "redirect":
            to = unquote(query.get("to", [""])[0])
            await send(f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode("latin-1"))
            return True
        elif behaviour == "sse":
            await self._events(int(query.get("n", ["3"])[0]), float(query.get("every", ["0.05"])[0]))
            return False
        elif behaviour in ("big", "slow"):
            await self._big(int(query.get("kb", ["1024"])[0]))
            return True
        await send(_reply(self._line, method, body if behaviour == "echo" else b""))
        return True

    async def _events(self, count: int, every: float) -> None:
        await self._line.send(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
        )
        for number in range(count):
            await self._line.send(f"data: canary event {number}\n\n".encode())
            await asyncio.sleep(every)

    async def _big(self, kilobytes: int) -> None:
        await self._line.send(f"HTTP/1.1 200 OK\r\nContent-Length: {kilobytes * 1024}\r\n\r\n".encode())
        for _ in range(kilobytes):
            await self._line.send(b"x" * 1024)

    async def _two(self) -> bool:
        from .http2 import Http2

        if self._http2 is None:
            self._http2 = Http2()
        data, self._buffer = self._buffer, b""
        out = self._http2.hear(data)  # type: ignore[attr-defined]
        if out is None:
            return False
        await self._line.send(out)
        return True


def _reply(line: Line, method: bytes, echoed: bytes) -> bytes:
    body = echoed or f"canary at {line.dst} port {line.port}\n".encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\nX-Canary: {line.dst}\r\n\r\n"
    return head.encode() + (b"" if method == b"HEAD" else body)


def _body(head: bytes, rest: bytes) -> int | None:
    """How many bytes of ``rest`` are the body, read as a lenient server would; None until it is complete."""
    if re.search(rb"(?im)^transfer-encoding[ \t]*:.*chunked", head):
        end = re.search(rb"(?:^|\r?\n)0+[^\n]*\r?\n\r?\n", rest)
        return end.end() if end else None
    length = re.search(rb"(?im)^content-length[ \t]*:[ \t]*\+?(\d+)", head)
    wanted = int(length[1][:9]) if length else 0
    return wanted if len(rest) >= wanted else None


def _unmasked(data: bytes) -> bytes:
    """WebSocket frames of a client as its echo (short ones only; anything else comes back as it is)."""
    out = b""
    while len(data) >= 6 and data[1] & 0x80 and data[1] & 0x7F < 126:
        length, mask = data[1] & 0x7F, data[2:6]
        payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data[6 : 6 + length]))
        out += bytes((data[0], length)) + payload
        data = data[6 + length :]
    return out + data
