"""The small encodings and checksums that structured tokens are built with."""

from __future__ import annotations

import hashlib

from .chars import BASE58, BASE62

BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def in_base(number: int, alphabet: str, width: int = 0) -> str:
    """A number in the base of ``alphabet``, padded on the left with its first character."""
    digits = ""
    while number:
        number, rest = divmod(number, len(alphabet))
        digits = alphabet[rest] + digits
    return digits.rjust(width, alphabet[0])


def base36(number: int, width: int) -> str:
    return in_base(number, BASE62[:36].lower(), width)


def base58check(payload: bytes) -> str:
    raw = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    zeros = len(raw) - len(raw.lstrip(b"\0"))
    return BASE58[0] * zeros + in_base(int.from_bytes(raw, "big"), BASE58)


def _polymod(values: list[int]) -> int:
    checksum = 1
    for value in values:
        top, checksum = checksum >> 25, (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, mask in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            checksum ^= mask if top >> bit & 1 else 0
    return checksum


def bech32(prefix: str, payload: bytes) -> str:
    """BIP 173, without its limit of 90 characters."""
    bits = "".join(f"{byte:08b}" for byte in payload)
    bits += "0" * (-len(bits) % 5)
    data = [int(bits[i : i + 5], 2) for i in range(0, len(bits), 5)]
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    checksum = _polymod([*expanded, *data, 0, 0, 0, 0, 0, 0]) ^ 1
    data += [checksum >> 5 * (5 - i) & 31 for i in range(6)]
    return f"{prefix}1{''.join(BECH32[d] for d in data)}"


def crc16_xmodem(data: bytes) -> int:
    """CRC-16/XMODEM, the one of NATS nkeys."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & 0xFFFF
    return crc


def crc24_openpgp(data: bytes) -> int:
    """RFC 9580 section 6.1.1."""
    crc = 0xB704CE
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc = crc << 1 ^ (0x1864CFB if crc & 0x800000 else 0)
    return crc & 0xFFFFFF
