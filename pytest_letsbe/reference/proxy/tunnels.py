"""CONNECT: what is inside is read as well, behind a certificate of our own, unless the policy lets it pass unread."""

from __future__ import annotations

import asyncio
import ssl
from functools import cached_property
from pathlib import Path
from typing import Any

from .forwarding import Forwarding
from .hello import server_name
from .names import Refused
from .streams import Peeked, Sink, TlsSink

#: Seconds in which a client must begin to speak.
PATIENCE = 10.0


class Tunnels(Forwarding):
    """After ``200 Connection established``."""

    async def tunnel(
        self, host: str, port: int, tenant: str | None, reader: asyncio.StreamReader, writer: Sink
    ) -> None:
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.drain()
        first = await asyncio.wait_for(reader.read(65536), PATIENCE)
        if not first:
            return
        peeked = Peeked(first, reader)
        try:
            await self.inside(host, port, tenant, peeked, writer, is_tls=first[:1] == b"\x16")
        finally:
            peeked.stop()

    async def inside(
        self, host: str, port: int, tenant: str | None, reader: asyncio.StreamReader, writer: Sink, *,
        is_tls: bool,
    ) -> None:  # fmt: skip
        """Judge what comes through the tunnel, and serve it."""
        if is_tls != (port != 80):  # TLS everywhere but on port 80, where it has no business
            raise Refused(400, "protocol")
        if is_tls and not self.in_force().terminate:
            await self.pass_unread(host, port, tenant, reader, writer)
            return
        if not is_tls:
            await self.requests(reader, writer, tenant, fixed=(host, port, False))
            return
        sink = await self.terminate(host, reader, writer)
        try:
            await self.requests(sink.reader, sink, tenant, fixed=(host, port, True))
        finally:
            sink.close()

    async def terminate(self, host: str, reader: asyncio.StreamReader, writer: Sink) -> TlsSink:
        """Become the server ``host`` for this client, once the name in its hello is the one in CONNECT."""
        context = self.certificate(host)
        heard: list[str | None] = []

        def hear(connection: object, name: str | None, _: object) -> int | None:
            heard.append(name)
            return None if self.sni_agrees(name, host) else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

        context.sni_callback = hear
        sink = TlsSink(context, reader, writer)
        try:
            await asyncio.wait_for(sink.handshake(), PATIENCE)
        except (ssl.SSLError, OSError):
            raise Refused(400, "sni" if heard and not self.sni_agrees(heard[0], host) else "handshake") from None
        return sink

    def sni_agrees(self, name: str | None, host: str) -> bool:
        """The name in the TLS hello must be the one in CONNECT (domain fronting)."""
        return name is not None and name.lower().removesuffix(".") == host

    async def pass_unread(
        self, host: str, port: int, tenant: str | None, reader: asyncio.StreamReader, writer: Sink
    ) -> None:
        """Copy, once the name in the hello is the one in CONNECT."""
        hello = await asyncio.wait_for(_first_record(reader), PATIENCE)
        if not self.sni_agrees(server_name(hello), host):
            raise Refused(400, "sni")
        up_reader, up_writer, address = await self.connect(host, port, tls=False)
        self.record("allow", "tunnel", method="CONNECT", host=host, port=port, tenant=tenant, address=str(address))
        try:
            up_writer.write(hello)
            await self.both_ways(reader, writer, up_reader, up_writer)
        finally:
            up_writer.close()

    async def requests(
        self, reader: asyncio.StreamReader, writer: Sink, tenant: str | None,
        fixed: tuple[str, int, bool] | None = None,
    ) -> None:  # fmt: skip
        raise NotImplementedError

    @cached_property
    def authority_ca(self) -> Any:
        """Signs what this proxy shows to its clients: the certificate and key in ``ca``."""
        import trustme

        pem = Path(self.ca or "").read_bytes()
        key = pem.index(b"-----BEGIN", pem.index(b"-----END CERTIFICATE"))
        return trustme.CA.from_pem(pem[:key], pem[key:])

    @cached_property
    def minted(self) -> dict[str, Any]:
        return {}

    def certificate(self, host: str) -> ssl.SSLContext:
        """Raises Refused when there is no CA to sign with: without it nothing can be read, so nothing passes."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        try:
            if host not in self.minted:
                self.minted[host] = self.authority_ca.issue_cert(host)
            self.minted[host].configure_cert(context)
        except (OSError, ValueError):
            raise Refused(503, "no-ca") from None
        return context


async def _first_record(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(5)
    return head + await reader.readexactly(int.from_bytes(head[3:5], "big"))
