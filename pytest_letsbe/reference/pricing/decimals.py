"""Prices in exact decimals, half up at the end of each line, as an invoice shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .catalogue import DIGITS, MOST, PERIODS, PLANS, PRICES, TAX_PERCENT


class ReferencePricing:
    """Each step is a method, so that a mutant spoils one."""

    def quote(
        self,
        lines: Sequence[dict[str, Any]],
        currency: Any,
        plan: Any = None,
        discount: dict[str, Any] | None = None,
        period: Any = "monthly",
        prorate: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """See docs/website.md. Raises ValueError for what isn't sold."""
        self._known("currency", currency, DIGITS)
        self._known("period", period, PERIODS)
        if plan is not None:
            self._known("plan", plan, PLANS)
        share = self._share(prorate) if prorate else Decimal(1)
        priced = [self._line(line, currency, plan, period, share) for line in lines]
        subtotal = self._sum([line["amount"] for line in priced])
        reduced = self._discount(subtotal, discount or {})
        tax = self._tax(subtotal - reduced)
        return {
            "lines": priced,
            "discount": reduced,
            "tax": tax,
            "total": self._total(subtotal, reduced, tax),
            "currency": currency,
        }

    def _known(self, what: str, name: Any, names: Any) -> None:
        if not isinstance(name, str) or name not in names:
            raise ValueError(f"unknown {what}")

    def _line(self, line: dict[str, Any], currency: str, plan: Any, period: str, share: Decimal) -> dict[str, Any]:
        sku, quantity = line.get("sku"), self._quantity(line.get("quantity"))
        self._known("article", sku, PRICES)
        unit = self._unit(str(sku), currency, plan, period) * share
        told = int(unit) if unit == int(unit) else f"{unit:f}"
        return {"sku": sku, "quantity": quantity, "unit": told, "amount": self._round(unit * quantity)}

    def _quantity(self, quantity: Any) -> int:
        if isinstance(quantity, bool) or not isinstance(quantity, int) or not 1 <= quantity <= MOST:
            raise ValueError("a quantity is a whole number from 1")
        return quantity

    def _unit(self, sku: str, currency: str, plan: Any, period: str) -> Decimal:
        listed = Decimal(PRICES[sku][currency]).scaleb(self._digits(currency))
        return listed * (100 - PLANS.get(plan, 0)) / 100 * PERIODS[period]

    def _digits(self, currency: str) -> int:
        return DIGITS[currency]

    def _round(self, amount: Decimal) -> int:
        return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))

    def _sum(self, amounts: list[int]) -> int:
        return sum(amounts)

    def _discount(self, subtotal: int, discount: dict[str, Any]) -> int:
        percent, fixed = int(discount.get("percent", 0)), int(discount.get("fixed", 0))
        if not 0 <= percent <= 100 or fixed < 0:
            raise ValueError("no such discount")
        return min(subtotal, self._round(Decimal(subtotal) * percent / 100) + fixed)

    def _tax(self, net: int) -> int:
        return self._round(Decimal(net) * TAX_PERCENT / 100)

    def _total(self, subtotal: int, discount: int, tax: int) -> int:
        return subtotal - discount + tax

    def _share(self, prorate: dict[str, str]) -> Decimal:
        first, changed, end = (date.fromisoformat(prorate[name]) for name in ("from", "changed_at", "to"))
        if not first <= changed <= end or first == end:
            raise ValueError("the day of change isn't in the period")
        return self._part((end - changed).days, (end - first).days)

    def _part(self, left: int, days: int) -> Decimal:
        return Decimal(left) / Decimal(days)
