"""Secrets with a frame around them: PEM and PGP blocks, private JSON Web Keys, passwords in URLs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from .finding import Finding
from .placeholders import PLACEHOLDER

_BORDER = re.compile(r"-----(?P<what>BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
#: A block that never ends is taken to be this long at most.
_LONGEST = 20_000


def armour(text: str) -> Iterator[Finding]:
    """The body of each private key between its borders, or what follows a border that has no partner."""
    if "PRIVATE KEY" not in text:
        return
    borders = list(_BORDER.finditer(text))
    for border, following in zip_longest(borders, borders[1:]):
        if border["what"] == "END":
            continue
        end = following.start() if following else len(text)
        if following is None or following["what"] == "BEGIN":
            yield from _lines(text, border.end(), min(end, border.end() + _LONGEST), closed=False)
        elif not _FIELDS.search(text, border.end(), end):
            yield from _whole(text, border.end(), end)
        else:
            yield from _lines(text, border.end(), end, closed=True)


#: Fields of a document, or the margin of a diff: the lines are no single piece of text.
_FIELDS = re.compile(r"[\"'<>,{}`\ue000\ue001]|\n[ \t]*[+>|#*-](?=[A-Za-z0-9+/=])")
_LINE = re.compile(r"(?:(?<=\n)[+>|#*-])?(?P<line>[A-Za-z0-9+/=_-]{4,}|[A-Za-z0-9][A-Za-z0-9+/]{0,2}={0,2}(?=\s|\Z))")
#: Shorter first lines are words.
_SHORTEST = 16


def _whole(text: str, start: int, end: int) -> Iterator[Finding]:
    """The body without the line breaks around it, escaped or not."""
    while start < end and (text[start].isspace() or text[start] == "\\" or text[start - 1] == "\\"):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] == "\\" or text[end - 2] == "\\"):
        end -= 1
    if any(map(str.isalnum, text[start:end])):
        yield Finding(start, end, "private-key")


def _lines(text: str, start: int, end: int, *, closed: bool) -> Iterator[Finding]:
    """Each line of the body by itself."""
    if "\\" in text[start:end]:
        return  # escaped: the reading without escapes shows the lines
    for place, match in enumerate(_LINE.finditer(text, start, end)):
        is_redacted = PLACEHOLDER.fullmatch(match["line"]) is not None
        if not closed and (is_redacted or (place == 0 and len(match["line"]) < _SHORTEST)):
            return
        if not is_redacted:
            yield Finding(*match.span("line"), "private-key")


_JWK_PART = re.compile(
    r"""(?P<q>\\*["'\ue000\ue001])(?:d|p|q|dp|dq|qi|k)(?P=q)\s{0,8}:\s{0,8}(?P=q)(?P<secret>[\w-]{16,800})(?P=q)"""
)


def web_keys(text: str) -> Iterator[Finding]:
    """The private members of RFC 7517 keys."""
    if "kty" in text:
        for match in _JWK_PART.finditer(text):
            yield Finding(*match.span("secret"), "private-key")


_USERINFO = re.compile(
    r"""://(?P<user>[^\s/?#@:"'<>`\ue000\ue001]{0,128}):(?P<secret>[^\s/?#"'<>`\ue000\ue001]{1,256})@(?=[\w\[])"""
)
_REFERENCE = re.compile(r"\$|\{|\*{3,}\Z|x{3,}\Z|<", re.IGNORECASE)


def userinfo(text: str) -> Iterator[Finding]:
    """The password in ``scheme://user:password@host``."""
    if "://" in text and "@" in text:
        for match in _USERINFO.finditer(text):
            if not _REFERENCE.match(match["secret"]):
                yield Finding(*match.span("secret"), "url-password")
