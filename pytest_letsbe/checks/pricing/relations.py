"""monotone, order-independent and deterministic: what two quotes must have to do with each other."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ...model import CheckFailure, Invariant
from ..property import hold
from .amounts import quantities
from .quote import Quote
from .requests import carts, discounts
from .rule import Rule
from .shop import Shop, plain

MONOTONE = Invariant("monotone", "More of an article, or a line more, never makes the total smaller.")
ORDER = Invariant("order-independent", "The order of the lines changes neither the total nor what an article costs.")
DETERMINISTIC = Invariant("deterministic", "The same request has the same price, whatever was asked in between.")


def _quantity(shop: Shop, profile: str) -> None:
    from hypothesis import strategies as st

    def judge(drawn: tuple[dict[str, Any], int]) -> bool:
        cart, more = drawn
        first, *rest = cart["lines"]
        quantity = min(first["quantity"] + more, shop.options.max_quantity)
        return _not_less(shop, cart, {**cart, "lines": [{**first, "quantity": quantity}, *rest]}, "more of an article")

    hold(st.tuples(carts(shop), st.integers(1, 20)), judge, profile=profile, examples=50)


def _every_step(shop: Shop, profile: str) -> None:
    currency, skus = next(iter(shop.sold.items()))
    for sku in skus:
        steps = range(1, min(shop.options.max_quantity, 130) + 1)
        found = shop.ask_together([plain(sku, quantity, currency) for quantity in steps])
        priced = [quote for quote in found if quote is not None]
        for before, after in pairwise(priced):
            _compare(before, after, "more of an article")


def _line(shop: Shop, profile: str) -> None:
    def judge(cart: dict[str, Any]) -> bool:
        fewer = {**cart, "lines": cart["lines"][:-1]}
        return bool(fewer["lines"]) and _not_less(shop, fewer, cart, "a line more")

    hold(carts(shop), judge, profile=profile, examples=40)


def _discounted(shop: Shop, profile: str) -> None:
    from hypothesis import strategies as st

    def judge(drawn: tuple[dict[str, Any], dict[str, int], int]) -> bool:
        cart, discount, more = drawn
        first, *rest = cart["lines"]
        quantity = min(first["quantity"] + more, shop.options.max_quantity)
        small = {**cart, "discount": discount}
        return _not_less(
            shop, small, {**small, "lines": [{**first, "quantity": quantity}, *rest]}, "more of an article"
        )

    hold(st.tuples(carts(shop), discounts(), st.integers(1, 20)), judge, profile=profile, examples=40)


def _not_less(shop: Shop, small: dict[str, Any], large: dict[str, Any], what: str) -> bool:
    before, after = shop.ask(small), shop.ask(large)
    if before is None or after is None:
        return False
    _compare(before, after, what)
    return True


def _compare(before: Quote, after: Quote, what: str) -> None:
    if after.total < before.total:
        raise CheckFailure(
            f"{what} made the total fall from {before.total} to {after.total}",
            evidence=[*before.evidence(), *after.evidence()],
        )


def _order(shop: Shop, profile: str) -> None:
    from hypothesis import strategies as st

    def judge(drawn: tuple[dict[str, Any], dict[str, int] | None]) -> bool:
        cart, discount = drawn
        asked = cart if discount is None else {**cart, "discount": discount}
        turned = {**asked, "lines": asked["lines"][::-1]}
        one, other = shop.ask(asked), shop.ask(turned)
        if one is None and other is None:
            return False
        if one is None or other is None:
            raise CheckFailure(
                "a cart is refused in one order of its lines and priced in another",
                evidence=[line for quote in (one, other) if quote is not None for line in quote.evidence()],
            )
        if _summary(one) != _summary(other):
            raise CheckFailure(
                f"another order of the lines costs {other.total} and not {one.total}",
                evidence=[*one.evidence(), *other.evidence()],
            )
        return len(cart["lines"]) > 1

    strategy = st.tuples(carts(shop), st.none() | discounts())
    hold(strategy, judge, profile=profile, examples=40)


def _summary(quote: Quote) -> tuple[Any, ...]:
    costs = {
        str(sku): sum(line.amount for line in quote.lines if line.sku == sku)
        for sku in quantities(quote.request["lines"])
    }
    return quote.total, quote.discount, quote.tax, costs


def _again(shop: Shop, profile: str) -> None:
    seen: dict[str, tuple[dict[str, Any], Quote]] = {}

    def judge(cart: dict[str, Any]) -> bool:
        quote = shop.ask(cart)
        if quote is None:
            return False
        for _ in range(2):
            _same(quote, shop.ask(cart))
        seen.setdefault(str(cart), (cart, quote))
        return True

    hold(carts(shop), judge, profile=profile, examples=20)
    for cart, quote in list(seen.values()):
        _same(quote, shop.ask(cart))


def _same(one: Quote, other: Quote | None) -> None:
    if other is None or _summary(one) != _summary(other):
        raise CheckFailure(
            f"the same request cost {one.total} first and {'nothing: refused' if other is None else other.total} later",
            evidence=[*one.evidence(), *([] if other is None else other.evidence()[1:])],
        )


RULES = (
    Rule(MONOTONE, "discounted", 40, _discounted),
    Rule(MONOTONE, "every-quantity", 130, _every_step),
    Rule(MONOTONE, "line", 40, _line),
    Rule(MONOTONE, "quantity", 50, _quantity),
    Rule(ORDER, "reversed", 40, _order),
    Rule(DETERMINISTIC, "again", 20, _again),
)
