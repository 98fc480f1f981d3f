"""Globs as people write them: ``*`` stays inside a folder, ``**`` crosses folders, no slash means any folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_PIECE = re.compile(r"\*\*/|\*\*|\*|\?|\[[^\]]+\]|[^*?\[]+|\[")


@lru_cache(maxsize=4096)
def path_pattern(glob: str) -> re.Pattern[str]:
    """A glob over paths relative to the root, with ``/`` between folders."""
    text = glob.strip().removeprefix("./")
    head = "" if "/" in text.rstrip("/") else r"(?:.*/)?"
    if text.endswith("/"):
        text += "**"
    parts = {"**/": r"(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    body = "".join(parts.get(p) or (_set(p) if len(p) > 2 and p[0] == "[" else re.escape(p)) for p in pieces(text))
    return re.compile(head + body.removeprefix("/") + r"\Z", re.IGNORECASE | re.DOTALL)


@lru_cache(maxsize=4096)
def name_pattern(glob: str) -> re.Pattern[str]:
    """A glob over one name (a package, an image, a domain): ``*`` crosses everything."""
    parts = {"**/": ".*", "**": ".*", "*": ".*", "?": "."}
    body = "".join(parts.get(p) or (_set(p) if len(p) > 2 and p[0] == "[" else re.escape(p)) for p in pieces(glob))
    return re.compile(body + r"\Z", re.IGNORECASE | re.DOTALL)


def matches_any(path: str, globs: Iterable[str]) -> bool:
    return any(path_pattern(glob).match(path) for glob in globs)


def pieces(glob: str) -> list[str]:
    return _PIECE.findall(glob)


def longest_literal(glob: str) -> str:
    """The stretch that every match holds: what the prefilter looks for. One with a mark in it is rarer in prose."""
    literal = [piece for piece in pieces(glob) if piece[0] not in "*?["]
    return max(literal, key=lambda piece: (not piece.isalnum(), len(piece)), default="")


def _set(piece: str) -> str:
    inside = piece[1:-1]
    negated = inside[0] in "!^"
    return ("[^" if negated else "[") + re.sub(r"([\\\]])", r"\\\1", inside[1:] if negated else inside) + "]"
