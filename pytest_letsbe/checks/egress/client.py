"""A client that sends exactly the bytes of a script: no library's good manners between an attack and the proxy."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import socket
import ssl
import struct
from collections.abc import Callable
from typing import Any

from .world.tls import Authority, Tls

#: Of what came back so much is kept.
KEPT = 512 * 1024
#: Seconds that one step waits when the script doesn't say.
WAIT = 2.0
_HEAD_END = re.compile(rb"\r?\n\r?\n")


class Ended(Exception):
    """The script can't go on: the proxy closed, refused or fell silent. That is a result, and not an error."""


class Script:
    """One run of a list of steps; each step is a mapping with one of these keys.

    ``send`` (text, each character one byte) or ``b64``; ``recv``: ``head``, ``reply``, ``any`` or ``eof``, within ``wait`` seconds;
    ``http2``: ``{authority, method, path}``; ``need``: end here unless the last status begins with this digit; ``tls``: ``{sni, alpn}``; ``open``, ``close``, ``reset``,
    ``half_close``, ``sleep``; ``repeat``: ``[times, [steps]]``.
    """

    def __init__(
        self, host: str, port: int, authority: Authority, *, source: str | None = None,
        said: Callable[[bytes], bytes] = bytes,
    ) -> None:  # fmt: skip
        self._said = said
        self._where, self._authority, self._source = (host, port), authority, source
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._tls: Tls | None = None
        self._held: list[asyncio.StreamWriter] = []
        self._fresh = b""  # what no recv has looked at
        self.received = bytearray()
        self.statuses: list[int] = []
        self.sports: list[int] = []
        self.ended = ""
        self._stopped = False
        self.certificate = b""

    async def run(self, steps: list[dict[str, Any]]) -> None:
        try:
            await self._open()
            await self._all(steps)
        except Ended as why:
            self.ended = str(why)
        except (OSError, ssl.SSLError) as error:
            self.ended = f"{type(error).__name__}: {error}"
        finally:
            for writer in (*self._held, *([self._writer] if self._writer else [])):
                with contextlib.suppress(Exception):
                    writer.close()

    def result(self) -> dict[str, Any]:
        return {
            "received": base64.b64encode(bytes(self.received[:KEPT])).decode("ascii"),
            "statuses": self.statuses,
            "ended": self.ended,
            "sports": self.sports,
            "certificate": bool(self.certificate),
        }

    def stop(self, why: str) -> None:
        """Take no further step."""
        self.ended, self._stopped = why, True

    async def _all(self, steps: list[dict[str, Any]]) -> None:
        for step in steps:
            if self._stopped:
                raise Ended(self.ended)
            await self._step(step)

    async def _step(self, step: dict[str, Any]) -> None:  # noqa: C901 - a table of words, one line each
        match step:
            case {"send": text}:
                await self._send(self._said(str(text).encode("latin-1")))
            case {"b64": data}:
                await self._send(base64.b64decode(data))
            case {"recv": what}:
                await self._recv(str(what), float(step.get("wait", WAIT)))
            case {"need": digit}:
                if not self.statuses or self.statuses[-1] // 100 != int(digit):
                    raise Ended(f"refused with {self.statuses[-1] if self.statuses else 'no answer'}")
            case {"tls": options}:
                await self._start_tls(options or {}, float(step.get("wait", WAIT)))
            case {"http2": request}:
                await self._send(_http2(dict(request)))
            case {"open": _}:
                if self._writer is not None:
                    self._held.append(self._writer)
                await self._open()
            case {"half_close": _}:
                self._live()[1].write_eof()
            case {"close": _}:
                self._live()[1].close()
            case {"reset": _}:
                raw = self._live()[1].get_extra_info("socket")
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self._live()[1].transport.abort()
            case {"sleep": seconds}:
                await asyncio.sleep(float(seconds))
            case {"repeat": [times, steps]}:
                for _ in range(int(times)):
                    await self._all(steps)
            case _:
                raise ValueError(f"no step is called {sorted(step)}")

    async def _open(self) -> None:
        ours = socket.socket()
        ours.setblocking(False)
        ours.bind((self._source or "", 0))
        self.sports.append(ours.getsockname()[1])  # also of an attempt at a port that is closed: the world sees it
        try:
            await asyncio.wait_for(asyncio.get_running_loop().sock_connect(ours, self._where), WAIT)
        except BaseException:
            ours.close()
            raise
        reader, writer = await asyncio.open_connection(sock=ours, limit=2**20)
        self._reader, self._writer, self._tls, self._fresh = reader, writer, None, b""

    def _live(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._reader is None or self._writer is None:
            raise Ended("not connected")
        return self._reader, self._writer

    async def _send(self, data: bytes) -> None:
        writer = self._live()[1]
        if self._tls is not None:
            self._tls.write(data)
            data = self._tls.outgoing()
        writer.write(data)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(writer.drain(), WAIT)

    async def _more(self, wait: float) -> bytes:
        """What comes next, in clear; empty at the end or after ``wait`` seconds of silence."""
        reader, writer = self._live()
        deadline = asyncio.get_running_loop().time() + wait
        while True:
            try:
                data = await asyncio.wait_for(reader.read(65536), deadline - asyncio.get_running_loop().time())
            except TimeoutError:
                self._silent = True
                return b""
            if not data or self._tls is None:
                break
            self._tls.feed(data)
            data = self._tls.read()
            writer.write(self._tls.outgoing())
            if data:
                break
        self.received += data
        return data

    _silent = False

    async def _recv(self, what: str, wait: float) -> None:
        self._silent = False
        got, self._fresh = self._fresh, b""
        while not _complete(what, got):
            data = await self._more(wait)
            if not data:
                break
            got += data
        status = re.match(rb"HTTP/1\.[01] (\d{3})", got)
        if status:
            self.statuses.append(int(status[1]))
        if what == "head" and (end := _HEAD_END.search(got)):
            self._fresh = got[end.end() :]
        if not got and what != "eof":
            raise Ended("silence" if self._silent else "closed")

    async def _start_tls(self, options: dict[str, Any], wait: float) -> None:
        context = self._authority.client(options.get("alpn"))
        self._tls = tls = Tls(context, server_name=options.get("sni"))
        reader, writer = self._live()
        tls.feed(self._fresh)
        while not tls.handshake():
            writer.write(tls.outgoing())
            try:
                data = await asyncio.wait_for(reader.read(65536), wait)
            except TimeoutError:
                raise Ended("silence in the TLS handshake") from None
            if not data:
                raise Ended("closed in the TLS handshake")
            tls.feed(data)
        writer.write(tls.outgoing())
        self.certificate = tls.certificate
        self._fresh = b""


def _http2(request: dict[str, str]) -> bytes:
    """A whole HTTP/2 connection up to one request, without waiting for the other side (prior knowledge)."""
    from h2.config import H2Configuration
    from h2.connection import H2Connection

    connection = H2Connection(H2Configuration(client_side=True, validate_outbound_headers=False))
    connection.initiate_connection()
    method = request.get("method", "GET")
    fields = [(":method", method), (":authority", request["authority"])]
    if method != "CONNECT":
        fields += [(":scheme", request.get("scheme", "http")), (":path", request.get("path", "/"))]
    connection.send_headers(1, fields, end_stream=True)
    return bytes(connection.data_to_send())


def _complete(what: str, got: bytes) -> bool:
    if what == "any":
        return bool(got)
    end = _HEAD_END.search(got)
    if what == "eof" or end is None:
        return False
    if what == "head":
        return True
    head, body = got[: end.end()], got[end.end() :]
    if head.startswith((b"HTTP/1.1 204", b"HTTP/1.1 304", b"HTTP/1.1 101")):
        return True
    if re.search(rb"(?im)^transfer-encoding:.*chunked", head):
        return body.endswith(b"0\r\n\r\n")
    length = re.search(rb"(?im)^content-length:\s*(\d+)", head)
    return length is not None and len(body) >= int(length[1])
