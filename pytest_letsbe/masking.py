"""How a secret is spoken of: kind, prefix, length, fingerprint, never the whole."""

from __future__ import annotations

import hashlib
import hmac
import re

#: Anything that could be a token or a piece of one, encoded or not; HTML's character references are letters of a word.
_WORD = re.compile(r"(?:&#?\w{1,31};|[^\s\"'<>{}\[\](),;:=&?|`…])+")
#: What a stack trace is made of and no token: paths of words, CONSTANT_NAMES, CamelCaseNames, dotted.names.
_PATH = re.compile(r"(?:file:)?[./~@\w+-]*/[./@\w+-]*")
_NAME = re.compile(r"[A-Z]{2,}(?:_[A-Z]{2,})+|(?:[A-Z][a-z]{2,}){2,}|_?[A-Za-z]{2,20}(?:\._?[A-Za-z]{2,30})+")
_PIECE = re.compile(r"[A-Za-z]{1,20}|\d{1,4}|[a-z]{1,12}\d{1,3}")
#: Unknown words this short are shown.
_SHORT = 3


def fingerprint(value: str) -> str:
    """Eight hex digits that tell two secrets apart and give nothing back.

    Keyed, so that a report is no dictionary for guessing short secrets; the key only separates this
    use of the hash from any other.
    """
    return hmac.new(b"letsbe/fingerprint/1", value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:8]


def describe(kind: str, value: str) -> str:
    """``<github-pat ghp_… 40 chars #1a2b3c4d>``."""
    return f"<{kind} {_head(value)}… {len(value)} chars #{fingerprint(value)}>"


def excerpt(text: str, known: str = "", most: int = 160) -> str:
    """A piece of text, on one line, that shows the words of ``known`` and of every other only head and length.

    ``known`` is text that holds no secret; the piece begins a little before the first word that isn't in it.
    """
    plain = set(_WORD.findall(known))
    found = next((m.start() for m in _WORD.finditer(text) if len(m[0]) > _SHORT and m[0] not in plain), 0)
    start = max(0, found - most // 2) if len(text) > most else 0
    start = text.find(" ", start, found) + 1 if start and text.find(" ", start, found) >= 0 else start
    piece = text[start : start + most * 3]
    masked = _WORD.sub(
        lambda m: m[0] if len(m[0]) <= _SHORT or m[0] in plain else f"{_head(m[0])}…({len(m[0])})", piece
    )
    shown = masked.encode("unicode_escape", "backslashreplace").decode("ascii").replace("\\u2026", "…")
    return ("…" if start else "") + shown[:most] + ("…" if len(shown) > most or start + most * 3 < len(text) else "")


def mask_runs(text: str, most: int = 160) -> str:
    """An excerpt of a text of which nothing is known: every run of 12 characters or more is cut."""
    return excerpt(text, " ".join(word for word in _WORD.findall(text) if len(word) < 12), most)


def quoting(text: str, said: str, most: int = 160) -> str:
    """What a target says of a text it was given: the words it repeats from ``said`` are cut, its own are shown."""
    given = set(_WORD.findall(said))
    own = (word for word in _WORD.findall(text) if word not in given and (len(word) < 12 or _speaks(word)))
    return excerpt(text, " ".join(own), most)


def _speaks(word: str) -> bool:
    """Is a long word a path or a name that a person wrote, as stack traces are full of?"""
    if _NAME.fullmatch(word):
        return True
    pieces = re.split(r"[^A-Za-z0-9]+", word)
    return _PATH.fullmatch(word) is not None and all(not piece or _PIECE.fullmatch(piece) for piece in pieces)


def _head(value: str) -> str:
    """At most four characters, at most a quarter."""
    return "".join(c for c in value[: min(4, len(value) // 4)] if c.isprintable())
