"""Shops with one fault each."""

from __future__ import annotations

import itertools
import math
from decimal import ROUND_HALF_EVEN, Decimal

from pytest_letsbe.reference.pricing import ReferencePricing
from pytest_letsbe.reference.pricing.catalogue import PERIODS, PLANS, PRICES


class _Shop(ReferencePricing):
    check_options = {"skus": list(PRICES), "plans": list(PLANS), "prices": PRICES}


class SellsNothing(_Shop):
    """Refuses everything."""

    expected = "liveness"

    def _quantity(self, quantity):
        raise ValueError("closed")


class GivesAway(_Shop):
    """Everything costs nothing."""

    expected = "liveness"

    def _total(self, subtotal, discount, tax):
        return 0


class ForgetsTax(_Shop):
    """Tells the tax and doesn't add it."""

    expected = "sum-of-lines"

    def _total(self, subtotal, discount, tax):
        return subtotal - discount


class AddsDiscount(_Shop):
    """Adds the discount."""

    expected = "sum-of-lines"

    def _total(self, subtotal, discount, tax):
        return subtotal + discount + tax


class DropsFourthLine(_Shop):
    """Only three lines reach the sum."""

    expected = "sum-of-lines"

    def _sum(self, amounts):
        return sum(amounts[:3])


class ForgetsALine(_Shop):
    """A line without effect: the last of three or more isn't in the quote."""

    expected = "sum-of-lines"

    def quote(self, lines, **rest):
        return super().quote(lines[:2], **rest)


class RoundsAtTheEnd(_Shop):
    """From three lines on the total is one off, as a sum of unrounded lines is."""

    expected = "sum-of-lines"

    def _sum(self, amounts):
        return sum(amounts) + (1 if len(amounts) > 2 else 0)


class Cheaper(_Shop):
    """From a hundred on an article is half price, all of them."""

    expected = "monotone"

    def _line(self, line, *rest):
        found = super()._line(line, *rest)
        if found["quantity"] >= 100:
            found.update(amount=found["amount"] // 2, unit=None)
        return found


class CheaperTogether(_Shop):
    """A second line makes nearly all of it free."""

    expected = "monotone"

    def quote(self, lines, **rest):
        quote = super().quote(lines, **rest)
        if len(lines) >= 2:
            cut = min(quote["total"], 100_000_000)
            quote["lines"].append({"sku": "bundle", "quantity": 1, "amount": -cut + 1})
            quote["total"] = quote["total"] - cut + 1
        return quote


class YenAsCents(_Shop):
    """Each currency has two digits."""

    expected = "rounding"

    def _digits(self, currency):
        return 2


class DinarAsCents(_Shop):
    """No currency has more than two digits."""

    expected = "rounding"

    def _digits(self, currency):
        return min(2, super()._digits(currency))


class InFloats(_Shop):
    """Amounts that are no whole number of minor units."""

    expected = "rounding"

    def _round(self, amount):
        return float(amount)


class AlternatesHalves(_Shop):
    """A half goes up here and to even there."""

    expected = "rounding"

    def _line(self, *given):
        found = super()._line(*given)
        if isinstance(found["unit"], str) and found["quantity"] % 3:
            found["amount"] = int(
                (Decimal(found["unit"]) * found["quantity"]).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
            )
        return found


class BinaryPercents(_Shop):
    """Percents are taken in binary floats: a half goes either way."""

    expected = "rounding"

    def _discount(self, subtotal, discount):
        if "percent" not in discount:
            return super()._discount(subtotal, discount)
        return min(subtotal, math.floor(subtotal * (discount["percent"] / 100) * 1.0000000000000002 + 0.49999999999999))


class RoundsTheUnit(_Shop):
    """The price of one is rounded before it is multiplied."""

    expected = "rounding"

    def _line(self, *given):
        found = super()._line(*given)
        if isinstance(found["unit"], str):
            found["amount"] = self._round(Decimal(found["unit"])) * found["quantity"]
        return found


class MoreThanAll(_Shop):
    """A fixed discount isn't cut at the subtotal."""

    expected = "discount-bounds"

    def _discount(self, subtotal, discount):
        return discount.get("fixed", 0) + super()._discount(subtotal, {**discount, "fixed": 0})


class NegativeDiscount(_Shop):
    """A negative discount raises the price."""

    expected = "discount-bounds"

    def _discount(self, subtotal, discount):
        if discount.get("fixed", 0) < 0:
            return discount["fixed"]
        return super()._discount(subtotal, discount)


class OverAHundred(_Shop):
    """Takes 250 percent off."""

    expected = "discount-bounds"

    def _discount(self, subtotal, discount):
        return self._round(Decimal(subtotal) * discount.get("percent", 0) / 100) + min(
            subtotal, max(0, discount.get("fixed", 0))
        )


class TwiceDiscounted(_Shop):
    """A percentage is taken off twice."""

    expected = "discount-bounds"

    def _discount(self, subtotal, discount):
        once = super()._discount(subtotal, discount)
        return once + super()._discount(subtotal - once, discount) if "percent" in discount else once


class ThirtyDays(_Shop):
    """Each month has thirty days."""

    expected = "proration-bounds"

    def _part(self, left, days):
        return Decimal(left) / 30


class OneDayMore(_Shop):
    """Both days of a period are counted."""

    expected = "proration-bounds"

    def _part(self, left, days):
        return Decimal(left + 1) / Decimal(days)


class UsedForLeft(_Shop):
    """Bills the days that are over, from the first day on."""

    expected = "proration-bounds"

    def _part(self, left, days):
        return Decimal(days - left) / Decimal(days)


class OutsideThePeriod(_Shop):
    """A change before the period costs more than the period."""

    expected = "proration-bounds"

    def _share(self, prorate):
        from datetime import date

        first, changed, end = (date.fromisoformat(prorate[name]) for name in ("from", "changed_at", "to"))
        return Decimal((end - changed).days) / Decimal(max(1, (end - first).days))


class FirstLineFirst(_Shop):
    """Whose first line is a backup pays one more."""

    expected = "order-independent"

    def quote(self, lines, **rest):
        quote = super().quote(lines, **rest)
        if quote["lines"][0]["sku"] == "backup":
            quote["tax"] += 1
            quote["total"] += 1
        return quote


class Drifts(_Shop):
    """Each tenth quote costs one more."""

    expected = "deterministic"
    _count = itertools.count()

    def _tax(self, net):
        return super()._tax(net) + (next(self._count) % 10 == 9)


class Remembers(_Shop):
    """Each fiftieth visitor makes it dearer for all."""

    expected = "deterministic"
    _seen = 0

    def _tax(self, net):
        self._seen += 1
        return super()._tax(net) + self._seen // 50


class FirstCurrency(_Shop):
    """Says the currency of the first request for ever."""

    expected = "currency-kept"
    _first = None

    def quote(self, lines, currency, **rest):
        self._first = self._first or currency
        return {**super().quote(lines, currency, **rest), "currency": self._first}


class LowerCase(_Shop):
    """Writes another code than was asked for."""

    expected = "currency-kept"

    def quote(self, lines, currency, **rest):
        return {**super().quote(lines, currency, **rest), "currency": "EUR"}


class Negative(_Shop):
    """Prices a negative quantity."""

    expected = "rejects-nonsense"

    def _quantity(self, quantity):
        return quantity if isinstance(quantity, int) and quantity < 0 else super()._quantity(quantity)


class Huge(_Shop):
    """Has no limit."""

    expected = "rejects-nonsense"

    def _quantity(self, quantity):
        return quantity if isinstance(quantity, int) and quantity > 1 else super()._quantity(quantity)


class Cuts(_Shop):
    """Makes a number of whatever it is given."""

    expected = "rejects-nonsense"

    def _quantity(self, quantity):
        try:
            return max(1, int(float(quantity)))
        except (TypeError, ValueError, OverflowError):
            return 1


class SkipsUnknown(_Shop):
    """Leaves out articles that it doesn't know."""

    expected = "rejects-nonsense"

    def quote(self, lines, **rest):
        known = [line for line in lines if line.get("sku") in PRICES]
        return super().quote(known, **rest)


class EuroByDefault(_Shop):
    """An unknown currency is the euro."""

    expected = "rejects-nonsense"

    def quote(self, lines, currency, **rest):
        return super().quote(lines, currency if currency in ("EUR", "USD", "JPY", "KWD") else "EUR", **rest)


class AnyPlan(_Shop):
    """An unknown plan costs the list price."""

    expected = "rejects-nonsense"

    def quote(self, plan=None, **rest):
        return super().quote(plan=plan if plan in PLANS else None, **rest)


class YearForAMonth(_Shop):
    """An odd unit: the amount of a year at the price of a month."""

    expected = "rounding"

    def _line(self, line, currency, plan, period, share):
        found = super()._line(line, currency, plan, period, share)
        monthly = super()._line(line, currency, plan, "monthly", share)
        return {**found, "unit": monthly["unit"]} if PERIODS[period] > 1 else found
