"""The proxy as a server: reads requests from a client, and refuses or serves each."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import ssl
from pathlib import Path

from .heads import Head
from .names import Refused
from .streams import Sink
from .tunnels import Tunnels

#: Seconds in which a request's head must have come: a client that drips doesn't keep a place.
HEAD_SECONDS = 15.0
_WORDS = {400: "Bad Request", 403: "Forbidden", 405: "Method Not Allowed", 407: "Proxy Authentication Required"}


class ReferenceProxy(Tunnels):
    """An egress proxy on a loopback port.

    Args:
        policy: path of the policy as JSON. dns: ``host:port`` of the resolver. ca: PEM with the certificate and key that TLS is
        terminated with. state: folder for the audit.
    """

    def __init__(self, policy: str, dns: str, ca: str | None = None, state: str | None = None) -> None:
        host, _, port = dns.rpartition(":")
        self.dns, self.ca = (host, int(port)), ca
        super().__init__(Path(policy), Path(state) if state else None)

    async def serve(self, port: int) -> None:
        """Listen until the process ends; SIGHUP takes up a changed policy at once."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, self.reload)
        server = await asyncio.start_server(self.client, "127.0.0.1", port, limit=2**17, backlog=2048)
        async with server:
            await server.serve_forever()

    async def client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError, ssl.SSLError):
            await self.requests(reader, writer, None)
        with contextlib.suppress(OSError):
            writer.close()

    async def requests(
        self, reader: asyncio.StreamReader, writer: Sink, tenant: str | None, fixed: tuple[str, int, bool] | None = None
    ) -> None:
        """Serve requests one after another; the first that is refused ends the connection (RFC 9931)."""
        while True:
            self.refresh()
            try:
                raw = await self.read_head(reader)
                if raw is None:
                    return
                if not await self.one(raw, reader, writer, tenant, fixed):
                    return
            except Refused as refused:
                self.refuse(writer, refused)
                await writer.drain()
                if not self.after_refusal(refused):
                    return

    def after_refusal(self, refused: Refused) -> bool:
        """Whether the connection goes on."""
        return False

    def refuse(self, writer: Sink, refused: Refused) -> None:
        """Say no, without a word of what was asked."""
        body = f"refused: {refused.reason}\n".encode()
        more = 'Proxy-Authenticate: Basic realm="egress"\r\n' if refused.status == 407 else ""
        word = _WORDS.get(refused.status, "Refused")
        head = f"HTTP/1.1 {refused.status} {word}\r\n{more}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)

    def healthy(self, writer: Sink) -> None:
        """It takes connections; see contracts/egress-proxy."""
        body = b'{"status": "ok"}'
        kind = "Content-Type: application/json"
        writer.write(
            f"HTTP/1.1 200 OK\r\n{kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
        )

    async def read_head(self, reader: asyncio.StreamReader) -> bytes | None:
        """Up to the empty line; None when the client has gone."""
        limit = self.policy.header_bytes if self.policy is not None else 65536
        try:
            raw = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HEAD_SECONDS)
        except asyncio.IncompleteReadError as end:
            if end.partial.strip():
                raise Refused(400, "head") from None
            return None
        except asyncio.LimitOverrunError:
            raise Refused(431, "head-too-large") from None
        except TimeoutError:
            raise Refused(408, "too-slow") from None
        if len(raw) > limit:
            raise Refused(431, "head-too-large")
        return raw

    async def one(
        self,
        raw: bytes,
        reader: asyncio.StreamReader,
        writer: Sink,
        tenant: str | None,
        fixed: tuple[str, int, bool] | None,
    ) -> bool:
        """Serve one request; every end of it is recorded once."""
        seen = {"method": "", "host": fixed[0] if fixed else "", "port": fixed[1] if fixed else 0, "tenant": tenant}
        try:
            head = self.parse(raw)
            seen["method"] = head.method
            if fixed is not None:
                return await self.inner(head, reader, writer, tenant, fixed)
            if (head.method, head.target) == ("GET", "/healthz"):  # nothing goes out: no attempt, and no record
                self.healthy(writer)
                return False
            seen["host"] = self.shown(head.target)
            seen["tenant"] = tenant = self.tenant(head.one("proxy-authorization"))
            if head.method == "CONNECT":
                return await self.connect_request(head, reader, writer, tenant)
            return await self.absolute(head, reader, writer, tenant)
        except Refused as refused:
            self.record("deny", refused.reason, **seen)  # type: ignore[arg-type]
            raise

    def shown(self, target: str) -> str:
        """What of a target stands in the audit when it can't be read."""
        return target.partition("://")[2].partition("/")[0][:200] or target[:200]

    async def connect_request(self, head: Head, reader: asyncio.StreamReader, writer: Sink, tenant: str | None) -> bool:
        host, port = self.authority(head.target, None)
        self.check_host(head, host, port, port)
        if head.length != 0:
            raise Refused(400, "framing")
        self.permit(tenant, host, port, "tunnel" if port != 80 else "http", "CONNECT")
        await self.precheck(host)
        await self.tunnel(host, port, tenant, reader, writer)
        return False

    async def precheck(self, host: str) -> None:
        """Tell a client early that its destination resolves to nothing it may reach; dialling asks again and checks again."""
        self.dialled(await self.addresses(host))

    async def absolute(self, head: Head, reader: asyncio.StreamReader, writer: Sink, tenant: str | None) -> bool:
        """``GET http://host/path``; Refused for every other form."""
        scheme, separator, rest = head.target.partition("://")
        if scheme.lower() != "http" or not separator:
            raise Refused(400, "form")
        authority, slash, path = self.cut(rest)
        host, port = self.authority(authority, 80)
        self.check_host(head, host, port, 80)
        self.permit(tenant, host, port, "http", head.method)
        head.target = slash + path
        return await self.forward(head, host, port, False, tenant, reader, writer)

    def cut(self, rest: str) -> tuple[str, str, str]:
        """Authority, the slash, the path with its query."""
        if any(c in rest for c in "\\#"):
            raise Refused(400, "target")
        authority, slash, path = rest.partition("/")
        if "?" in authority:
            authority, question, query = authority.partition("?")
            return authority, "/", question + query
        return authority, slash or "/", path

    async def inner(
        self, head: Head, reader: asyncio.StreamReader, writer: Sink, tenant: str | None, fixed: tuple[str, int, bool]
    ) -> bool:
        """A request inside a tunnel: it is for the host that was connected to, and for no other."""
        host, port, tls = fixed
        if head.method == "CONNECT" or not head.target.startswith("/"):
            raise Refused(400, "form")
        self.check_host(head, host, port, 443 if tls else 80)
        self.permit(tenant, host, port, "https" if tls else "http", head.method)
        return await self.forward(head, host, port, tls, tenant, reader, writer)
