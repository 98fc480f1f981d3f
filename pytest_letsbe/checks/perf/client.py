"""HTTP/1.1 by three routes: straight to the site, through the proxy in absolute form, and through a tunnel with TLS."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import time
from dataclasses import dataclass

#: Seconds after an answer in which the end of its connection may have been under way.
CROSSED = 0.05


class RouteError(Exception):
    """The exchange failed; the message finishes "a request ..."."""


class Unanswered(RouteError):
    """The connection was ended where an answer should have come."""


class Refusal(RouteError):
    """The proxy answered CONNECT with another status than 2xx."""

    def __init__(self, status: int) -> None:
        super().__init__(f"was answered {status} to CONNECT")
        self.status = status


@dataclass(frozen=True, slots=True)
class Route:
    """A way to the site.

    Args:
        address: where to connect.
        name: the site's name.
        port: the site's port, as the proxy is told it.
        proxied: whether ``address`` is a proxy.
        tls: the client's context for what is spoken in TLS.
    """

    address: tuple[str, int]
    name: str
    port: int
    proxied: bool
    tls: ssl.SSLContext | None = None

    def open(self, timeout: float, *, receive_buffer: int | None = None) -> http.client.HTTPConnection:
        """A connection that is ready for requests. Raises RouteError."""
        try:
            sock = _dial(self.address, timeout, receive_buffer)
            try:
                if self.tls is not None:
                    if self.proxied:
                        _ask_tunnel(sock, f"{self.name}:{self.port}", timeout)
                    sock = self.tls.wrap_socket(sock, server_hostname=self.name)
            except BaseException:
                sock.close()
                raise
        except OSError as error:
            raise RouteError(f"can't be made: {_told(error)}") from None
        connection = http.client.HTTPConnection(self.name, self.port, timeout=timeout)
        connection.sock = sock
        connection.auto_open = 0
        return connection

    def target(self, path: str) -> str:
        """The request target of ``path`` on this route."""
        if self.proxied and self.tls is None:
            return f"http://{self.authority}{path}"
        return path

    @property
    def authority(self) -> str:
        default = 443 if self.tls is not None else 80
        return self.name if self.port == default else f"{self.name}:{self.port}"


class Client:
    """Requests one after another on one route; a connection that the other side ended is made anew."""

    def __init__(self, route: Route, timeout: float = 20.0) -> None:
        self.route = route
        self._timeout = timeout
        self._connection: http.client.HTTPConnection | None = None
        self._answered = float("-inf")

    def ask(self, path: str, body: bytes | None = None, *, kind: str = "application/json") -> tuple[int, bytes]:
        """Status and body. Raises RouteError."""
        try:
            response = self.begin(path, body, kind=kind)
        except Unanswered:
            # It ended the connection in the moment after an answer, without having said so: both crossed on the way.
            if time.monotonic() - self._answered > CROSSED:
                raise
            response = self.begin(path, body, kind=kind)
        try:
            data = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise RouteError(f"got a broken body: {_told(error)}") from None
        self._answered = time.monotonic()
        if response.will_close:
            self.close()
        return response.status, data

    def begin(
        self, path: str, body: bytes | None = None, *, kind: str = "application/json"
    ) -> http.client.HTTPResponse:
        """Send a request and read the head of its answer. Raises RouteError."""
        # The other side may end an idle connection at any moment (RFC 9112, 9.5): that is looked at before.
        # A request that was sent and not answered is lost, and no second try hides it.
        if self._connection is not None and _ended(self._connection.sock):
            self.close()
        if self._connection is None:
            self._connection = self.route.open(self._timeout)
        connection = self._connection
        try:
            headers = {"Host": self.route.authority, "Accept": "*/*"}
            if body is not None:
                headers["Content-Type"] = kind
            connection.request("GET" if body is None else "POST", self.route.target(path), body, headers)
            return connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
            self.close()
            raise Unanswered(f"got no answer: {_told(error)}") from None
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise RouteError(f"got no answer: {_told(error)}") from None

    def seconds(self, path: str, body: bytes | None = None) -> float:
        """How long one request took; anything but a 200 is a RouteError."""
        started = time.perf_counter()
        status, _ = self.ask(path, body)
        took = time.perf_counter() - started
        if status != 200:
            raise RouteError(f"was answered {status}")
        return took

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _ended(sock: socket.socket | None) -> bool:
    """Whether the other side hung up, or said something that nobody asked for."""
    if sock is None:
        return True
    wait = sock.gettimeout()
    try:
        sock.settimeout(0)
        sock.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):  # TLS 1.3 tickets may have come, which is nothing said
        return False
    except OSError:
        return True
    finally:
        sock.settimeout(wait)
    return True


def _dial(address: tuple[str, int], timeout: float, receive_buffer: int | None) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if receive_buffer is not None:  # before connect, or the window is settled already
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    sock.settimeout(timeout)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        sock.connect(address)
    except OSError:
        sock.close()
        raise
    return sock


def _ask_tunnel(sock: socket.socket, authority: str, timeout: float) -> None:
    sock.sendall(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode("ascii"))
    head = b""
    deadline = time.monotonic() + timeout
    while not head.endswith(b"\r\n\r\n"):  # byte by byte: what follows belongs to the tunnel
        byte = sock.recv(1)
        if not byte or len(head) > 65536 or time.monotonic() > deadline:
            raise RouteError("got no answer to CONNECT")
        head += byte
    with contextlib.suppress(IndexError, ValueError):
        status = int(head.split(b" ", 2)[1])
        if 200 <= status < 300:
            return
        raise Refusal(status)
    raise RouteError("got an answer to CONNECT that isn't HTTP")


def _told(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "nothing came before the deadline"
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).strip()
