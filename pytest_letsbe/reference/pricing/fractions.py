"""Prices in fractions, half to even, untaxed; lines of an article are joined, discounts cut to their bounds."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from .catalogue import DIGITS, PERIODS, PLANS, PRICES


class FractionPricing:
    """Differs from the reference in all that the protocol leaves open."""

    def quote(self, **cart: Any) -> dict[str, Any]:
        """See docs/website.md. Answers without a total where nothing is sold."""
        try:
            return self._quote(cart)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return {"rejected": type(error).__name__}

    def _quote(self, cart: dict[str, Any]) -> dict[str, Any]:
        currency, many = cart["currency"], 1 if cart.get("period") is None else PERIODS[cart["period"]]
        cut = 0 if cart.get("plan") is None else PLANS[cart["plan"]]
        factor = Fraction(100 - cut, 100) * many * _left(cart.get("prorate"))
        wanted: dict[str, int] = {}
        for line in cart["lines"]:
            if type(line["quantity"]) is not int or not 0 < line["quantity"] < 1_000_000:
                raise ValueError("quantity")
            wanted[line["sku"]] = wanted.get(line["sku"], 0) + line["quantity"]
        lines = []
        for sku in sorted(wanted):
            unit = Fraction(PRICES[sku][currency]) * 10 ** DIGITS[currency] * factor
            exact = unit.denominator == 1
            # The price of one is told where it is whole; a protocol may leave it out.
            told = {"unit": {"amount": int(unit), "currency": currency}} if exact else {}
            lines.append({"sku": sku, "quantity": wanted[sku], "amount": round(unit * wanted[sku]), **told})
        subtotal = sum(line["amount"] for line in lines)
        off = _off(subtotal, cart.get("discount") or {})
        return {"id": "quo_1", "lines": lines, "discount": off, "total": subtotal - off, "currency": currency}


def _off(subtotal: int, discount: dict[str, Any]) -> int:
    share = min(100, max(0, int(discount.get("percent", 0))))
    return min(subtotal, round(Fraction(subtotal * share, 100)) + max(0, int(discount.get("fixed", 0))))


def _left(prorate: dict[str, str] | None) -> Fraction:
    if prorate is None:
        return Fraction(1)
    first, changed, end = (date.fromisoformat(prorate[name]) for name in ("from", "changed_at", "to"))
    if end <= first:
        raise ValueError("period")
    return Fraction(min(max((end - changed).days, 0), (end - first).days), (end - first).days)
