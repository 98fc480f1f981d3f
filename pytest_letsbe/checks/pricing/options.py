"""What ``checks.pricing`` takes in a manifest: what the shop sells, in the target's own names."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated

from msgspec import Meta, Struct

#: Asked for when the manifest names no currencies; those that the target refuses are left out.
CURRENCIES = ("EUR", "USD", "JPY", "KWD")
#: The same for articles and plans: those of the Hub's contract.
SKUS = ("seat", "backup", "support", "domain")
PLANS = ("solo", "team", "business")


class PricingOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which target is proven, and what it sells. What is named must be sold; what is left out is found by asking."""

    target: Annotated[str | None, Meta(description="name under targets; `pricing` when left out")] = None
    skus: Annotated[list[str], Meta(description="articles that are sold; the first is asked for alone")] = []
    plans: Annotated[list[str], Meta(description="plans that prices are asked for")] = []
    currencies: Annotated[list[str], Meta(description="ISO 4217 codes that prices are asked in")] = []
    prices: Annotated[
        dict[str, dict[str, str]],
        Meta(description='list prices without a plan: article -> currency -> "29.00", in whole units of the currency'),
    ] = {}
    max_quantity: Annotated[int, Meta(ge=2, le=1_000_000, description="the most of one article that is sold")] = 200

    def __post_init__(self) -> None:
        for sku, prices in self.prices.items():
            for currency, price in prices.items():
                try:
                    fine = Decimal(price).is_finite() and Decimal(price) >= 0
                except InvalidOperation:
                    fine = False
                if not fine:
                    raise ValueError(f"`prices` of {sku} in {currency} is {price!r}, which is no price such as '29.00'")
