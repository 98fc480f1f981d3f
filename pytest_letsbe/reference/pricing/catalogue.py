"""What the reference shop sells: list prices for a month, in whole units of each currency."""

from __future__ import annotations

from collections.abc import Mapping

#: Article -> currency -> price. ``traffic`` is sold by the gigabyte, for a part of a minor unit.
PRICES: Mapping[str, Mapping[str, str]] = {
    "seat": {"EUR": "29.00", "USD": "31.00", "JPY": "4700", "KWD": "9.500"},
    "backup": {"EUR": "9.00", "USD": "9.90", "JPY": "1450", "KWD": "2.950"},
    "support": {"EUR": "19.90", "USD": "21.45", "JPY": "3215", "KWD": "6.205"},
    "traffic": {"EUR": "0.125", "USD": "0.135", "JPY": "20.5", "KWD": "0.0405"},
}
#: ISO 4217.
DIGITS: Mapping[str, int] = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}
#: What a plan takes off each price, in percent.
PLANS: Mapping[str, int] = {"solo": 0, "team": 5, "business": 12}
#: A period in months that are paid.
PERIODS: Mapping[str, int] = {"monthly": 1, "yearly": 10}
TAX_PERCENT = 20
MOST = 100_000
