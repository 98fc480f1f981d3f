"""Unsalted digests: a hash in a secret's place can be reversed by guessing as soon as the secret is short or known."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache

from .model import Secret

_ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_512", "blake2b", "blake2s")
#: So many digits of a digest confirm a guess as well as all of them do; fewer may stand there by chance.
_SHORTEST = 8


def find_digest(output: str, secret: Secret) -> str | None:
    """``md5 in hex``: which digest of the value or of a core the output holds, or the beginning of which, if any.

    Source: LLM Guard 0.3.16 replaces secrets with their MD5.
    """
    lower = output.lower()
    for name, hexed, encoded in _digests(secret):
        if hexed in lower:
            return f"{name} in hex"
        if any(form in output for form in encoded):
            return f"{name} in base64"
    return None


@lru_cache(maxsize=512)
def _digests(secret: Secret) -> tuple[tuple[str, str, tuple[str, str]], ...]:
    texts = dict.fromkeys(text.encode() for text in (secret.value, *secret.cores) if text)
    # `echo "$TOKEN" | sha256sum` hashes the line break too.
    inputs = [*texts, *(text + b"\n" for text in texts)]
    found = []
    for name in _ALGORITHMS:
        for data in inputs:
            digest = hashlib.new(name, data, usedforsecurity=False).digest()
            standard = base64.b64encode(digest).decode()[:_SHORTEST]
            found.append((name, digest.hex()[:_SHORTEST], (standard, standard.replace("+", "-").replace("/", "_"))))
    return tuple(found)
