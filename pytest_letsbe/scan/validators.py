"""Checksums and structures that tell an issued token from a look-alike; each is small and stands by itself."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable
from typing import Any

from .judge import (
    Candidate,
    assignment,
    bare,
    bare_password,
    chosen_key,
    from_a_generator,
    material,
    natural_url_password,
    no_placeholder,
    password,
)
from .values import entropy_of, random_looking

Validator = Callable[[Candidate], bool]

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def _in_base(number: int, alphabet: str, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, len(alphabet))
        digits = alphabet[digit] + digits
    return digits


def _b64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _json(raw: bytes | None) -> Any:
    try:
        return None if raw is None else json.loads(raw)
    except (ValueError, RecursionError):
        return None


def crc32_base62(found: Candidate) -> bool:
    """GitHub and npm: the last six characters are the CRC32 of the 30 before."""
    body = found.value.rpartition("_")[2]
    return body[-6:] == _in_base(zlib.crc32(body[:-6].encode()), _BASE62, 6)


def crc32_hex_tail(found: Candidate) -> bool:
    """Cloudflare: eight hex digits, the CRC32 of the 40 characters before."""
    body = found.value.rpartition("_")[2]
    return body[-8:] == f"{zlib.crc32(body[:-8].encode()):08x}"


def crc32_upper_tail(found: Candidate) -> bool:
    """Atlassian: eight upper-case hex digits, the CRC32 of everything before."""
    return found.value[-8:] == f"{zlib.crc32(found.value[:-8].encode()):08X}"


def crc32_grafana(found: Candidate) -> bool:
    head, _, tail = found.value.rpartition("_")
    return tail == zlib.crc32(head.encode()).to_bytes(4, "little").hex()


def crc32_gitlab(found: Candidate) -> bool:
    """Routable tokens: length of the payload in two base36 digits, CRC32 of all before in seven."""
    head, _, tail = found.value.rpartition(".")
    payload = head.partition("-")[2]
    length = _in_base(len(payload), _BASE36, 2)
    return tail == length + _in_base(zlib.crc32((head + "." + length).encode()), _BASE36, 7)


def base58_54(found: Candidate) -> bool:
    """JFrog: base58 of 54 bytes."""
    number = 0
    for char in found.value:
        if char not in _BASE58:
            return False
        number = number * 58 + _BASE58.index(char)
    return 50 <= (number.bit_length() + 7) // 8 <= 54


def bech32(found: Candidate) -> bool:
    """age: the checksum of BIP 173 over prefix and key."""
    prefix, _, data = found.value.lower().rpartition("1")
    if not data or set(data) - set(_BECH32):
        return False
    values = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + [_BECH32.index(c) for c in data]
    state = 1
    for value in values:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            state ^= generator if top >> bit & 1 else 0
    return state == 1


def nkey(found: Candidate) -> bool:
    """NATS: base32 of prefix, seed and CRC16 (XMODEM)."""
    try:
        raw = base64.b32decode(found.value + "=" * (-len(found.value) % 8))
    except (binascii.Error, ValueError):
        return False
    return binascii.crc_hqx(raw[:-2], 0).to_bytes(2, "little") == raw[-2:]


def jwt(found: Candidate) -> bool:
    """Header and payload are JSON objects, and the header names an algorithm other than none."""
    parts = found.value.split(".")
    header = _json(_b64(parts[0]))
    payload = _json(_b64(parts[1])) if len(parts) > 2 else None
    if not isinstance(header, dict) or not isinstance(payload, dict):
        return False
    return str(header.get("alg", "none")).lower() != "none" and len(parts[-1]) >= 20


def base64_json(found: Candidate) -> bool:
    """What follows the prefix is base64 of a JSON object (Grafana Cloud, 1Password, Sentry)."""
    body = found.value.partition("_")[2].partition("_")[0]
    return isinstance(_json(_b64(body.rstrip("="))), dict)


def bitbucket_dc(found: Candidate) -> bool:
    """base64 of a number, a colon and random bytes."""
    raw = _b64(found.value.partition("-")[2])
    return raw is not None and re.match(rb"\d{4,}:", raw) is not None


def discord(found: Candidate) -> bool:
    """The first part is a snowflake in base64."""
    raw = _b64(found.value.partition(".")[0])
    return raw is not None and raw.isdigit() and 16 <= len(raw) <= 20


def aws_key_id(found: Candidate) -> bool:
    """What follows AKIA is base32."""
    return re.fullmatch(r"[A-Z2-7]{16}", found.value[4:]) is not None


def basic(found: Candidate) -> bool:
    """base64 of ``user:password``, both printable, the password no placeholder."""
    raw = _b64(found.value.rstrip("="))
    if len(found.value) >= 20 and (raw is None or not raw.isascii()):  # no user's, but no word either
        return random_looking(found.value, 20) and no_placeholder(found)
    _, colon, password = (raw or b"").partition(b":")
    if not colon or len(password) < 4 or not raw or any(byte < 32 for byte in raw):
        return False
    return no_placeholder(Candidate(password.decode("utf-8", "replace"), found.key, found.path, found.line))


def pem_body(found: Candidate) -> bool:
    """The armoured body is base64 of enough bytes to be a key, whatever its line breaks are written as."""
    body = re.sub(r"-----[^-]+-----|\\[nrt]|[\s\"'+,>|-]|^[A-Za-z-]+:.*$", "", found.value, flags=re.MULTILINE)
    body = re.sub(r"[^A-Za-z0-9/+=]", "", body).split("=")[0]
    return len(body) >= 64 and len(set(body[:-24])) > 12


def crypt_hash(found: Candidate) -> bool:
    return len(set(found.value)) > 16


def luhn(found: Candidate) -> bool:
    digits = [int(c) for c in found.value if c.isdigit()]
    doubled = [d if i % 2 == 0 else (2 * d - 9 if d > 4 else 2 * d) for i, d in enumerate(reversed(digits))]
    return len(digits) >= 12 and sum(doubled) % 10 == 0


def base58check(found: Candidate) -> bool:
    """Bitcoin: a private key of 51 or 52 characters, or an extended one of 111, with its double SHA-256."""
    import hashlib

    number = 0
    for char in found.value:
        if char not in _BASE58:
            return False
        number = number * 58 + _BASE58.index(char)
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    if len(raw) < 37:
        return False
    return hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


def mnemonic(found: Candidate) -> bool:
    """BIP 39: 12, 15, 18, 21 or 24 words of three to eight letters, hardly one of them twice."""
    words = found.value.split()
    return (
        len(words) in (12, 15, 18, 21, 24)
        and all(re.fullmatch(r"[a-z]{3,8}", word) for word in words)
        and len(set(words)) >= len(words) - 3
    )


def mixed(found: Candidate) -> bool:
    """Letters and digits both: what random tokens of this length always have."""
    return any(c.isdigit() for c in found.value) and any(c.isalpha() for c in found.value)


def pypi_macaroon(found: Candidate) -> bool:
    raw = _b64(found.value.removeprefix("pypi-"))
    return raw is not None and raw[:2] == b"\x02\x01" and b"pypi.org" in raw[:16]


VALIDATORS: dict[str, Validator] = {
    "crc32-base62": crc32_base62,
    "crc32-hex": crc32_hex_tail,
    "crc32-upper": crc32_upper_tail,
    "crc32-grafana": crc32_grafana,
    "crc32-gitlab": crc32_gitlab,
    "base58-54": base58_54,
    "base58check": base58check,
    "bech32": bech32,
    "nkey": nkey,
    "jwt": jwt,
    "base64-json": base64_json,
    "bitbucket-dc": bitbucket_dc,
    "discord": discord,
    "aws-key-id": aws_key_id,
    "basic": basic,
    "pem": pem_body,
    "crypt-hash": crypt_hash,
    "luhn": luhn,
    "mixed": mixed,
    "pypi-macaroon": pypi_macaroon,
    "placeholder": no_placeholder,
    "assignment": assignment,
    "url-password": natural_url_password,
    "password": password,
    "bare": bare,
    "bare-password": bare_password,
    "material": material,
    "chosen-key": chosen_key,
    "random": from_a_generator,
    "mnemonic": mnemonic,
}


def holds(names: tuple[str, ...], least_entropy: float, found: Candidate) -> bool:
    """Does the value pass its rule's validators and entropy?"""
    if least_entropy and entropy_of(found.value) < least_entropy:
        return False
    return all(VALIDATORS[name](found) for name in names)
