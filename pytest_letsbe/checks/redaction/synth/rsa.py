"""RSA key pairs from a seeded random source, in pure Python. Throw-away keys: 1024 bit is enough and quick."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from math import gcd

from . import der

EXPONENT = 65537
WINDOW = 2048  # odd candidates sieved at once
LIMIT = 1 << 14


@cache
def small_primes() -> tuple[int, ...]:
    sieve = bytearray([1]) * LIMIT
    for n in range(2, int(LIMIT**0.5) + 1):
        if sieve[n]:
            sieve[n * n :: n] = bytes(len(range(n * n, LIMIT, n)))
    return tuple(n for n in range(3, LIMIT) if sieve[n])


def is_probable_prime(n: int) -> bool:
    """Miller-Rabin with four fixed bases; callers have divided by the small primes already."""
    odd, twos = n - 1, 0
    while not odd & 1:
        odd, twos = odd >> 1, twos + 1
    for base in (2, 3, 5, 7):
        x = pow(base, odd, n)
        if x in (1, n - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def prime(rng: random.Random, size: int) -> int:
    """A prime of exactly ``size`` bits, its two top bits set so that two of them give a modulus of full length."""
    while True:
        start = rng.getrandbits(size) | 3 << size - 2 | 1
        alive = bytearray([1]) * WINDOW
        for p in small_primes():
            # first i with start + 2i divisible by p
            first = -start % p * ((p + 1) // 2) % p
            alive[first::p] = bytes(len(range(first, WINDOW, p)))
        for i in range(WINDOW):
            if alive[i]:
                n = start + 2 * i
                if n.bit_length() == size and n % EXPONENT != 1 and is_probable_prime(n):
                    return n


@dataclass(frozen=True, slots=True, repr=False)
class RsaKey:
    p: int
    q: int

    @classmethod
    def make(cls, rng: random.Random, size: int) -> RsaKey:
        p, q = prime(rng, size // 2), prime(rng, size // 2)
        return cls(max(p, q), min(p, q))

    @property
    def modulus(self) -> int:
        return self.p * self.q

    def pkcs1(self) -> bytes:
        """RSAPrivateKey of RFC 8017 A.1.2."""
        p, q = self.p, self.q
        d = pow(EXPONENT, -1, (p - 1) * (q - 1) // gcd(p - 1, q - 1))
        numbers = (0, self.modulus, EXPONENT, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
        return der.sequence(*map(der.integer, numbers))

    def pkcs8(self) -> bytes:
        return der.sequence(der.integer(0), der.sequence(der.oid("rsaEncryption"), der.NULL), der.octets(self.pkcs1()))

    def public(self) -> bytes:
        """SubjectPublicKeyInfo."""
        key = der.sequence(der.integer(self.modulus), der.integer(EXPONENT))
        return der.sequence(der.sequence(der.oid("rsaEncryption"), der.NULL), der.bits(key))
