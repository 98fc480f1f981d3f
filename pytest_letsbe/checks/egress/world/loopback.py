"""A world on 127.0.0.0/8, where no namespace can be made: which address stands for which, and what may run there.

Addresses of the suite's public hosts (``52.a.b.c``) live at ``127.(96+a).b.c``, a block that the policy declares public for the
run; any other IPv4 address that DNS would answer stands as a denied one at ``127.32.c.d``. Nothing here leads off this machine.
"""

from __future__ import annotations

import errno
import ipaddress
import re
import socket
from collections.abc import Sequence

from .namespace import UNREACHABLE

#: What the policy of such a run calls public: 127.96.0.0 to 127.111.255.255, and the address that nobody can connect to.
_NOBODY = "127.255.255.255"
PUBLIC = ("127.96.0.0/12", f"{_NOBODY}/32")
RESOLVER = "127.96.0.53"
#: What the attacks are for; of the other ports those are taken that are free.
NEEDED = (80, 443)
_BIND_TO_DEVICE = 25
_SITE = re.compile(rb"(?<![\d.])52\.([1-9])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")


class NoLoopback(Exception):
    """This machine lets us listen on none of it; the message says why, and what mends it."""


def forward(address: str) -> str | None:
    """Where an address of the full world lives here; None for one that lives nowhere."""
    parsed = ipaddress.ip_address(address)
    if address == UNREACHABLE:
        return _NOBODY
    if parsed.is_loopback or parsed.is_unspecified:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return None
    a, b, c, d = parsed.packed
    return f"127.{96 + b}.{c}.{d}" if a == 52 and 0 < b < 10 else f"127.32.{c}.{d}"


def back(address: str) -> str:
    """The address of the full world that lives at ``address``."""
    parts = address.split(".")
    if len(parts) == 4 and parts[0] == "127" and 96 < int(parts[1]) < 106:
        return f"52.{int(parts[1]) - 96}.{parts[2]}.{parts[3]}"
    return address


def said(data: bytes) -> bytes:
    """What a script sends, with the suite's addresses where they live."""
    return _SITE.sub(lambda m: b"127.%d.%s.%s" % (96 + int(m[1]), m[2], m[3]), data)


def denied(blocks: Sequence[str]) -> list[str]:
    """Blocks of addresses that must not be dialled, without what is public for the run."""
    left = [ipaddress.ip_network(block) for block in blocks]
    for public in map(ipaddress.ip_network, PUBLIC):
        left = [
            part
            for block in left
            for part in (
                block.address_exclude(public)  # type: ignore[arg-type]
                if block.version == public.version and public.subnet_of(block)  # type: ignore[arg-type]
                else [block]
            )
        ]
    return [str(block) for block in left]


def listener(family: int, port: int) -> socket.socket | None:
    """A bound socket that answers on the whole loopback device and on no other; None where the port is taken.

    Raises:
        NoLoopback: for a port that is needed.
    """
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, _BIND_TO_DEVICE, b"lo\0")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", port))  # noqa: S104 - of the loopback device only
    except OSError as error:
        sock.close()
        if port not in NEEDED or family == socket.AF_INET6:
            return None
        mend = (
            "one run at a time, without -n, on a machine that serves nothing there"
            if error.errno == errno.EADDRINUSE
            else "root, or `sysctl net.ipv4.ip_unprivileged_port_start=80`"
        )
        raise NoLoopback(f"port {port} of 127.0.0.0/8: {error.strerror} (it takes {mend})") from None
    return sock


def resolver_sockets() -> tuple[socket.socket, socket.socket]:
    """UDP and TCP of one port: 53 where we may, else any."""
    for port in (53, *([0] * 20)):
        udp, tcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            udp.bind((RESOLVER, port))
            tcp.bind((RESOLVER, udp.getsockname()[1]))
        except OSError:
            udp.close()
            tcp.close()
            continue
        return udp, tcp
    raise NoLoopback(f"no port of {RESOLVER} is free")


def has_ipv6() -> bool:
    """Whether ``::1`` is there."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
