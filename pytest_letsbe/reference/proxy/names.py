"""Reads an authority the one way there is: a host name in ASCII or an address in its usual spelling, and a port."""

from __future__ import annotations

import ipaddress
import re
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

#: A name of labels (RFC 1123), whose last one isn't a number: `2130706433` and `0x7f.1` are addresses to getaddrinfo.
_NAME = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_PORT = re.compile(r"[1-9][0-9]{0,4}\Z")


class Refused(Exception):
    """The request isn't served: a status for the client, a word for the audit."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class Names:
    """How a destination is read."""

    def authority(self, text: str, default: int | None) -> tuple[str, int]:
        """``host[:port]``; Refused for anything that could be read in a second way."""
        host, port = self.split(text)
        return self.host(host), self.port(port, default)

    def split(self, text: str) -> tuple[str, str]:
        """Host and port as they stand; brackets stay on an IPv6 address."""
        if text.startswith("["):
            end = text.find("]")
            if end < 0 or text[end + 1 : end + 2] not in ("", ":"):
                raise Refused(400, "authority")
            return text[: end + 1], text[end + 2 :] if text[end + 1 :] else ""
        host, colon, port = text.partition(":")
        if colon and not port:
            raise Refused(400, "port")
        return host, port

    def host(self, text: str) -> str:
        """A lower-case name without a trailing dot, or the usual spelling of an address."""
        address = self.literal(text)
        if address is not None:
            return str(address)
        name = self.folded(text)
        if not _NAME.match(name):
            raise Refused(400, "host")
        return name

    def folded(self, text: str) -> str:
        return text.lower().removesuffix(".")

    def literal(self, text: str) -> Address | None:
        """The address that ``text`` spells, or None. Only dotted decimals, and IPv6 in brackets without a zone."""
        bracketed = text.startswith("[") and text.endswith("]")
        inner = text[1:-1] if bracketed else text
        if bracketed != (":" in inner) or "%" in inner:
            return None
        try:
            return ipaddress.ip_address(inner)
        except ValueError:
            return None

    def port(self, text: str, default: int | None) -> int:
        if not text:
            if default is None:
                raise Refused(400, "port")
            return default
        if not _PORT.match(text) or int(text) > 65535:
            raise Refused(400, "port")
        return int(text)
