"""Numbers and addresses of people that tell themselves by their shape and their check digits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .finding import Finding

# A column of numbers is no card: groups stand alone.
_CARD = re.compile(
    r"(?<![\w.+-])(?<![0-9A-F]{4} )(?:[2-6][0-9]{12,18}|[2-6][0-9]{3}(?P<s>[\s-])[0-9]{4}(?P=s)[0-9]{4}(?P=s)[0-9]{4}"
    r"|3[47][0-9]{2}(?P<t>[ -])[0-9]{6}(?P=t)[0-9]{5})(?![\w-]|\.[0-9]| [0-9A-F]{4}\b)"
)
_ISSUER = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})|(?:5[1-5]|6(?:011|5|4[4-9])|35)[0-9]+"
    r"|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)[0-9]+|3[47][0-9]{13}"
)


def cards(text: str) -> Iterator[Finding]:
    """Payment cards: an issuer's prefix, its length, and Luhn (ISO/IEC 7812-1)."""
    for match in _CARD.finditer(text):
        digits = "".join(filter(str.isdigit, match[0]))
        if _ISSUER.fullmatch(digits) and (len(digits) == 16 or digits[0] in "34") and luhn(digits):
            yield Finding(*match.span(), "card-number")


def luhn(digits: str) -> bool:
    odd, even = digits[-1::-2], digits[-2::-2]
    return (sum(map(int, odd)) + sum(sum(divmod(2 * int(d), 10)) for d in even)) % 10 == 0


# Lengths of the IBAN registry; other countries' are taken as they come.
_IBAN_LENGTH = {
    "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27,
    "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "NL": 18,
    "NO": 15,    "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24, "TR": 26,
}  # fmt: skip
_IBAN = re.compile(r"(?<![A-Za-z0-9_])[A-Z]{2}[0-9]{2}(?:\s?[A-Z0-9]){11,30}(?![A-Za-z0-9])")


def ibans(text: str) -> Iterator[Finding]:
    """Bank accounts: ISO 13616, mod 97."""
    for match in _IBAN.finditer(text):
        end = _iban_end(match[0])
        if end and not text[match.start() + end : match.start() + end + 1].isalnum():
            yield Finding(match.start(), match.start() + end, "iban")


def _iban_end(text: str) -> int:
    """How much of the text is an IBAN: words in capitals may follow it."""
    wanted = _IBAN_LENGTH.get(text[:2])
    ends = [place + 1 for place, char in enumerate(text) if not char.isspace()]
    for length in (wanted,) if wanted else range(len(ends), 14, -1):
        if length > len(ends):
            continue
        compact = "".join(text[: ends[length - 1]].split())
        if int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1:
            return ends[length - 1]
    return 0


_EMAIL = re.compile(
    r"(?<![\w.+%\\-])(?!git@)[A-Za-z0-9](?:[\w.+%-]{0,62}[\w+-])?@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,6}[A-Za-z]{2,24}(?![\w-]|\.\w|@)"
)


_IN_URL = re.compile(r"://[^\s/@]*\Z")


def emails(text: str) -> Iterator[Finding]:
    """Addresses; the user and the host of a URL aren't one."""
    if "@" in text:
        for match in _EMAIL.finditer(text):
            start, end = match.span()
            if text[start - 1 : start] not in (":", "/") or not _IN_URL.search(text, max(0, start - 200), start):
                yield Finding(start, end, "email")


_PHONE = re.compile(
    r"(?<![\w+.-])\+(?P<digits>[1-9][0-9]{0,2}[ .-]?\(?[0-9]{1,12}\)?(?:[ .-]?[0-9]{2,12}){0,5})(?![\w-])"
)
#: How many digits follow the country code, at most.
_NATIONAL = {"1": 10, "7": 10, "33": 9, "34": 9, "39": 10, "41": 9, "43": 11, "44": 10, "49": 11}
_DIGIT = re.compile(r"[0-9]")


def phones(text: str) -> Iterator[Finding]:
    """International numbers (E.164), also in groups; a number that follows one isn't part of it."""
    if "+" in text:
        for match in _PHONE.finditer(text):
            places = [digit.end() for digit in _DIGIT.finditer(text, *match.span("digits"))]
            code = next((c for c in (match["digits"][0], match["digits"][:2]) if c in _NATIONAL), match["digits"][:2])
            most = len(code) + _NATIONAL.get(code, 12)
            if len(places) >= 9 and not text[(end := places[:most][-1]) : end + 1].isdigit():
                yield Finding(match.start(), end, "phone")


_MRZ_NAMES = re.compile(r"(?<![A-Z0-9<])P[A-Z<][A-Z<]{42}(?![A-Z0-9])")
_MRZ_NUMBERS = re.compile(
    r"(?<![A-Z0-9<])[A-Z0-9<]{9}[0-9][A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}[A-Z0-9<]{14}[0-9<][0-9](?![A-Z0-9])"
)


def passports(text: str) -> Iterator[Finding]:
    """The two lines of a passport's machine-readable zone (ICAO 9303)."""
    if "<<" in text:
        for pattern in (_MRZ_NAMES, _MRZ_NUMBERS):
            for match in pattern.finditer(text):
                if pattern is _MRZ_NUMBERS or "<<" in match[0]:
                    yield Finding(*match.span(), "passport")


_DIGITS = re.compile(r"[0-9]{2}")


def find(text: str) -> Iterator[Finding]:
    """All of it, for a text that holds a digit or an address."""
    yield from emails(text)
    if _DIGITS.search(text):
        yield from cards(text)
        yield from ibans(text)
        yield from phones(text)
    yield from passports(text)
