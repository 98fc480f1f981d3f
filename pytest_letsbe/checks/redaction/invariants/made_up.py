"""Made-up words: values that no pattern could know, and that stand in no carrier's own text."""

from __future__ import annotations

import hashlib

_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"


def digest(name: str, seed: int) -> bytes:
    """Bytes that look random and are the same on every machine."""
    return hashlib.sha512(f"letsbe|registered|{name}|{seed}".encode()).digest()


def made_up(name: str, seed: int, count: int) -> list[str]:
    """Words of eight letters: a dictionary word could stand in a carrier's own text."""
    data = iter(digest(name, seed))
    return [
        "".join(_CONSONANTS[next(data) % len(_CONSONANTS)] + _VOWELS[next(data) % 5] for _ in range(4))
        for _ in range(count)
    ]
