"""Tokens whose inside a vendor defines: an account number, a JSON object, a macaroon."""

from __future__ import annotations

import base64
import json
from typing import Any

from .chars import BASE62, BASE64, CROCKFORD, run_of, unpadded
from .context import ArgumentError, Context, Generator, count, no_argument
from .words import WORDS

DISCORD_EPOCH = 1_420_070_400_000


def aws_key_id(ctx: Context, arg: str) -> str:
    """``aws_id:123456789012``: the 16 characters after ``AKIA``; bits 1 to 40 are the account."""
    if not (arg.isdigit() and len(arg) == 12):
        raise ArgumentError("needs a documentation account of 12 digits, such as {aws_id:123456789012}")
    head = 1 << 47 | int(arg) << 7 | ctx.rng.getrandbits(7)
    return base64.b32encode(head.to_bytes(6, "big") + ctx.rng.randbytes(4)).decode()


def snowflake(ctx: Context, arg: str) -> str:
    """A Discord id: milliseconds since 2015 and 22 bits."""
    no_argument(arg)
    moment = 1_640_000_000_000 + ctx.rng.randrange(100_000_000_000) - DISCORD_EPOCH
    return str(moment << 22 | ctx.rng.getrandbits(22))


def discord_id(ctx: Context, arg: str) -> str:
    """The public first part of a bot token: the snowflake in base64."""
    return unpadded(snowflake(ctx, arg).encode())


def _compact(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def grafana_cloud(ctx: Context, arg: str) -> str:
    """What follows ``glc_``: base64 of a JSON object with o, n, k, m."""
    no_argument(arg)
    inside = {
        "o": str(ctx.rng.randrange(100_000, 999_999)),
        "n": f"stack-{ctx.rng.randrange(10_000, 99_999)}-{ctx.rng.choice(WORDS)}",
        "k": run_of(ctx.rng, BASE62, 24),
        "m": {"r": "eu"},
    }
    return unpadded(_compact(inside))


def sentry_org(ctx: Context, arg: str) -> str:
    """What follows ``sntrys_``: base64 of a JSON object, an underscore, 32 random bytes."""
    no_argument(arg)
    inside = {
        "iat": 1_735_689_600.5 + ctx.rng.randrange(10_000_000),
        "url": "https://sentry.io",
        "region_url": "https://de.sentry.io",
        "org": ctx.rng.choice(WORDS),
    }
    return base64.b64encode(_compact(inside)).decode() + "_" + run_of(ctx.rng, BASE64, 43)


def onepassword(ctx: Context, arg: str) -> str:
    """What follows ``ops_``: base64 of the JSON object of a service account."""
    no_argument(arg)
    inside = {
        "signInAddress": "example.1password.com",
        "userAuth": {"method": "SRPg-4096", "alg": "PBES2g-HS256", "iterations": 650_000, "salt": ""},
        "email": f"{ctx.rng.choice(WORDS)}@1passwordserviceaccounts.com",
        "srpX": ctx.rng.randbytes(32).hex(),
        "muk": {"alg": "A256GCM", "ext": True, "k": unpadded(ctx.rng.randbytes(32)), "kty": "oct"},
        "secretKey": "A3-" + run_of(ctx.rng, CROCKFORD, 6),
        "throttleSecret": {"seed": ctx.rng.randbytes(32).hex(), "uuid": run_of(ctx.rng, CROCKFORD, 26)},
    }
    return base64.b64encode(_compact(inside)).decode()


def bitbucket_dc(ctx: Context, arg: str) -> str:
    """What follows ``BBDC-``: base64 of an id, a colon and 20 random bytes."""
    no_argument(arg)
    return unpadded(f"{ctx.rng.randrange(10**11, 10**12)}:".encode() + ctx.rng.randbytes(20))


def gitlab_payload(ctx: Context, arg: str) -> str:
    """The routing payload of a GitLab token: organisation and user, 16 random bytes, their number."""
    no_argument(arg)
    routing = f"o:1\nu:{ctx.rng.randrange(100, 30_000):x}".encode()
    return unpadded(routing + ctx.rng.randbytes(16) + b"\x10")


MACAROON_HEAD = b"\x02\x01\x08pypi.org"
MACAROON_HEAD_CHARS = 15


def pypi_head(ctx: Context, arg: str) -> str:
    """The constant first characters of PyPI's macaroons: version 2, location pypi.org."""
    no_argument(arg)
    return unpadded(MACAROON_HEAD + b"\x02")[:MACAROON_HEAD_CHARS]


def pypi_macaroon(ctx: Context, arg: str) -> str:
    """The rest of the macaroon: identifier, one caveat, signature."""
    no_argument(arg)
    identifier = ctx.once("uuid", lambda rng: rng.randbytes(16).hex())
    name = "-".join(identifier[i:j] for i, j in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))).encode()
    caveat = b'[3,"' + name[::-1] + b'"]'
    packets = bytes([2, len(name)]) + name + b"\0" + bytes([2, len(caveat)]) + caveat + b"\0\0\x06\x20"
    return unpadded(MACAROON_HEAD + packets + ctx.rng.randbytes(32))[MACAROON_HEAD_CHARS:]


def aws_session(ctx: Context, arg: str) -> str:
    """``aws_session:N``: an STS session token of N characters after its fixed head (base64 of ``origin_ec``)."""
    head = base64.b64encode(b"\x21\x0a\x09origin_ec").decode()
    return head + run_of(ctx.rng, BASE64, count(arg))


GENERATORS: dict[str, Generator] = {
    "aws_id": aws_key_id,
    "aws_session": aws_session,
    "snowflake": snowflake,
    "discord_id": discord_id,
    "grafana_cloud": grafana_cloud,
    "sentry_org": sentry_org,
    "onepassword": onepassword,
    "bitbucket_dc": bitbucket_dc,
    "gitlab_payload": gitlab_payload,
    "pypi_head": pypi_head,
    "pypi_macaroon": pypi_macaroon,
}
