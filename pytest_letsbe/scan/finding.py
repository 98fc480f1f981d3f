"""What the scanner reports: a place, a rule and a mask. A finding has no room for the value itself."""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass, field

from ..masking import describe

#: A project may key its fingerprints, so that a report tells nothing to those who lack the key.
KEY_VARIABLE = "LETSBE_FINGERPRINT_KEY"
_DEFAULT_KEY = "letsbe/scan/1"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One banned reference or one secret, 1-based; ``end_column`` is the first column behind it."""

    path: str
    line: int
    column: int
    end_column: int
    rule: str
    check: str
    group: str
    severity: str
    fingerprint: str
    message: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"

    def as_json(self) -> dict[str, object]:
        """The fixed shape of ``letsbe scan --format json``."""
        names = ("rule", "check", "path", "line", "column", "end_column", "severity", "fingerprint", "message")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Hit:
    """A match while its file is being judged: it holds the value, so it never prints it and never leaves the scan."""

    rule: str
    start: int
    end: int
    value: str = field(repr=False)
    rank: int = 0
    note: str = ""

    def __reduce__(self) -> str:
        raise TypeError("a hit holds a value: make a finding of it before it leaves the scan")


def fingerprint(rule: str, value: str) -> str:
    """Sixteen hex digits, keyed: the same value under the same rule has the same, and nothing leads back."""
    key = os.environ.get(KEY_VARIABLE) or _DEFAULT_KEY
    text = f"{rule}\0{value}".encode("utf-8", "surrogatepass")
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()[:16]


def mask(rule: str, value: str) -> str:
    """``<github-pat ghp_… 40 chars #1a2b3c4d>``; never more than four characters of the value."""
    return describe(rule, value)


def shown_path(path: str) -> str:
    """A path for people and JSON: bytes that aren't UTF-8 and control characters are written as escapes."""
    if path.isascii() and path.isprintable():
        return path
    raw = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in raw)
