"""One keep-alive HTTP connection whose every exchange ends by a total deadline and within a size."""

from __future__ import annotations

import contextlib
import http.client
import io
import select
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

from ..model import Location, UsageError
from .base import MAX_REPLY

CHUNK = 64 * 1024


class WireError(Exception):
    """The exchange failed; the message finishes the sentence "target x ..."."""

    def __init__(self, what: str, *, silent: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.silent = silent


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP response."""

    status: int
    body: bytes


def check_url(url: str, location: Location | None = None) -> SplitResult:
    """The parts of a base url that a target can have; UsageError otherwise."""
    try:
        parts = urlsplit(url)
        fine = bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise UsageError(f"url {url!r} must be like http://127.0.0.1:8080/base", location) from None
    if parts.scheme not in ("http", "https"):
        raise UsageError(f"url {url!r} must begin with http:// or https://", location)
    if parts.username is not None or parts.password is not None:
        raise UsageError("a target's url can't hold a user name or password", location)
    if not fine or parts.query or parts.fragment or not url.isascii() or not url.isprintable() or " " in url:
        raise UsageError(f"url {url!r} must be like http://127.0.0.1:8080/base", location)
    return parts


class Wire:
    """A connection to the server of ``parts``; opened by its first exchange, reused by the next."""

    def __init__(self, parts: SplitResult) -> None:
        host = parts.hostname or ""
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(host, parts.port)
        self._connection.auto_open = 0  # a lost connection is ours to notice, not to paper over
        self._socket: _TimedSocket | None = None

    def exchange(
        self, method: str, path: str, wait: float, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request and read its whole response, all within ``wait`` seconds. Raises WireError."""
        deadline = time.monotonic() + wait
        try:
            self._open(deadline)
            self._connection.request(method, path, body, dict(headers or {}))
            with self._connection.getresponse() as response:
                return Answer(response.status, _read(response))
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            self.close()
            raise _told(error, wait) from None
        except BaseException:  # Ctrl-C, or a WireError: the rest of this answer must not be taken for the next one
            self.close()
            raise

    def probe(self, wait: float) -> None:
        """Only connect. Raises WireError."""
        try:
            self._open(time.monotonic() + wait)
        except (OSError, UnicodeError) as error:
            raise _told(error, wait) from None
        finally:
            self.close()

    def close(self) -> None:
        self._connection.close()
        self._socket = None

    def _open(self, deadline: float) -> None:
        if self._socket is not None and self._connection.sock is not None and not self._socket.is_stale():
            self._socket.deadline = deadline
            return
        self.close()
        self._connection.timeout = max(0.001, deadline - time.monotonic())
        self._connection.connect()
        plain = self._connection.sock
        if plain.getsockname() == plain.getpeername():
            # A connect to a free loopback port can, by chance, meet itself.
            self.close()
            raise ConnectionRefusedError
        self._socket = _TimedSocket(plain, deadline)
        self._connection.sock = cast("socket.socket", self._socket)


class _TimedSocket:
    """What http.client needs of a socket, with one deadline over all reads: a slow drip can't extend it."""

    def __init__(self, plain: socket.socket, deadline: float) -> None:
        self.plain = plain
        self.deadline = deadline

    def arm(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.plain.settimeout(left)

    def is_stale(self) -> bool:
        """Whether the server hung up since, or sent what nobody asked for: a new request needs a new connection."""
        return bool(select.select([self.plain], [], [], 0)[0])

    def sendall(self, data: Any) -> None:
        self.arm()
        self.plain.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        raw = cast("io.RawIOBase", self.plain.makefile(mode, buffering=0))  # type: ignore[call-overload]
        return io.BufferedReader(_TimedReader(raw, self))

    def close(self) -> None:
        self.plain.close()


class _TimedReader(io.RawIOBase):
    def __init__(self, raw: io.RawIOBase, timed: _TimedSocket) -> None:
        self._raw = raw
        self._timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._timed.arm()
        return self._raw.readinto(buffer)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._raw.close()
        super().close()


def _read(response: http.client.HTTPResponse) -> bytes:
    body = bytearray()
    while chunk := response.read(CHUNK):
        body += chunk
        if len(body) > MAX_REPLY:
            raise WireError(f"answered with more than {MAX_REPLY // 2**20} MB")
    if response.length:
        raise WireError(f"cut its answer short by {response.length} bytes")
    return bytes(body)


def _told(error: Exception, wait: float) -> WireError:
    match error:
        case TimeoutError():
            return WireError(f"didn't answer within {wait:g} s", silent=True)
        case ConnectionRefusedError():
            return WireError("refused the connection; is it running?")
        case http.client.RemoteDisconnected() | ConnectionResetError() | BrokenPipeError():
            return WireError("closed the connection without an answer")
        case http.client.IncompleteRead():
            return WireError("cut its answer short")
        case socket.gaierror() | UnicodeError():
            return WireError("has a host name that doesn't resolve")
        case OSError():
            return WireError(f"can't be reached: {error.strerror or type(error).__name__}")
        case _:
            return WireError(f"sent what is not HTTP ({type(error).__name__})")
