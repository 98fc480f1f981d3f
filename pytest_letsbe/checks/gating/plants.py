"""Synthetic secrets that are planted in calls, and what they look like when they come back."""

from __future__ import annotations

import base64
from functools import cache

#: The kind that every redactor knows: a prefix, 36 characters, a checksum.
KIND = "github-pat"


@cache
def secret(seed: int) -> str:
    """The same secret for the same seed; it opens nothing."""
    from ...data import data_dir
    from ...strict_yaml import load
    from ..redaction.synth import fill

    path = data_dir("corpora") / "redaction" / "secrets.yaml"
    row = next(row for row in load(path).data["kinds"] if row["id"] == KIND)
    return fill(row["template"], KIND, seed).value


def planted(seed: int, encoding: str) -> str:
    """The secret as it is written into a call."""
    value = secret(seed)
    if encoding == "base64":
        return base64.b64encode(value.encode()).decode()
    if encoding == "url":
        return "".join(f"%{byte:02X}" for byte in value.encode())
    return value


def found_in(text: str, seed: int, encoding: str) -> bool:
    """Whether the secret stands in the text, plain or as it was planted, whole or but for its ends."""
    value = secret(seed)
    forms = [value, value[4:24], planted(seed, "base64").rstrip("=")[4:40], planted(seed, "base64").rstrip("=")]
    forms += [planted(seed, encoding), planted(seed, "url").lower(), value.encode().hex()]
    return any(form in text for form in forms)
