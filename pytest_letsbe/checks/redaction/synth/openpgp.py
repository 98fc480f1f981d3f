"""A transferable OpenPGP private key (RFC 9580): key, user id and a self-signature that verifies."""

from __future__ import annotations

import base64
import hashlib
import random

from .ed25519 import EdKey
from .encodings import crc24_openpgp

ED25519_LEGACY, SHA256, POSITIVE_CERTIFICATION = 22, 8, 0x13
CURVE = bytes.fromhex("092b06010401da470f01")  # length and OID
SECRET_KEY, USER_ID, SIGNATURE = 5, 13, 2


def _mpi(raw: bytes) -> bytes:
    number = int.from_bytes(raw, "big")
    return number.bit_length().to_bytes(2, "big") + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _packet(tag: int, body: bytes) -> bytes:
    return bytes([0xC0 | tag, len(body)]) + body  # every body here is shorter than 192 octets


def _subpacket(kind: int, body: bytes) -> bytes:
    return bytes([len(body) + 1, kind]) + body


def private_key(rng: random.Random, user: str) -> bytes:
    key = EdKey.make(rng)
    created = rng.randrange(1_600_000_000, 1_750_000_000).to_bytes(4, "big")
    public = b"\x04" + created + bytes([ED25519_LEGACY]) + CURVE + _mpi(b"\x40" + key.public)
    hashed_key = b"\x99" + len(public).to_bytes(2, "big") + public
    fingerprint = hashlib.sha1(hashed_key, usedforsecurity=False).digest()
    secret = _mpi(key.seed)
    clear = b"\0" + secret + (sum(secret) & 0xFFFF).to_bytes(2, "big")

    hashed = _subpacket(2, created) + _subpacket(27, b"\x03") + _subpacket(33, b"\x04" + fingerprint)
    head = bytes([4, POSITIVE_CERTIFICATION, ED25519_LEGACY, SHA256]) + len(hashed).to_bytes(2, "big") + hashed
    named = b"\xb4" + len(user.encode()).to_bytes(4, "big") + user.encode()
    digest = hashlib.sha256(hashed_key + named + head + b"\x04\xff" + len(head).to_bytes(4, "big")).digest()
    signed = key.sign(digest)
    unhashed = _subpacket(16, fingerprint[-8:])
    signature = head + len(unhashed).to_bytes(2, "big") + unhashed + digest[:2] + _mpi(signed[:32]) + _mpi(signed[32:])
    return _packet(SECRET_KEY, public + clear) + _packet(USER_ID, user.encode()) + _packet(SIGNATURE, signature)


def armoured(packets: bytes) -> str:
    """The lines between the header and the footer, with the CRC24 line."""
    text = base64.b64encode(packets).decode()
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    checksum = base64.b64encode(crc24_openpgp(packets).to_bytes(3, "big")).decode()
    return "\n".join([*lines, f"={checksum}"])
