"""Our certificate authority, and TLS over bytes that came from anywhere."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable
from pathlib import Path


class Authority:
    """A CA that signs for whatever name is asked for, and a second one that nobody trusts.

    ``bundle`` is its certificate and key in one PEM file: what ``{ca}`` stands for. A proxy that terminates TLS signs with
    it and trusts it; any other only trusts it.
    """

    def __init__(self, folder: Path) -> None:
        import trustme

        self._ca, self._stranger = trustme.CA(organization_name="letsbe test CA"), trustme.CA()
        self.bundle = folder / "ca.pem"
        self.bundle.write_bytes(self._ca.cert_pem.bytes() + self._ca.private_key_pem.bytes())
        self.bundle.chmod(0o644)
        self._contexts: dict[tuple[str, bool], ssl.SSLContext] = {}

    def server(self, name: str, *, trusted: bool = True) -> ssl.SSLContext:
        """For a server called ``name``."""
        key = (name, trusted)
        if key not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.set_alpn_protocols(["h2", "http/1.1"])
            issuer = self._ca if trusted else self._stranger
            try:
                certificate = issuer.issue_cert(name)
            except (ValueError, UnicodeError):
                certificate = issuer.issue_cert("nameless.test")
            certificate.configure_cert(context)
            self._contexts[key] = context
        return self._contexts[key]

    def client(self, alpn: list[str] | None = None) -> ssl.SSLContext:
        """For a client that trusts nobody but us; whose name it is isn't its business, but the proxy's."""
        context = ssl.create_default_context(cadata=self._ca.cert_pem.bytes().decode("ascii"))
        context.check_hostname = False
        if alpn:
            context.set_alpn_protocols(alpn)
        return context


class Tls:
    """One side of a TLS connection without a socket: feed it what came, send what it hands out."""

    def __init__(self, context: ssl.SSLContext, *, server_name: str | None = None, is_server: bool = False) -> None:
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=is_server, server_hostname=server_name)
        self.ready = False

    def feed(self, data: bytes) -> None:
        self._in.write(data)

    def handshake(self) -> bool:
        """Go on with the handshake; whether it is done. Raises ssl.SSLError."""
        if not self.ready:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                return False
            self.ready = True
        return True

    def read(self) -> bytes:
        """All plain bytes there are; raises ``ssl.SSLError`` when the other side breaks the protocol."""
        parts = []
        while True:
            try:
                part = self._tls.read(65536)
            except (ssl.SSLWantReadError, ssl.SSLZeroReturnError):
                break
            if not part:
                break
            parts.append(part)
        return b"".join(parts)

    def write(self, data: bytes) -> None:
        if data:
            self._tls.write(data)

    def outgoing(self) -> bytes:
        return self._out.read()

    @property
    def alpn(self) -> str | None:
        return self._tls.selected_alpn_protocol()

    @property
    def certificate(self) -> bytes:
        return self._tls.getpeercert(binary_form=True) or b""


def choosing(authority: Authority, heard: Callable[[str | None], bool]) -> ssl.SSLContext:
    """A server context that tells ``heard`` which name was asked for, and answers as that name.

    ``heard`` says whether the certificate may be one that is trusted.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["h2", "http/1.1"])

    def pick(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        trusted = heard(name)
        connection.context = authority.server(name or "nameless.test", trusted=trusted)

    context.sni_callback = pick
    return context


def is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
