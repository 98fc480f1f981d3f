"""Which addresses a proxy must never dial, whatever name led there: the registries' special-purpose blocks, metadata, and transition forms.

``ipaddress.is_global`` is no oracle: it says yes to ``64:ff9b::a9fe:a9fe`` (PYSEC-2026-2995) and to Azure's WireServer.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

#: Class of address -> blocks. IANA special-purpose registries (RFC 6890) unless a line says otherwise.
BLOCKS: Mapping[str, tuple[str, ...]] = {
    "loopback": ("127.0.0.0/8", "::1/128"),
    "unspecified": ("0.0.0.0/8", "::/128"),
    "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),  # RFC 1918
    "cgnat": ("100.64.0.0/10",),  # RFC 6598
    "link-local": ("169.254.0.0/16", "fe80::/10"),
    "unique-local": ("fc00::/7", "fec0::/10"),  # RFC 4193, and site-local of RFC 3879
    "reserved": (
        "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
        "100::/64", "2001:db8::/32", "3fff::/20", "5f00::/16",
    ),
    "multicast": ("224.0.0.0/4", "ff00::/8"),
    # Clouds answer there with credentials; the first looks public (Azure WireServer).
    "metadata": ("168.63.129.16/32",),
    # IPv6 addresses that lead to an IPv4 address inside: mapped, compatible, SIIT (RFC 6145), NAT64 (RFC 6052, 8215), 6to4, Teredo.
    "transition": (
        "::ffff:0:0/96", "::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32",
    ),
}  # fmt: skip

DENIED = tuple(block for blocks in BLOCKS.values() for block in blocks)

_NETWORKS = tuple(
    (kind, ipaddress.ip_network(block))
    for kind, blocks in sorted(BLOCKS.items(), key=lambda item: item[0] == "transition")
    for block in blocks
)
_ISATAP = (0x5EFE, 0x0200_5EFE)  # RFC 5214: an IPv4 address in the last 32 bits


def kind_of(address: str) -> str | None:
    """The class of a denied address, or None for one that is public."""
    parsed = ipaddress.ip_address(address)
    for kind, network in _NETWORKS:
        if parsed.version == network.version and parsed in network:
            return kind
    if parsed.version == 6 and (int(parsed) >> 32) & 0xFFFFFFFF in _ISATAP:
        return "transition"
    return None
