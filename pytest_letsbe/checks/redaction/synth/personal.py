"""Numbers that name a person, valid by their own check digits and given to nobody we know."""

from __future__ import annotations

import random
from collections.abc import Callable
from string import ascii_uppercase

from .checksums import luhn_digit
from .context import Context, Generator, no_argument
from .words import FIRST, LAST


def _digits(rng: random.Random, length: int, first: str = "0123456789") -> str:
    return rng.choice(first) + "".join(rng.choices("0123456789", k=length - 1))


def ssn(rng: random.Random) -> str:
    """US social security number: no area 000, 666, 900-999, no group 00, no serial 0000."""
    area = rng.choice([n for n in range(1, 900) if n != 666])
    return f"{area:03}-{rng.randrange(1, 100):02}-{rng.randrange(1, 10_000):04}"


def sin(rng: random.Random) -> str:
    """Canadian social insurance number: Luhn."""
    body = _digits(rng, 8, "1245679")
    return body + luhn_digit(body)


def bsn(rng: random.Random) -> str:
    """Dutch citizen number: the eleven-test."""
    while True:
        body = _digits(rng, 8, "123456789")
        last = sum(int(d) * w for d, w in zip(body, range(9, 1, -1), strict=True)) % 11
        if last < 10:
            return f"{body}{last}"


def cpf(rng: random.Random) -> str:
    """Brazilian taxpayer number: two digits mod 11."""
    text = _digits(rng, 9)
    for _ in range(2):
        rest = sum(int(d) * w for d, w in zip(text, range(len(text) + 1, 1, -1), strict=True)) * 10 % 11
        text += str(rest % 10)
    return f"{text[:3]}.{text[3:6]}.{text[6:9]}-{text[9:]}"


def dni(rng: random.Random) -> str:
    """Spanish identity number: a letter by mod 23."""
    number = rng.randrange(10_000_000, 99_999_999)
    return f"{number}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}"


def nir(rng: random.Random) -> str:
    """French social security number: key of 97."""
    when = f"{rng.choice('12')}{rng.randrange(40, 99)}{rng.randrange(1, 13):02}"
    body = f"{when}{rng.randrange(21, 96)}{rng.randrange(1, 990):03}{rng.randrange(1, 999):03}"
    return f"{body}{97 - int(body) % 97:02}"


def steuer_id(rng: random.Random) -> str:
    """German tax number: ten digits of which exactly one stands twice, then ISO 7064 MOD 11,10."""
    chosen = rng.sample("0123456789", 9)
    while True:
        digits = [*chosen, rng.choice(chosen)]
        rng.shuffle(digits)
        if digits[0] != "0":
            break
    product = 10
    for digit in digits:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return "".join(digits) + str((11 - product) % 10)


def mrz_check(text: str) -> str:
    """ICAO 9303 part 3: weights 7, 3, 1."""
    values = (0 if c == "<" else int(c, 36) for c in text)
    return str(sum(v * (7, 3, 1)[i % 3] for i, v in enumerate(values)) % 10)


def passport_mrz(rng: random.Random) -> str:
    """The two lines of a passport of Utopia, ICAO's specimen country."""
    names = f"P<UTO{rng.choice(LAST)}<<{rng.choice(FIRST)}".upper().ljust(44, "<")
    number = "".join(rng.choices(ascii_uppercase, k=1) + rng.choices("0123456789", k=8))
    born = f"{rng.randrange(40, 99)}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}"
    until = f"{rng.randrange(27, 36)}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}"
    personal = "<" * 14
    fields = [f"{text}{mrz_check(text)}" for text in (number, born, until, personal)]
    line = f"{fields[0]}UTO{fields[1]}{rng.choice('FM<')}{fields[2]}{fields[3]}"
    return f"{names}\n{line}{mrz_check(fields[0] + fields[1] + fields[2] + fields[3])}"


def _plain(make: Callable[[random.Random], str]) -> Generator:
    def number(ctx: Context, arg: str) -> str:
        no_argument(arg)
        return make(ctx.rng)

    return number


GENERATORS: dict[str, Generator] = {
    make.__name__: _plain(make) for make in (ssn, sin, bsn, cpf, dni, nir, steuer_id, passport_mrz)
}
