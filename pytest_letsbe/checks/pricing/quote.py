"""A quote as the suite reads it: whole minor units, or a finding that says what isn't."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from ...model import CheckFailure

#: The input of the op ``quote``.
Request: TypeAlias = Mapping[str, Any]

#: Currencies whose minor unit isn't a hundredth (ISO 4217, column "minor unit").
_DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"), 0),
    **dict.fromkeys(("XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def digits(currency: str) -> int:
    """How many decimal digits the minor unit of a currency has (ISO 4217)."""
    return _DIGITS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``unit`` is the price of one in minor units, None where the target doesn't tell it."""

    sku: Any
    quantity: Any
    unit: Decimal | None
    amount: int

    @property
    def slack(self) -> Decimal:
        """How far ``amount`` may lie from quantity times unit: less than one, and what the unit's digits cut off."""
        exponent = 0 if self.unit is None else self.unit.as_tuple().exponent
        places = -exponent if isinstance(exponent, int) else 0
        return Decimal(0) if places <= 0 else 1 + self.quantity * Decimal(10) ** -places / 2


@dataclass(frozen=True, slots=True)
class Quote:
    """What the target answered, in minor units of ``currency``."""

    request: Request
    lines: tuple[Line, ...]
    discount: int
    tax: int
    total: int
    currency: Any

    @property
    def subtotal(self) -> int:
        """What the lines come to before discount and tax."""
        return sum(line.amount for line in self.lines)

    def evidence(self) -> list[str]:
        """The request and the answer, for a person."""
        return [f"asked     {shown(self.request)}", f"answered  {self}"]

    def __str__(self) -> str:
        amounts = ", ".join(str(line.amount) for line in self.lines[:6]) + (", ..." if len(self.lines) > 6 else "")
        return f"total {self.total} {self.currency}: lines {amounts}; discount {self.discount}; tax {self.tax}"


def read(request: Request, output: Mapping[str, Any]) -> Quote:
    """The quote of a reply. Raises CheckFailure where an amount is no whole number of minor units."""

    def whole(value: Any, what: str) -> int:
        number = integer(value)
        if number is None:
            raise CheckFailure(
                f"{what} is no whole number of minor units: {value!r}"[:160],
                evidence=[f"asked     {shown(request)}", f"answered  {shown(output)}"],
            )
        return number

    lines = output.get("lines")
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise CheckFailure("a quote has no list of lines", evidence=[f"asked     {shown(request)}"])
    return Quote(
        request,
        tuple(
            Line(line.get("sku"), line.get("quantity"), unit(line.get("unit")), whole(line.get("amount"), "an amount"))
            for line in lines
        ),
        whole(output.get("discount") or 0, "the discount"),
        whole(output.get("tax") or 0, "the tax"),
        whole(output.get("total"), "the total"),
        output.get("currency"),
    )


def integer(value: Any) -> int | None:
    """A whole number, also where JSON wrote ``2900.0``; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if value == value and abs(value) < 2**53 and value == int(value) else None


def unit(value: Any) -> Decimal | None:
    """A unit price: an integer, or a decimal string where the price of one isn't whole."""
    if isinstance(value, dict):  # the Hub's Money
        value = value.get("amount")
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def shown(value: Any, most: int = 400) -> str:
    """JSON for a person, cut."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= most else text[: most - 3] + "..."
