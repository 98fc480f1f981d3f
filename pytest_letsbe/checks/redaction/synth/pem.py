"""Armoured keys: the borders, the bodies, and the lines of an OpenSSH key. Every body parses."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable

from . import openpgp
from .context import ArgumentError, Context, Generator, no_argument, one_of
from .ed25519 import EdKey
from .p256 import EcKey
from .rsa import RsaKey
from .words import FIRST, LAST

RSA_BITS = 1024
LINE_BREAKS = {"": "\n", "json": "»\\n«"}  # in JSON the break is two characters that are no secret


def _lines(raw: bytes, arg: str, width: int = 64) -> str:
    text = base64.b64encode(raw).decode()
    return one_of(arg, LINE_BREAKS).join(text[i : i + width] for i in range(0, len(text), width))


def border(word: str) -> Generator:
    def line(ctx: Context, arg: str) -> str:
        if not arg:
            raise ArgumentError("needs a label, such as {pem_begin:PUBLIC KEY}")
        return f"-----{word} {arg}-----"

    return line


def body(make: Callable[[random.Random], bytes]) -> Generator:
    """Base64 lines of a DER structure; ``:json`` writes the line breaks as a JSON string does."""

    def lines(ctx: Context, arg: str) -> str:
        return _lines(make(ctx.rng), arg)

    return lines


def _string(raw: bytes) -> bytes:
    return len(raw).to_bytes(4, "big") + raw


def openssh_public(key: EdKey) -> bytes:
    return _string(b"ssh-ed25519") + _string(key.public)


def openssh(ctx: Context, arg: str) -> str:
    """An unencrypted ed25519 key (PROTOCOL.key of OpenSSH)."""
    key = EdKey.make(ctx.rng)
    private = ctx.rng.randbytes(4) * 2 + openssh_public(key) + _string(key.seed + key.public)
    private += _string(b"deploy@letsbe.test")
    private += bytes(range(1, -len(private) % 8 + 1))
    head = b"openssh-key-v1\0" + _string(b"none") * 2 + _string(b"") + (1).to_bytes(4, "big")
    return _lines(head + _string(openssh_public(key)) + _string(private), arg, width=70)


def pgp(ctx: Context, arg: str) -> str:
    no_argument(arg)
    first, last = ctx.rng.choice(FIRST), ctx.rng.choice(LAST)
    user = f"{first.title()} {last.title()} <{first}.{last}@example.org>"
    return openpgp.armoured(openpgp.private_key(ctx.rng, user))


def ssh_public_line(ctx: Context, arg: str) -> str:
    """The base64 field of an ``ssh-ed25519`` public key line."""
    no_argument(arg)
    return base64.b64encode(openssh_public(EdKey.make(ctx.rng))).decode()


GENERATORS: dict[str, Generator] = {
    "pem_begin": border("BEGIN"),
    "pem_end": border("END"),
    "rsa_pkcs1": body(lambda rng: RsaKey.make(rng, RSA_BITS).pkcs1()),
    "rsa_pkcs8": body(lambda rng: RsaKey.make(rng, RSA_BITS).pkcs8()),
    "rsa_public": body(lambda rng: RsaKey.make(rng, RSA_BITS).public()),
    "ec_sec1": body(lambda rng: EcKey.make(rng).sec1()),
    "ec_pkcs8": body(lambda rng: EcKey.make(rng).pkcs8()),
    "ec_public": body(lambda rng: EcKey.make(rng).public()),
    "openssh": openssh,
    "pgp": pgp,
    "ssh_public": ssh_public_line,
}
