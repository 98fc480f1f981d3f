"""A DER writer: just what private keys, public keys and a small certificate need (ITU-T X.690)."""

from __future__ import annotations

OIDS = {
    "rsaEncryption": "1.2.840.113549.1.1.1",
    "ecPublicKey": "1.2.840.10045.2.1",
    "prime256v1": "1.2.840.10045.3.1.7",
    "ed25519": "1.3.101.112",
    "commonName": "2.5.4.3",
}
NULL = b"\x05\x00"


def tagged(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def sequence(*parts: bytes) -> bytes:
    return tagged(0x30, *parts)


def integer(value: int) -> bytes:
    return tagged(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(value: bytes) -> bytes:
    return tagged(0x04, value)


def bits(value: bytes) -> bytes:
    return tagged(0x03, b"\0" + value)


def oid(name: str) -> bytes:
    first, second, *rest = map(int, OIDS[name].split("."))
    return tagged(0x06, bytes([40 * first + second]), *map(_base128, rest))


def _base128(number: int) -> bytes:
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))


def explicit(number: int, *parts: bytes) -> bytes:
    return tagged(0xA0 | number, *parts)
