"""Key seeds with a structure of their own: age, WireGuard, NATS, Bitcoin, password hashes."""

from __future__ import annotations

import base64

from .chars import CRYPT64, framed, run_of
from .context import Context, Generator, no_argument, one_of
from .encodings import base58check, bech32, crc16_xmodem

NKEY_SEED = 18 << 3
NKEY_ROLES = {"user": 20 << 3, "account": 0, "operator": 14 << 3}


def age(ctx: Context, arg: str) -> str:
    """What follows ``AGE-SECRET-KEY-1``: 32 bytes in bech32, upper case."""
    no_argument(arg)
    return ctx.rest_of(bech32("age-secret-key-", ctx.rng.randbytes(32)).upper())


def wireguard(ctx: Context, arg: str) -> str:
    """A Curve25519 private key, clamped."""
    no_argument(arg)
    raw = bytearray(ctx.rng.randbytes(32))
    raw[0] &= 248
    raw[31] = raw[31] & 127 | 64
    return base64.b64encode(raw).decode()


def nkey(ctx: Context, arg: str) -> str:
    """``nkey:user``: what follows the ``SU`` of a NATS seed; prefix, 32 bytes and CRC16 in base32."""
    role = one_of(arg, NKEY_ROLES)
    raw = bytes([NKEY_SEED | role >> 5, (role & 31) << 3]) + ctx.rng.randbytes(32)
    whole = base64.b32encode(raw + crc16_xmodem(raw).to_bytes(2, "little")).decode().rstrip("=")
    return ctx.rest_of(whole)


def wif(ctx: Context, arg: str) -> str:
    """A Bitcoin private key in wallet import format, compressed."""
    no_argument(arg)
    return base58check(b"\x80" + ctx.rng.randbytes(32) + b"\x01")


def bip32(ctx: Context, arg: str) -> str:
    """What follows ``xprv``: an extended private key of BIP 32."""
    no_argument(arg)
    head = bytes.fromhex("0488ade4") + b"\x03" + ctx.rng.randbytes(4) + ctx.rng.randrange(2**31).to_bytes(4, "big")
    return ctx.rest_of(base58check(head + ctx.rng.randbytes(32) + b"\0" + ctx.rng.randbytes(32)))


def bcrypt(ctx: Context, arg: str) -> str:
    """Salt and digest of a bcrypt hash: 22 and 31 characters, the unused bits of both zero."""
    no_argument(arg)
    salt = run_of(ctx.rng, CRYPT64, 21) + ctx.rng.choice(".Oeu")
    return salt + run_of(ctx.rng, CRYPT64, 30) + ctx.rng.choice(".CGKOSWaeimquy26")


def sha512crypt(ctx: Context, arg: str) -> str:
    """Digest of a ``$6$`` hash: 86 characters, the last of two bits."""
    no_argument(arg)
    return framed(ctx.rng, CRYPT64, 85) + ctx.rng.choice("./01")


GENERATORS: dict[str, Generator] = {
    "age": age,
    "wireguard": wireguard,
    "nkey": nkey,
    "wif": wif,
    "bip32": bip32,
    "bcrypt": bcrypt,
    "sha512crypt": sha512crypt,
}
