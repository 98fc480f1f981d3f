"""Whether an address is one of the public internet; what leads to another address inside counts as that and is refused."""

from __future__ import annotations

import ipaddress

from .names import Address

#: IPv4 blocks that are no public unicast (IANA special-purpose registry), and Azure's WireServer.
_V4 = [
    ipaddress.IPv4Network(block)
    for block in [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    ]
]
#: Of IPv6 only global unicast is public, without Teredo, ORCHID, documentation and 6to4.
_GLOBAL = ipaddress.IPv6Network("2000::/3")
_V6 = [
    ipaddress.IPv6Network(block)
    for block in ["2001::/32", "2001:2::/48", "2001:10::/28", "2001:20::/28", "2001:db8::/32", "2002::/16", "3fff::/20"]
]
_ISATAP = (0x00005EFE, 0x02005EFE)


def is_public(address: Address) -> bool:
    """Whether a proxy may dial it."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in block for block in _V4)
    if address not in _GLOBAL or any(address in block for block in _V6):
        return False
    return (int(address) >> 32) & 0xFFFFFFFF not in _ISATAP
