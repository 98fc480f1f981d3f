"""What tells itself: vendor tokens, key blocks, passwords in URLs, card and account numbers, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..redactor import vendors

Span = tuple[int, int]


def find(text: str) -> Iterator[Span]:
    """Every secret in the text that needs no name beside it."""
    for finding in vendors.find(text):
        yield finding.start, finding.end
    yield from _blocks(text)
    if "://" in text:
        yield from (
            match.span(1) for match in _USERINFO.finditer(text) if not match[1].startswith(("$", "{", "<", "*"))
        )
    if "kty" in text:
        yield from (match.span(2) for match in _PRIVATE_PART.finditer(text))
    if "@" in text:
        yield from (match.span() for match in _ADDRESS.finditer(text))
    if _DIGITS.search(text):
        yield from _numbers(text)
    if "<<" in text:
        yield from (match.span() for match in _PASSPORT.finditer(text))


_USERINFO = re.compile(r"://[^\s/?#@:\"'<>`]{0,128}:([^\s/?#\"'<>`@]{1,8192})@(?=[\w\[])")
_PRIVATE_PART = re.compile(r"(\\*[\"'])(?:d|p|q|dp|dq|qi|k)\1\s{0,8}:\s{0,8}\1([\w-]{16,800})\1")
_ADDRESS = re.compile(
    r"(?<![\w.+%\\-])[A-Za-z0-9][\w.+%-]{0,62}(?<!\.)@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![\w-]|\.\w|@)"
)
_PASSPORT = re.compile(
    r"(?<![A-Z0-9<])(?:P[A-Z<][A-Z<]{42}|[A-Z0-9<]{9}[0-9][A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}[A-Z0-9<]{14}[0-9<][0-9])(?![A-Z0-9<])"
)

_EDGE = re.compile(r"-----(BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_TEXT = re.compile(
    r"(?:\\*n|[\s\"',+>|#*\\-])*[A-Za-z0-9+/=]{16,}(?:(?:\\+n|[\s\"',+>|#*\\-])+[A-Za-z0-9+/=]{4,})*"
)


def _blocks(text: str) -> Iterator[Span]:
    """A private key from its first border to its last; without a last one, as far as it looks like a key."""
    if "PRIVATE KEY" not in text:
        return
    edges = list(_EDGE.finditer(text))
    for number, edge in enumerate(edges):
        if edge[1] == "END":
            continue
        following = edges[number + 1] if number + 1 < len(edges) else None
        if following is not None and following[1] == "END":
            if text[edge.end() : following.start()].strip("\\nr \t*'\""):
                yield edge.start(), following.end()
        elif body := _KEY_TEXT.match(text, edge.end(), edge.end() + 20_000):
            yield edge.start(), body.end()


_DIGITS = re.compile(r"[0-9]{2}")
_CARD = re.compile(
    r"(?<![\w.+-])(?:[2-6][0-9]{12,18}|[2-6][0-9]{3}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}"
    r"|3[47][0-9]{2}([ -])[0-9]{6}\2[0-9]{5})"
    r"(?![\w-]|\.[0-9])"
)
_ISSUER = re.compile(r"4[0-9]{15}|4[0-9]{12}|(?:5[1-5]|6(?:011|5)|35)[0-9]{12,14}|2[2-7][0-9]{14}|3[47][0-9]{13}")
_ACCOUNT = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
_PHONE = re.compile(r"(?<![\w+.-])\+[1-9][0-9]{0,2}(?:[ .-]?\(?[0-9]{1,12}\)?){2,6}(?![\w-])")


def _numbers(text: str) -> Iterator[Span]:
    for match in _CARD.finditer(text):
        digits = re.sub("[ -]", "", match[0])
        if _ISSUER.fullmatch(digits) and _luhn(digits):
            yield match.span()
    for match in _ACCOUNT.finditer(text):
        length = _account_length(match[0])
        if length:
            yield match.start(), match.start() + length
    if "+" in text:
        yield from (match.span() for match in _PHONE.finditer(text) if 9 <= len(re.sub(r"\D", "", match[0])) <= 15)


def _luhn(digits: str) -> bool:
    doubled = (str(int(digit) * (1 + place % 2)) for place, digit in enumerate(reversed(digits)))
    return sum(int(digit) for number in doubled for digit in number) % 10 == 0


def _account_length(text: str) -> int:
    """How many characters are an account (ISO 13616): the longest start whose check digits fit."""
    for end in range(len(text), 14, -1):
        compact = text[:end].replace(" ", "")
        if len(compact) < 15:
            return 0
        if text[end - 1] != " " and int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1:
            return end
    return 0
