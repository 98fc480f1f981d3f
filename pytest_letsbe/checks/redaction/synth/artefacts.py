"""What looks random and is public: ids, times, digests of builds, a small picture, a source map, a certificate."""

from __future__ import annotations

import base64
import random
import struct
import zlib
from datetime import UTC, datetime, timedelta

from . import der
from .chars import BASE64, CROCKFORD, run_of
from .context import Context, Generator, count, no_argument
from .ed25519 import EdKey
from .pem import body

EPOCH = datetime(2025, 1, 1, tzinfo=UTC)


def _moment(rng: random.Random) -> datetime:
    return EPOCH + timedelta(milliseconds=rng.randrange(60_000_000_000))


def uuid(ctx: Context, arg: str) -> str:
    """``uuid`` or ``uuid:7``: version and variant bits set."""
    version = count(arg, most=8) if arg else 4
    text = ctx.rng.randbytes(16).hex()
    return f"{text[:8]}-{text[8:12]}-{version}{text[13:16]}-{ctx.rng.choice('89ab')}{text[17:20]}-{text[20:]}"


def ulid(ctx: Context, arg: str) -> str:
    no_argument(arg)
    return "01J" + run_of(ctx.rng, CROCKFORD, 23)


def iso_time(ctx: Context, arg: str) -> str:
    no_argument(arg)
    return _moment(ctx.rng).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def unix_ms(ctx: Context, arg: str) -> str:
    no_argument(arg)
    return str(int(_moment(ctx.rng).timestamp() * 1000))


def unix_s(ctx: Context, arg: str) -> str:
    no_argument(arg)
    return str(int(_moment(ctx.rng).timestamp()))


def semver(ctx: Context, arg: str) -> str:
    no_argument(arg)
    return f"{ctx.rng.randrange(30)}.{ctx.rng.randrange(20)}.{ctx.rng.randrange(40)}"


def ipv4(ctx: Context, arg: str) -> str:
    """An address of RFC 5737."""
    no_argument(arg)
    return f"{ctx.rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{ctx.rng.randrange(1, 255)}"


def ipv6(ctx: Context, arg: str) -> str:
    """An address of RFC 3849."""
    no_argument(arg)
    return f"2001:db8:{ctx.rng.randrange(4096, 65536):x}::{ctx.rng.randrange(1, 65536):x}"


def mac(ctx: Context, arg: str) -> str:
    no_argument(arg)
    return ":".join(f"{byte:02x}" for byte in b"\x02" + ctx.rng.randbytes(5))


def isbn(ctx: Context, arg: str) -> str:
    """ISBN-13 with its check digit, hyphenated."""
    no_argument(arg)
    digits = f"9783{ctx.rng.randrange(10**8):08}"
    check = -sum(int(d) * (1 + 2 * (i % 2)) for i, d in enumerate(digits)) % 10
    return f"978-3-{digits[4:7]}-{digits[7:]}-{check}"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(ctx: Context, arg: str) -> str:
    """``png:8``: base64 of a valid square picture."""
    side = count(arg, most=64)
    rows = b"".join(b"\0" + ctx.rng.randbytes(3 * side) for _ in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + parts).decode()


def _vlq(value: int) -> str:
    rest, text = (abs(value) << 1) | (value < 0), ""
    while True:
        rest, digit = rest >> 5, rest & 31
        text += BASE64_ORDER[digit | (32 if rest else 0)]
        if not rest:
            return text


BASE64_ORDER = "".join(BASE64[i] for i in (*range(26, 52), *range(26), *range(52, 64)))


def source_map(ctx: Context, arg: str) -> str:
    """``vlq:N``: N segments of a source map's ``mappings``."""
    segments = (
        "".join(_vlq(ctx.rng.randrange(low, high)) for low, high in ((1, 40), (0, 2), (0, 4), (-30, 60)))
        for _ in range(count(arg))
    )
    return "".join(segment + ctx.rng.choice(",,,;") for segment in segments) + "AAAA"


def certificate(rng: random.Random) -> bytes:
    """A self-signed certificate that verifies: version 3, ed25519, one common name."""
    key = EdKey.make(rng)
    algorithm = der.sequence(der.oid("ed25519"))
    name = der.sequence(der.tagged(0x31, der.sequence(der.oid("commonName"), der.tagged(0x0C, b"hub.example.test"))))
    validity = der.sequence(der.tagged(0x17, b"250101000000Z"), der.tagged(0x17, b"350101000000Z"))
    signed = der.sequence(
        der.explicit(0, der.integer(2)),
        der.integer(rng.getrandbits(120)),
        algorithm,
        name,
        validity,
        name,
        der.sequence(algorithm, der.bits(key.public)),
    )
    return der.sequence(signed, algorithm, der.bits(key.sign(signed)))


GENERATORS: dict[str, Generator] = {
    "uuid": uuid,
    "ulid": ulid,
    "isotime": iso_time,
    "unixms": unix_ms,
    "unixs": unix_s,
    "semver": semver,
    "ipv4": ipv4,
    "ipv6": ipv6,
    "mac": mac,
    "isbn": isbn,
    "png": png,
    "vlq": source_map,
    "certificate": body(certificate),
}
