"""Ed25519 (RFC 8032): public keys and signatures from a seed."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass

P = 2**255 - 19
L = 2**252 + 0x14DEF9DEA2F79CD6_5812631A5CF5D3ED
D = -121665 * pow(121666, -1, P) % P

Extended = tuple[int, int, int, int]


def _base() -> Extended:
    y = 4 * pow(5, -1, P) % P
    xx = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if x * x % P != xx:
        x = x * pow(2, (P - 1) // 4, P) % P
    x = P - x if x & 1 else x
    return x, y, 1, x * y % P


BASE = _base()


def _add(a: Extended, b: Extended) -> Extended:
    e1, f1 = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f1 - e1, d - c, d + c, f1 + e1
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times_base(scalar: int) -> bytes:
    """The compressed point ``scalar * BASE``."""
    result: Extended = (0, 1, 1, 0)
    for bit in f"{scalar:b}":
        result = _add(result, result)
        if bit == "1":
            result = _add(result, BASE)
    inverse = pow(result[2], -1, P)
    x, y = result[0] * inverse % P, result[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


@dataclass(frozen=True, slots=True, repr=False)
class EdKey:
    seed: bytes
    public: bytes

    @classmethod
    def make(cls, rng: random.Random) -> EdKey:
        seed = rng.randbytes(32)
        return cls(seed, _times_base(_expand(seed)[0]))

    def sign(self, message: bytes) -> bytes:
        scalar, prefix = _expand(self.seed)
        nonce = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % L
        point = _times_base(nonce)
        challenge = int.from_bytes(hashlib.sha512(point + self.public + message).digest(), "little")
        return point + ((nonce + challenge * scalar) % L).to_bytes(32, "little")


def _expand(seed: bytes) -> tuple[int, bytes]:
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    return scalar, digest[32:]
