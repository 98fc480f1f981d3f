"""One address in the many ways that some parser, resolver or library reads as that address."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping


def _octets(address: str) -> list[int]:
    return list(ipaddress.IPv4Address(address).packed)


def _number(address: str) -> int:
    return int(ipaddress.IPv4Address(address))


def _six(prefix: str, address: str, shift: int = 0) -> str:
    value = int(ipaddress.IPv6Address(prefix)) | _number(address) << shift
    return f"[{ipaddress.IPv6Address(value)}]"


def _wide(text: str) -> str:
    """Full-width digits, as UTF-8 bytes: each character is one byte on the wire."""
    return "".join(chr(0xFF10 + int(c)) if c.isdigit() else c for c in text).encode().decode("latin-1")


def _circled(text: str) -> str:
    return "".join(chr(0x2460 + int(c) - 1) if c in "123456789" else c for c in text).encode().decode("latin-1")


def _mapped(address: str) -> str:
    a, b, c, d = _octets(address)
    return f"[::ffff:{a << 8 | b:x}:{c << 8 | d:x}]"


#: inet_aton(3) reads one to four numbers, each decimal, octal or hexadecimal; the last fills what is left.
IPV4: Mapping[str, Callable[[str], str]] = {
    "plain": lambda a: a,
    "decimal": lambda a: str(_number(a)),
    "hex": lambda a: f"0x{_number(a):x}",
    "hex-upper": lambda a: f"0X{_number(a):X}",
    "hex-long": lambda a: f"0x{_number(a):016x}",
    "octal": lambda a: f"0{_number(a):o}",
    "dotted-hex": lambda a: ".".join(f"0x{o:x}" for o in _octets(a)),
    "dotted-octal": lambda a: ".".join(f"0{o:o}" for o in _octets(a)),
    "dotted-octal-padded": lambda a: ".".join(f"{o:05o}" for o in _octets(a)),
    "leading-zero-first": lambda a: f"0{_octets(a)[0]:o}." + a.partition(".")[2],
    "two-parts": lambda a: f"{_octets(a)[0]}.{_number(a) & 0xFFFFFF}",
    "three-parts": lambda a: f"{_octets(a)[0]}.{_octets(a)[1]}.{_number(a) & 0xFFFF}",
    "mixed-hex-decimal": lambda a: f"0x{_octets(a)[0]:x}.{_number(a) & 0xFFFFFF}",
    "mixed-octal-hex": lambda a: f"0{_octets(a)[0]:o}.0x{_octets(a)[1]:x}.{_number(a) & 0xFFFF}",
    "trailing-dot": lambda a: a + ".",
    "in-brackets": lambda a: f"[{a}]",
    "full-width": _wide,
    "circled": _circled,
    "percent-encoded": lambda a: "".join(f"%{ord(c):02x}" for c in a),
    "percent-encoded-dots": lambda a: a.replace(".", "%2e"),
    "ideographic-dots": lambda a: a.replace(".", "\u3002").encode().decode("latin-1"),
    "userinfo": lambda a: f"api.letsbe-world.example@{a}",
}

#: IPv6 addresses that lead to an IPv4 address: RFC 4291 (mapped, compatible), 6145 (SIIT), 6052 and 8215 (NAT64), 3056 (6to4),
#: 4380 (Teredo), 5214 (ISATAP).
IPV6: Mapping[str, Callable[[str], str]] = {
    "mapped": lambda a: f"[::ffff:{a}]",
    "mapped-hex": _mapped,
    "mapped-long": lambda a: f"[0000:0000:0000:0000:0000:ffff:{a}]",
    "compatible": lambda a: f"[::{a}]",
    "translated": lambda a: _six("::ffff:0:0:0", a),
    "nat64": lambda a: _six("64:ff9b::", a),
    "nat64-local": lambda a: _six("64:ff9b:1::", a),
    "6to4": lambda a: _six("2002::", a, 80),
    "teredo": lambda a: f"[{ipaddress.IPv6Address(0x20010000 << 96 | (~_number(a) & 0xFFFFFFFF))}]",
    "isatap": lambda a: _six("2600:1f18::5efe:0:0", a),
}


def spelled(address: str, spelling: str) -> str:
    """``address`` (IPv4) in that spelling. Raises KeyError for an unknown one."""
    return {**IPV4, **IPV6}[spelling](address)


def bracketed(address: str) -> str:
    """As it stands in an authority."""
    return f"[{address}]" if ":" in address else address
