"""The curve P-256 (SP 800-186): a private number and the public point that belongs to it."""

from __future__ import annotations

import random
from dataclasses import dataclass

from . import der

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = P - 0x4319055358E8617B_0C46353D039CDAAE
GX = 0x6B17D1F2E12C4247_F8BCE6E563A440F2_77037D812DEB33A0_F4A13945D898C296
GY = 0x4FE342E2FE1A7F9B_8EE7EB4A7C0F9E16_2BCE33576B315ECE_CBB6406837BF51F5

Jacobian = tuple[int, int, int]
INFINITY: Jacobian = (1, 1, 0)


def _double(point: Jacobian) -> Jacobian:
    x, y, z = point
    yy = y * y % P
    s = 4 * x * yy % P
    m = 3 * (x - z * z) * (x + z * z) % P
    x3 = (m * m - 2 * s) % P
    return x3, (m * (s - x3) - 8 * yy * yy) % P, 2 * y * z % P


def _add_base(point: Jacobian) -> Jacobian:
    """Point + G. The multiplier stays below N, so that the two are never equal or opposite."""
    x, y, z = point
    if not z:
        return GX, GY, 1
    zz = z * z % P
    h = (GX * zz - x) % P
    r = (GY * zz * z - y) % P
    hh = h * h % P
    hhh, v = h * hh % P, x * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - y * hhh) % P, z * h % P


@dataclass(frozen=True, slots=True, repr=False)
class EcKey:
    d: bytes
    x: bytes
    y: bytes

    @classmethod
    def make(cls, rng: random.Random) -> EcKey:
        private = rng.randrange(2**200, N - 1)
        point = INFINITY
        for bit in f"{private:b}":
            point = _double(point)
            if bit == "1":
                point = _add_base(point)
        x, y, z = point
        inverse = pow(z, -1, P)
        numbers = private, x * inverse**2 % P, y * inverse**3 % P
        return cls(*(number.to_bytes(32, "big") for number in numbers))

    @property
    def point(self) -> bytes:
        return b"\x04" + self.x + self.y

    def sec1(self) -> bytes:
        """ECPrivateKey of RFC 5915, with curve and public key."""
        return self._private(der.explicit(0, der.oid("prime256v1")))

    def pkcs8(self) -> bytes:
        return der.sequence(der.integer(0), self._algorithm(), der.octets(self._private()))

    def public(self) -> bytes:
        """SubjectPublicKeyInfo."""
        return der.sequence(self._algorithm(), der.bits(self.point))

    def _private(self, *parameters: bytes) -> bytes:
        return der.sequence(der.integer(1), der.octets(self.d), *parameters, der.explicit(1, der.bits(self.point)))

    @staticmethod
    def _algorithm() -> bytes:
        return der.sequence(der.oid("ecPublicKey"), der.oid("prime256v1"))
