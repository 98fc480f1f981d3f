"""Public keys and their signatures: ECDSA over P-256 with SHA-256, and Ed25519."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...globbing import matching, shown_below
from ...model import CheckFailure, Location

MISSING = "signatures are checked with a library: pip install 'pytest-letsbe[supply-chain]'"


@dataclass(frozen=True, slots=True)
class Key:
    """An allowed public key and the file it came from."""

    path: str
    public: Any = field(compare=False, repr=False)


def load(root: Path, globs: Iterable[str]) -> list[Key]:
    """The keys that the manifest allows.

    Raises:
        CheckFailure: a glob names no file, a file is no such key, or ``cryptography`` isn't installed.
    """
    found = []
    for glob in globs:
        paths = matching(root, glob, option="keys", location=None)
        if not any(path.is_file() for path in paths):
            mend = "mend: commit the public half (cosign public-key --key ... > keys/cosign.pub), or mend checks.supply-chain.keys"  # noqa: E501
            raise CheckFailure(f"no public key lies at {glob}", evidence=[mend])
        found += [_read(path, shown_below(root, path)) for path in paths]
    return found


def _read(path: Path, shown: str) -> Key:
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    except ImportError:
        raise CheckFailure(MISSING) from None
    try:
        public = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm):
        raise CheckFailure(f"{shown} isn't a PEM public key", location=Location(shown)) from None
    curve = isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, ec.SECP256R1)
    if not curve and not isinstance(public, ed25519.Ed25519PublicKey):
        raise CheckFailure(f"{shown}: ECDSA P-256 or Ed25519 is read, not this key", location=Location(shown))
    return Key(shown, public)


def verifies(public: Any, signature: bytes, message: bytes) -> bool:
    """Whether the signature over the message was made by the key's other half."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        else:
            public.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def rejects_a_forgery() -> bool:
    """The verifier takes a good signature, and none that is forged, moved to other bytes, or empty."""
    try:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519
    except ImportError:
        raise CheckFailure(MISSING) from None
    said = b"the planted statement"
    curve, forger, edwards = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
        ed25519.Ed25519PrivateKey.generate(),
    )
    good, forged = (key.sign(said, ec.ECDSA(hashes.SHA256())) for key in (curve, forger))
    public, other = curve.public_key(), edwards.public_key()
    taken = verifies(public, good, said) and verifies(other, edwards.sign(said), said)
    refused = not any(
        (
            verifies(public, forged, said), verifies(public, good, said + b"!"), verifies(public, b"", said),
            verifies(other, b"\0" * 64, said), verifies(other, edwards.sign(said), b""),
        )
    )  # fmt: skip
    return taken and refused
