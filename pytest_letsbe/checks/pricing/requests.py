"""Strategies: carts, discounts and periods of what the shop sells."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from .shop import Shop

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def carts(shop: Shop, *, most: int = 4) -> SearchStrategy[dict[str, Any]]:
    """Requests with up to ``most`` lines, each article once, with or without a plan and a period."""
    from hypothesis import strategies as st

    def of(currency: str) -> SearchStrategy[dict[str, Any]]:
        line = st.fixed_dictionaries(
            {"sku": st.sampled_from(shop.sold[currency]), "quantity": st.integers(1, shop.options.max_quantity)}
        )
        lines = st.lists(line, min_size=1, max_size=most, unique_by=lambda each: str(each["sku"]))
        optional: dict[str, SearchStrategy[Any]] = {"period": st.sampled_from(["monthly", "yearly"])}
        if shop.plans:
            optional["plan"] = st.sampled_from(shop.plans)
        return st.fixed_dictionaries({"lines": lines, "currency": st.just(currency)}, optional=optional)

    return st.sampled_from(list(shop.sold)).flatmap(of)


def discounts() -> SearchStrategy[dict[str, int]]:
    """A share of the subtotal in percent, or a fixed amount in minor units."""
    from hypothesis import strategies as st

    percent = st.fixed_dictionaries({"percent": st.integers(0, 100)})
    return percent | st.fixed_dictionaries({"fixed": st.integers(0, 10_000_000)})


def periods() -> SearchStrategy[tuple[date, date, date]]:
    """First day, the day of change, and the day after the last: months, quarters and years, over leap days too."""
    from hypothesis import strategies as st

    def of(first: date, length: int, share: int) -> tuple[date, date, date]:
        return first, first + timedelta(days=length * share // 1000), first + timedelta(days=length)

    day = st.dates(date(2023, 1, 1), date(2028, 12, 31))
    return st.builds(of, day, st.sampled_from([28, 29, 30, 31, 7, 91, 365, 366]), st.integers(0, 1000))


def prorated(cart: dict[str, Any], first: date, changed: date, end: date) -> dict[str, Any]:
    """The cart for the rest of a period: from the day of change to its end."""
    days = {"from": first.isoformat(), "to": end.isoformat(), "changed_at": changed.isoformat()}
    return {**cart, "prorate": days}
