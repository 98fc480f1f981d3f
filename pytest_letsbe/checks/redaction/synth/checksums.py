"""Pieces that seal the text before them: CRC32 in the vendors' spellings, Luhn, mod 97."""

from __future__ import annotations

import re
import zlib

from .chars import BASE62
from .context import ArgumentError, Context, Generator, no_argument
from .encodings import base36, in_base

IBAN_HEAD = re.compile(r"[A-Z]{2}(?:0[2-9]|[1-8][0-9]|9[0-8])[ A-Z0-9]+\Z")


def crc32_base62(ctx: Context, arg: str) -> str:
    """GitHub and npm: CRC32 of this core so far, six base62 digits."""
    no_argument(arg)
    return in_base(zlib.crc32(ctx.core.encode()), BASE62, 6)


def crc32_hex(ctx: Context, arg: str) -> str:
    """Cloudflare: CRC32 of this core so far, lower-case hex."""
    no_argument(arg)
    return f"{zlib.crc32(ctx.core.encode()):08x}"


def crc32_atlassian(ctx: Context, arg: str) -> str:
    """Atlassian and Bitbucket Cloud: CRC32 of the whole token so far, upper-case hex."""
    no_argument(arg)
    return f"{zlib.crc32(ctx.value.encode()):08X}"


def crc32_grafana(ctx: Context, arg: str) -> str:
    """Grafana service accounts: CRC32 of what stands before the last ``_``, little-endian hex."""
    no_argument(arg)
    return zlib.crc32(ctx.value.removesuffix("_").encode()).to_bytes(4, "little").hex()


def crc32_gitlab(ctx: Context, arg: str) -> str:
    """GitLab routable tokens: length of the core so far in two base36 digits, then CRC32 of the whole in seven."""
    no_argument(arg)
    length = base36(len(ctx.core.removesuffix(".")), 2)
    return length + base36(zlib.crc32((ctx.value + length).encode()), 7)


def luhn_digit(digits: str) -> str:
    """The digit that makes ``digits`` pass Luhn (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 - place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def luhn(ctx: Context, arg: str) -> str:
    """The Luhn digit over every digit of the value so far."""
    no_argument(arg)
    return luhn_digit(re.sub(r"\D", "", ctx.value))


def not_luhn(ctx: Context, arg: str) -> str:
    """A last digit that makes the Luhn sum of the trailing digits wrong: a number that is no card."""
    no_argument(arg)
    digits = re.search(r"[\d -]*\Z", ctx.value)
    right = luhn_digit(re.sub(r"\D", "", digits.group() if digits else ""))
    return ctx.rng.choice([d for d in "0123456789" if d != right])


def iban_remainder(text: str) -> int:
    """ISO 13616: 1 for a valid IBAN."""
    compact = re.sub(r"\s", "", text)
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97


def iban97(ctx: Context, arg: str) -> str:
    """The last two digits of an IBAN whose check digits (2-98) stand already: they are solved for mod 97 = 1."""
    no_argument(arg)
    if not IBAN_HEAD.match(ctx.value):
        raise ArgumentError("needs an IBAN's country, check digits and account before it")
    return next(f"{last:02}" for last in range(97) if iban_remainder(f"{ctx.value}{last:02}") == 1)


GENERATORS: dict[str, Generator] = {
    "crc32b62": crc32_base62,
    "crc32hex": crc32_hex,
    "crc32_atlassian": crc32_atlassian,
    "crc32_grafana": crc32_grafana,
    "crc32_gitlab": crc32_gitlab,
    "luhn": luhn,
    "notluhn": not_luhn,
    "iban97": iban97,
}
