"""JSON Web Tokens and Keys, a header and a payload that parse and a signature of the right length."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from .chars import unpadded
from .context import ArgumentError, Context, Generator, no_argument, one_of
from .p256 import EcKey
from .words import FIRST

ISSUED = 1_735_689_600  # 2025-01-01
HASHES = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
SIGNATURE_BYTES = {"RS256": 256, "ES256": 64, "EdDSA": 64}


def _encoded(value: dict[str, Any]) -> str:
    return unpadded(json.dumps(value, separators=(",", ":")).encode())


def header(ctx: Context, arg: str) -> str:
    """``jwt_header:HS256``: symmetric ones carry a ``typ``, the others a ``kid``."""
    if arg not in {**HASHES, **SIGNATURE_BYTES}:
        raise ArgumentError(f"knows {', '.join(sorted({**HASHES, **SIGNATURE_BYTES}))}, not {arg!r}")
    extra = {"typ": "JWT"} if arg in HASHES else {"kid": ctx.rng.randbytes(8).hex(), "typ": "JWT"}
    return _encoded({"alg": arg, **extra})


def payload(ctx: Context, arg: str) -> str:
    """``jwt_payload:user|k8s|service``: claims with dates, as real ones have."""
    issued = ISSUED + ctx.rng.randrange(40_000_000)
    who = ctx.rng.choice(FIRST)
    claims: dict[str, Any] = one_of(
        arg,
        {
            "user": {"sub": f"user-{ctx.rng.randrange(10**9)}", "name": who, "role": "admin"},
            "k8s": {
                "iss": "https://kubernetes.default.svc.cluster.local",
                "sub": f"system:serviceaccount:default:{who}",
                "jti": ctx.rng.randbytes(16).hex(),
            },
            "service": {"iss": "hub.letsbe.test", "aud": "egress", "jti": ctx.rng.randbytes(16).hex()},
        },
    )
    return _encoded({**claims, "iat": issued, "exp": issued + 86_400})


def signature(ctx: Context, arg: str) -> str:
    """``jwt_sign:HS256``: an HMAC over header and payload, or random bytes as long as the algorithm's signature."""
    if arg in HASHES:
        signed = ctx.value.removesuffix(".").rpartition(" ")[2]
        return unpadded(hmac.digest(ctx.rng.randbytes(32), signed.encode(), HASHES[arg]))
    return unpadded(ctx.rng.randbytes(one_of(arg, SIGNATURE_BYTES)))


def jwk_part(name: str) -> Generator:
    """``x``, ``y`` and ``d`` of one P-256 key."""

    def part(ctx: Context, arg: str) -> str:
        no_argument(arg)
        raw: bytes = getattr(ctx.once("jwk", EcKey.make), name)
        return unpadded(raw)

    return part


def thumbprint(ctx: Context, arg: str) -> str:
    """A public key id: the base64url SHA-256 that RFC 7638 speaks of."""
    no_argument(arg)
    return unpadded(hashlib.sha256(ctx.rng.randbytes(32)).digest())


GENERATORS: dict[str, Generator] = {
    "jwt_header": header,
    "jwt_payload": payload,
    "jwt_sign": signature,
    "jwk_x": jwk_part("x"),
    "jwk_y": jwk_part("y"),
    "jwk_d": jwk_part("d"),
    "thumbprint": thumbprint,
}
