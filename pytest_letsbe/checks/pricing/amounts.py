"""liveness, sum-of-lines, rounding and currency-kept: each number of a quote is the one that its lines come to."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from ...model import CheckFailure, Invariant, NotEvaluated
from ..property import hold
from .quote import Quote, digits, integer
from .requests import carts, discounts
from .rule import Rule
from .shop import Shop, plain

LIVENESS = Invariant(
    "liveness", "What is sold has a price above nothing.", "a target that refuses everything violates nothing else"
)
SUM = Invariant("sum-of-lines", "The total is the sum of the lines less the discount plus the tax, for what was asked.")
ROUNDING = Invariant(
    "rounding",
    "Each amount is a whole number of the currency's minor units, by one rule of rounding, also over many lines.",
    "ISO 4217: the yen has no minor unit, the dinar of Kuwait has 1000; in IEEE 754 1.005 * 100 is 100.49999999999999",
)
CURRENCY = Invariant(
    "currency-kept", "A quote is in the currency that was asked for, whatever is asked at the same time."
)

_RULES = (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_HALF_DOWN, ROUND_FLOOR, ROUND_CEILING)
_PERCENTS = (1, 2, 3, 5, 7, 10, 12, 15, 20, 25, 33, 35, 45, 50, 55, 65, 75, 85, 95)
_MANY = 60


def _alive(shop: Shop, profile: str) -> None:
    for currency, skus in shop.sold.items():
        for sku in skus[:1]:
            total = shop.price(plain(sku, 1, currency))
            if isinstance(total, bool) or not isinstance(total, (int, float)) or not total > 0:
                raise CheckFailure(
                    f"what is sold costs nothing: one {sku} in {currency}", evidence=[f"total {total!r}"]
                )
    _ = shop.plans


def add_up(quote: Quote) -> None:
    """Raises CheckFailure unless the numbers add up and each line that was asked for is there."""
    due = quote.subtotal - quote.discount + quote.tax
    if quote.total != due:
        raise CheckFailure(
            f"the total is {quote.total}, and its lines less discount plus tax come to {due}", evidence=quote.evidence()
        )
    for sku, asked in quantities(quote.request["lines"]).items():
        given = [integer(line.quantity) for line in quote.lines if line.sku == sku]
        if sum(number or 0 for number in given) != asked:
            raise CheckFailure(
                f"{asked} of {sku} were asked for, and the lines hold {given}", evidence=quote.evidence()
            )


def quantities(lines: Iterable[dict[str, Any]]) -> dict[Any, int]:
    """Article -> how many of it over all lines."""
    found: dict[Any, int] = {}
    for line in lines:
        found[line["sku"]] = found.get(line["sku"], 0) + line["quantity"]
    return found


def _sums(shop: Shop, profile: str) -> None:
    hold(carts(shop), lambda cart: _judged(shop, cart, add_up), profile=profile, examples=40)


def _discounted(shop: Shop, profile: str) -> None:
    from hypothesis import strategies as st

    pairs = st.tuples(carts(shop), discounts()).map(lambda pair: {**pair[0], "discount": pair[1]})
    hold(pairs, lambda cart: _judged(shop, cart, add_up), profile=profile, examples=40)


def _many_lines(shop: Shop, profile: str) -> None:
    told = False
    for currency, skus in shop.sold.items():
        for times in (1, 3, 7):
            lines = [{"sku": skus[n % len(skus)], "quantity": 1 + n * times % 13} for n in range(_MANY)]
            quote = shop.ask({"lines": lines, "currency": currency})
            if quote is not None:
                add_up(quote)
                products(quote)
                told = True
    if not told:
        raise NotEvaluated(f"the target refuses carts of {_MANY} lines")


def products(quote: Quote) -> None:
    """Raises CheckFailure unless each amount is quantity times unit, within the rounding of a fractional unit."""
    for line in quote.lines:
        quantity = integer(line.quantity)
        if line.unit is None or quantity is None:
            continue
        due = line.unit * quantity
        if (line.slack == 0 and line.amount != due) or (line.slack and abs(line.amount - due) >= line.slack):
            raise CheckFailure(
                f"{quantity} of {line.sku} at {line.unit} come to {due}, and the amount is {line.amount}",
                evidence=quote.evidence(),
            )


def _products(shop: Shop, profile: str) -> None:
    hold(carts(shop), lambda cart: _judged(shop, cart, products), profile=profile, examples=40)


def _judged(shop: Shop, cart: dict[str, Any], judge: Any) -> bool:
    quote = shop.ask(cart)
    if quote is None:
        return False
    judge(quote)
    return True


def one_rule(exact: Iterable[tuple[Decimal, int, str]], what: str) -> None:
    """Raises CheckFailure unless one rule of rounding explains all pairs of an exact and a rounded amount."""
    left, said = set(_RULES), []
    for due, given, where in exact:
        fitting = {rule for rule in left if due.quantize(Decimal(1), rounding=rule) == given}
        said.append(f"{where}: exactly {due}, answered {given}")
        if not fitting:
            raise CheckFailure(
                f"{what} isn't rounded by one rule", evidence=[*said[-4:], f"fitted so far {sorted(left)}"]
            )
        left = fitting


def _half_lines(shop: Shop, profile: str) -> None:
    most = min(24, shop.options.max_quantity)
    requests = [
        plain(sku, quantity, currency)
        for currency, skus in shop.sold.items()
        for sku in skus
        for quantity in range(1, most + 1)
    ]
    pairs = []
    for request, quote in zip(requests, shop.ask_together(requests), strict=True):
        asked = request["lines"][0]
        lines = [line for line in quote.lines if line.sku == asked["sku"]] if quote is not None else []
        if len(lines) == 1 and lines[0].unit is not None and lines[0].slack and _short(lines[0].unit):
            where = f"{asked['quantity']} {asked['sku']} in {request['currency']}"
            pairs.append((lines[0].unit * asked["quantity"], lines[0].amount, where))
    one_rule(pairs, "the amount of a line")


def _short(unit: Decimal) -> bool:
    """Whether a unit is told with few digits, and so isn't cut itself."""
    exponent = unit.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -4


def _percents(shop: Shop, profile: str) -> None:
    requests = [
        {**plain(skus[-1], quantity, currency), "discount": {"percent": percent}}
        for currency, skus in shop.sold.items()
        for percent in _PERCENTS
        for quantity in (1, 2, 7)
    ]
    pairs = []
    for request, quote in zip(requests, shop.ask_together(requests), strict=True):
        if quote is not None and len(quote.lines) == 1:
            percent = request["discount"]["percent"]
            due = Decimal(quote.subtotal) * percent / 100
            pairs.append((due, quote.discount, f"{percent} % of {quote.subtotal} {request['currency']}"))
    if not pairs:
        raise NotEvaluated("the target takes no discount in percent")
    one_rule(pairs, "a discount in percent")


def _list_prices(shop: Shop, profile: str) -> None:
    for sku, prices in shop.options.prices.items():
        for currency, price in prices.items():
            quote = shop.must(plain(sku, 1, currency))
            due = Decimal(price).scaleb(digits(currency))
            for line in quote.lines:
                if line.sku == sku and abs(line.amount - due) >= (1 if due % 1 else Decimal("0.5")):
                    raise CheckFailure(
                        f"one {sku} costs {price} {currency}, that is {due.normalize():f} minor units, "
                        f"and the amount is {line.amount}",
                        evidence=quote.evidence(),
                    )


def _currency(shop: Shop, profile: str) -> None:
    hold(carts(shop), lambda cart: _judged(shop, cart, kept), profile=profile, examples=20)


def kept(quote: Quote) -> None:
    """Raises CheckFailure unless the quote is in the currency of its request."""
    if quote.currency != quote.request["currency"]:
        raise CheckFailure(
            f"asked for in {quote.request['currency']}, quoted in {str(quote.currency)[:20]}", evidence=quote.evidence()
        )


def _currencies_differ(shop: Shop, profile: str) -> None:
    requests = [
        plain(sku, 1 + turn, currency) for turn in range(4) for currency, skus in shop.sold.items() for sku in skus
    ]
    alone = [shop.must(request) for request in requests]
    for before, together in zip(alone, shop.ask_together(requests), strict=True):
        if together is None:
            continue  # a limit on how much is asked at once refuses, and that is safe
        kept(together)
        if together.total != before.total:
            raise CheckFailure(
                f"asked alone it costs {before.total}, asked among others {together.total}",
                evidence=together.evidence(),
            )


RULES = (
    Rule(LIVENESS, "sold", 1, _alive),
    Rule(SUM, "carts", 40, _sums),
    Rule(SUM, "discounted", 40, _discounted),
    Rule(ROUNDING, "half/lines", 24, _half_lines),
    Rule(ROUNDING, "half/percent", len(_PERCENTS) * 3, _percents),
    Rule(ROUNDING, "list-price", 1, _list_prices, lambda options: bool(options.prices)),
    Rule(ROUNDING, "many-lines", 3, _many_lines),
    Rule(ROUNDING, "products", 40, _products),
    Rule(CURRENCY, "asked", 20, _currency),
    Rule(CURRENCY, "side-by-side", 4, _currencies_differ),
)
