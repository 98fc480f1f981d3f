"""discount-bounds, proration-bounds and rejects-nonsense: what a price may never leave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from ...model import CheckFailure, Invariant
from ..property import hold
from .quote import Quote, shown
from .requests import carts, discounts, periods, prorated
from .rule import Rule
from .shop import Shop, plain

DISCOUNT = Invariant(
    "discount-bounds", "A discount is what was granted, never less than nothing and never more than the subtotal."
)
PRORATION = Invariant(
    "proration-bounds",
    "A part of a period costs between nothing and the whole, a later change never more, and two parts make the whole.",
)
NONSENSE = Invariant(
    "rejects-nonsense", "What is no number of articles, isn't sold or is no currency is refused, not priced."
)

_NO_QUANTITIES: tuple[Any, ...] = (-1, -5, 1.5, "NaN", "Infinity", "many", None, [], {}, "")
_NO_CURRENCIES: tuple[Any, ...] = ("XXX", "ZZZ", "", None, 978, "EURO")


def _discounts(shop: Shop, profile: str) -> None:
    from hypothesis import strategies as st

    def judge(drawn: tuple[dict[str, Any], dict[str, int]]) -> bool:
        cart, discount = drawn
        quote = shop.ask({**cart, "discount": discount})
        if quote is None:
            return False
        bounded(quote)
        _granted(quote, discount)
        return True

    hold(st.tuples(carts(shop), discounts()), judge, profile=profile, examples=60)


def bounded(quote: Quote) -> None:
    """Raises CheckFailure unless the discount lies between nothing and the subtotal, and the total isn't negative."""
    if not 0 <= quote.discount <= quote.subtotal:
        raise CheckFailure(
            f"the discount is {quote.discount} on a subtotal of {quote.subtotal}", evidence=quote.evidence()
        )
    if quote.total < 0:
        raise CheckFailure(f"the total is {quote.total}", evidence=quote.evidence())


def _granted(quote: Quote, discount: dict[str, int]) -> None:
    if "fixed" in discount:
        due, slack = Decimal(min(discount["fixed"], quote.subtotal)), 1
    else:
        due, slack = Decimal(quote.subtotal) * discount["percent"] / 100, max(1, len(quote.lines))
    if abs(quote.discount - due) >= slack:  # less than one minor unit off, for each line where each is rounded
        raise CheckFailure(
            f"{shown(discount)} of a subtotal of {quote.subtotal} is {due}, and the discount is {quote.discount}",
            evidence=quote.evidence(),
        )


def _outside(shop: Shop, profile: str) -> None:
    for currency, skus in shop.sold.items():
        for discount in ({"percent": 101}, {"percent": 250}, {"percent": -10}, {"fixed": -1}, {"fixed": 2**53 - 1}):
            quote = shop.ask({**plain(skus[0], 2, currency), "discount": discount})
            if quote is not None:  # to refuse it, or to cut it to the bounds, is both right
                bounded(quote)


def _parts(shop: Shop, profile: str) -> None:
    from hypothesis import strategies as st

    def judge(drawn: tuple[dict[str, Any], tuple[date, date, date]]) -> bool:
        cart, (first, changed, end) = drawn
        whole = shop.ask(cart)
        rest = shop.ask(prorated(cart, first, changed, end))
        if whole is None or rest is None:
            return False
        within(whole, rest)
        # As long as what is left after the change: the two parts of the period, of which each line may round once.
        other = shop.ask(prorated(cart, first, first + (end - changed), end))
        if other is not None and abs(rest.subtotal + other.subtotal - whole.subtotal) > len(whole.lines):
            raise CheckFailure(
                f"{(end - changed).days} and {(changed - first).days} days of {(end - first).days} cost "
                f"{rest.subtotal} and {other.subtotal}, and the whole costs {whole.subtotal}",
                evidence=[*rest.evidence(), *other.evidence()],
            )
        return True

    hold(st.tuples(carts(shop), periods()), judge, profile=profile, examples=50)


def within(whole: Quote, part: Quote) -> None:
    """Raises CheckFailure unless a part costs between nothing and the whole."""
    if not 0 <= part.subtotal <= whole.subtotal or part.total < 0:
        raise CheckFailure(
            f"a part of the period costs {part.subtotal}, and the whole {whole.subtotal}",
            evidence=[*whole.evidence(), *part.evidence()],
        )


def _later(shop: Shop, profile: str) -> None:
    for currency, skus in shop.sold.items():
        cart = plain(skus[0], 3, currency)
        for first, days in ((date(2024, 2, 1), 29), (date(2025, 2, 1), 28), (date(2025, 3, 1), 31)):
            end = first + timedelta(days=days)
            changes = [first + timedelta(days=day) for day in range(days + 1)]
            found = shop.ask_together([prorated(cart, first, changed, end) for changed in changes])
            for before, after in pairwise([quote for quote in found if quote is not None]):
                if after.subtotal > before.subtotal:
                    raise CheckFailure(
                        f"a later change costs {after.subtotal}, an earlier one {before.subtotal}",
                        evidence=[*before.evidence(), *after.evidence()],
                    )


def _ends(shop: Shop, profile: str) -> None:
    first, end = date(2025, 1, 1), date(2025, 2, 1)
    outside = (first - timedelta(days=3), end + timedelta(days=3))
    for currency, skus in shop.sold.items():
        cart = plain(skus[0], 2, currency)
        whole = shop.must(cart)
        for changed in (first, end, *outside):
            part = shop.ask(prorated(cart, first, changed, end))
            if part is None:
                continue
            within(whole, part)
            due = {first: whole.subtotal, end: 0}.get(changed)
            if due is not None and part.subtotal != due:
                raise CheckFailure(
                    f"changed on its {'first' if changed == first else 'last'} day, a period costs {part.subtotal} "
                    f"and not {due}",
                    evidence=part.evidence(),
                )
        for days in ({"from": "2025-02-01", "to": "2025-01-01"}, {"from": "2025-01-01", "to": "2025-01-01"}):
            part = shop.ask({**cart, "prorate": {**days, "changed_at": "2025-01-01"}})
            if part is not None:
                within(whole, part)


def nonsense(shop: Shop) -> Iterator[tuple[str, dict[str, Any]]]:
    """Requests that have no price, each with the kind it belongs to."""
    for currency, skus in shop.sold.items():
        sku = skus[0]
        for quantity in _NO_QUANTITIES:
            yield "quantity", plain(sku, quantity, currency)
        for quantity in (2**53 - 1, 10**12, 1e308):
            yield "huge", plain(sku, quantity, currency)
        for unknown in ("no-such-article", "", None, f"{sku}-x", "__proto__", "constructor"):
            yield (
                "sku",
                {"lines": [*plain(sku, 1, currency)["lines"], {"sku": unknown, "quantity": 1}], "currency": currency},
            )
        yield "sku", plain("no-such-article", 1, currency)
        negative = [{"sku": sku, "quantity": 3}, {"sku": sku, "quantity": -2}]
        yield "quantity", {"lines": negative, "currency": currency}
        yield "plan", {**plain(sku, 1, currency), "plan": "no-such-plan"}
    sku = next(iter(shop.sold.values()))[0]
    for unknown_currency in _NO_CURRENCIES:
        yield "currency", plain(sku, 1, unknown_currency)


def _refused(kind: str) -> Rule:
    def judge(shop: Shop, profile: str) -> None:
        for group, request in nonsense(shop):
            if group == kind and (total := shop.price(request)) is not None:
                raise CheckFailure(
                    f"nonsense is priced: {kind}",
                    evidence=[f"asked     {shown(request)}", f"total     {total!r}"[:120]],
                )

    return Rule(NONSENSE, kind, 1, judge)


RULES = (
    Rule(DISCOUNT, "granted", 60, _discounts),
    Rule(DISCOUNT, "outside", 5, _outside),
    Rule(PRORATION, "ends", 1, _ends),
    Rule(PRORATION, "later", 90, _later),
    Rule(PRORATION, "parts", 50, _parts),
    *(_refused(kind) for kind in ("currency", "huge", "plan", "quantity", "sku")),
)
