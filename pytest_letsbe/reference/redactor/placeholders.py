"""What stands in the place of a secret."""

from __future__ import annotations

import re

from . import vendors

#: Letters, digits and dashes only: valid in a URL, a YAML scalar, a header, a shell word, a JSON string.
_PREFIX = "REDACTED-"
KINDS = vendors.KINDS | {
    "card-number", "email", "iban", "passphrase", "passport", "personal-number", "phone", "private-key", "registered",
    "secret", "url-password",
}  # fmt: skip

#: Known by its name and not by what surrounds it: half an escape may stand before it.
PLACEHOLDER = re.compile(_PREFIX + f"(?:{'|'.join(sorted(KINDS, key=lambda kind: (-len(kind), kind)))})")


def placeholder(kind: str) -> str:
    """The same text for every secret of a kind: nothing of the value, not even a digest."""
    return _PREFIX + kind
