"""Correct shops, each built in another way: none of them may raise an alarm."""

from __future__ import annotations

from pytest_letsbe.reference.pricing import FractionPricing, ReferencePricing
from pytest_letsbe.reference.pricing.catalogue import PLANS, PRICES

SOLD = {"skus": list(PRICES), "plans": list(PLANS), "prices": PRICES}


class Reference(ReferencePricing):
    """Exact decimals, half up, twenty percent of tax."""

    expected = None
    check_options = SOLD


class Fractions(FractionPricing):
    """Fractions, half to even, no tax, joined lines, no unit where it isn't whole."""

    expected = None
    check_options = SOLD


class Unnamed(FractionPricing):
    """The manifest names nothing: what is sold is found by asking."""

    expected = None


class AsFloats(ReferencePricing):
    """Writes 2900.0, as a language with one kind of number may, and more than was asked for."""

    expected = None
    check_options = SOLD

    def quote(self, **cart):
        quote = super().quote(**cart)
        return {**quote, "total": float(quote["total"]), "validUntil": "2026-01-31", "label": "a quote"}


class Small(ReferencePricing):
    """Sells in euro only, and at most twenty of an article."""

    expected = None
    check_options = {"skus": ["seat", "traffic"], "currencies": ["EUR"], "max_quantity": 20}

    def _known(self, what, name, names):
        super()._known(what, name, ["EUR"] if what == "currency" else names)

    def _quantity(self, quantity):
        if super()._quantity(quantity) > 20:
            raise ValueError("at most twenty")
        return quantity
