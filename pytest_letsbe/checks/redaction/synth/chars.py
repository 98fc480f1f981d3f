"""Runs of random characters from an alphabet, and the bytes behind encoded ones."""

from __future__ import annotations

import base64
import random
import re
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits

from .context import ArgumentError, Context, Generator, count

CARD_LIKE = re.compile(r"[0-9]{12}")
CLASSES = tuple(map(frozenset, (ascii_lowercase, ascii_uppercase, digits)))
BASE62 = digits + ascii_uppercase + ascii_lowercase
BASE58 = "".join(c for c in BASE62 if c not in "0OIl")
BASE64 = ascii_letters + digits + "+/"
BASE64URL = ascii_letters + digits + "-_"
BASE32 = ascii_uppercase + "234567"
CROCKFORD = "".join(c for c in digits + ascii_uppercase if c not in "ILOU")
CRYPT64 = "./" + digits + ascii_letters
HEX = digits + "abcdef"


def run_of(rng: random.Random, alphabet: str, length: int) -> str:
    """Random characters; a run of 12 or more shows every class (a-z, A-Z, 0-9) that the alphabet has.

    Real tokens nearly always do, and detectors rely on it; a fake that doesn't would measure the fake. Nor does it
    hold 12 digits in a row, which a card rule might take for its own.
    """
    wanted = [group for group in CLASSES if group & set(alphabet)] if length >= 12 else []
    while True:
        text = "".join(rng.choices(alphabet, k=length))
        if all(group & set(text) for group in wanted) and not CARD_LIKE.search(text):
            return text


def framed(rng: random.Random, alphabet: str, length: int) -> str:
    """As ``run_of``, with a letter or digit at both ends: vendors' own rules ask for a word border there."""
    while True:
        text = run_of(rng, alphabet, length)
        if text[0].isalnum() and text[-1].isalnum():
            return text


def _alphabet(alphabet: str) -> Generator:
    def characters(ctx: Context, arg: str) -> str:
        return framed(ctx.rng, alphabet, count(arg))

    return characters


def number(ctx: Context, arg: str) -> str:
    """``digits:N``: no leading zero, as identifiers have none."""
    length = count(arg)
    return ctx.rng.choice(digits[1:]) + "".join(ctx.rng.choices(digits, k=length - 1))


def integer(ctx: Context, arg: str) -> str:
    """``int:5-300``: a whole number from a range, both ends included."""
    low, dash, high = arg.partition("-")
    if not (dash and low.isdigit() and high.isdigit() and int(low) <= int(high)):
        raise ArgumentError(f"needs a range such as {{int:1-90}}, not {arg!r}")
    return str(ctx.rng.randint(int(low), int(high)))


def choice(ctx: Context, arg: str) -> str:
    """``choice:a|b|c``: one of the texts."""
    options = arg.split("|")
    if len(options) < 2:
        raise ArgumentError("needs two texts or more, such as {choice:eu|us}")
    return ctx.rng.choice(options)


def say(ctx: Context, arg: str) -> str:
    """``say:text``: the text itself, where a literal would look like a secret to those who scan the corpus."""
    if not arg:
        raise ArgumentError("needs the text, such as {say:://}")
    return arg


def unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def b64_bytes(ctx: Context, arg: str) -> str:
    """``b64bytes:N``: N random bytes in base64, padded."""
    return base64.b64encode(ctx.rng.randbytes(count(arg))).decode()


def b64_raw(ctx: Context, arg: str) -> str:
    """``b64raw:N``: N random bytes in base64 without padding."""
    return b64_bytes(ctx, arg).rstrip("=")


def b64url_bytes(ctx: Context, arg: str) -> str:
    """``b64urlbytes:N``: N random bytes in URL-safe base64 without padding."""
    return unpadded(ctx.rng.randbytes(count(arg)))


def text_b64(ctx: Context, arg: str) -> str:
    """``text64:words``: the base64 of a fixed text, for heads that must not stand literally in a corpus."""
    if not arg:
        raise ArgumentError("needs the text to encode")
    return base64.b64encode(arg.encode()).rstrip(b"=").decode()


GENERATORS: dict[str, Generator] = {
    "base62": _alphabet(BASE62),
    "alnum": _alphabet(BASE62),
    "base58": _alphabet(BASE58),
    "base32": _alphabet(BASE32),
    "crockford": _alphabet(CROCKFORD),
    "crypt64": _alphabet(CRYPT64),
    "hex": _alphabet(HEX),
    "hexupper": _alphabet(HEX.upper()),
    "letters": _alphabet(ascii_letters),
    "lower": _alphabet(ascii_lowercase + digits),
    "upper": _alphabet(ascii_uppercase + digits),
    "az": _alphabet(ascii_lowercase),
    "b64": _alphabet(BASE64),
    "b64url": _alphabet(BASE64URL),
    "b64bytes": b64_bytes,
    "b64raw": b64_raw,
    "b64urlbytes": b64url_bytes,
    "text64": text_b64,
    "digits": number,
    "int": integer,
    "choice": choice,
    "say": say,
}
