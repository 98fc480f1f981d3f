"""Identifier-aware matching: does a word stand for itself, or inside another word or a run of noise?

``n8n`` is meant in ``N8N_HOST``, ``n8n_data``, ``n8nClient``, ``MyN8nService`` and ``n8ns``; not in ``win8native``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_ALNUM = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_UPPER = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LOWER = frozenset(b"abcdefghijklmnopqrstuvwxyz")
_DIGIT = frozenset(b"0123456789")
_RUN = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/=_-")
_SEPARATOR = r"[-_ .]?"
_VERSION = re.compile(rb"(?:s|[vV]?\d+)(?![0-9A-Za-z])")

#: A run at least this long that mixes cases and digits is encoded, not written.
NOISE = 64


def word_regex(word: str) -> str:
    """A word as a pattern: ``docker-machine`` also finds ``docker_machine`` and ``DockerMachine``."""
    return "(?i)" + _SEPARATOR.join(re.escape(part) for part in re.split(r"[-_ ]", word) if part)


#: Parts that every second file holds: the prefilter looks for the other part of such a word.
_COMMON = frozenset({"app", "cloud", "definition", "deploy", "docker", "machine", "server", "service"})


def word_keyword(word: str) -> str:
    """The longest part that isn't common: what the prefilter looks for."""
    return max(re.split(r"[-_ ]", word.lower()), key=lambda part: (part not in _COMMON and len(part) > 3, len(part)))


def stands_alone(text: bytes, start: int, end: int) -> bool:
    """Is ``text[start:end]`` an identifier, or a part of one that its spelling sets apart?"""
    return _left(text, start) and _right(text, start, end)


def _left(text: bytes, start: int) -> bool:
    if start == 0 or text[start - 1] not in _ALNUM:
        return True
    if _escape_before(text, start):
        return True
    return text[start] in _UPPER and text[start - 1] in _LOWER  # myN8nService


def _escape_before(text: bytes, start: int) -> bool:
    r"""``\n`` in a string, ``%20`` in a URL: what stands before is no letter of the word."""
    return text[start - 2 : start] in (b"\\n", b"\\t", b"\\r") or (
        start >= 3 and text[start - 3] == 0x25 and re.fullmatch(rb"[0-9A-Fa-f]{2}", text[start - 2 : start]) is not None
    )


def _right(text: bytes, start: int, end: int) -> bool:
    if end >= len(text) or text[end] not in _ALNUM:
        return True
    if _VERSION.match(text, end):  # n8ns, n8n2, n8nV2
        return True
    if text[end] not in _UPPER:
        return False
    # n8nClient, N8nApi, N8NClient: a capital starts the next word
    return text[end - 1] in _LOWER or (end + 1 < len(text) and text[end + 1] in _LOWER)


def in_noise(text: bytes, start: int, end: int) -> bool:
    """Does the place lie inside base64 or a hash: a long unbroken run that no person wrote?"""
    left, right = start, end
    while left > 0 and text[left - 1] in _RUN and start - left < 4096:
        left -= 1
    while right < len(text) and text[right] in _RUN and right - end < 4096:
        right += 1
    run = text[left:right]
    if re.match(rb"(?:sha(?:1|256|384|512)-|sourceMappingURL)", run) or text[max(0, left - 8) : left].endswith(
        (b"base64,", b"sha256:", b"sha512:")
    ):
        return True
    return len(run) >= NOISE and looks_encoded(run)


def looks_encoded(run: bytes) -> bool:
    """Capitals, small letters and digits in the shares that base64 has, and identifiers and paths don't."""
    size = len(run)
    upper = sum(byte in _UPPER for byte in run)
    lower = sum(byte in _LOWER for byte in run)
    digit = sum(byte in _DIGIT for byte in run)
    return upper >= size * 0.15 and lower >= size * 0.15 and digit >= size * 0.04


def places(text: bytes, matches: Iterator[re.Match[bytes]]) -> Iterator[tuple[int, int]]:
    """Of all matches those that stand alone and outside noise."""
    for found in matches:
        if stands_alone(text, found.start(), found.end()) and not in_noise(text, found.start(), found.end()):
            yield found.start(), found.end()
