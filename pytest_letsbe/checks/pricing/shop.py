"""The target of the check: what it sells, found by asking, and quotes of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from ...model import CheckFailure, NotEvaluated
from ...targets.base import Output, Refused, Reply, Target, Unsupported
from .options import CURRENCIES, PLANS, SKUS, PricingOptions
from .quote import Quote, Request, read, shown


class Shop:
    """A pricing target, with the names that it knows."""

    def __init__(self, target: Target, options: PricingOptions) -> None:
        self.target = target
        self.options = options

    def ask(self, request: Request) -> Quote | None:
        """The quote; None when the target refuses the request.

        Raises CheckFailure when the answer is no quote, NotEvaluated when the target lacks the op.
        """
        return self._read(request, self.target.call("quote", request))

    def ask_together(self, requests: Sequence[Request]) -> list[Quote | None]:
        """Many of them at once."""
        replies = self.target.call_many("quote", requests, window=64)
        return [self._read(request, reply) for request, reply in zip(requests, replies, strict=True)]

    def _read(self, request: Request, reply: Reply) -> Quote | None:
        match reply:
            case Output(value):
                return None if value.get("total") is None else read(request, value)
            case Refused():
                return None
            case Unsupported(why):
                raise NotEvaluated(f"the target lacks `quote`: {why}")

    def price(self, request: Request) -> Any:
        """The total as it was said, unread; None when the target refuses."""
        match self.target.call("quote", request):
            case Output(value):
                return value.get("total")
            case Unsupported(why):
                raise NotEvaluated(f"the target lacks `quote`: {why}")
        return None

    @cached_property
    def sold(self) -> dict[str, tuple[str, ...]]:
        """Currency -> articles that have a price in it.

        Raises CheckFailure when there is none, or when the manifest names what isn't sold.
        """
        found: dict[str, tuple[str, ...]] = {}
        for currency in self.options.currencies or CURRENCIES:
            skus = tuple(sku for sku in self.options.skus or SKUS if self._sells(sku, currency))
            missing = [sku for sku in self.options.skus if sku not in skus]
            if (skus and missing) or (not skus and self.options.currencies):
                names = ", ".join(missing or SKUS)
                raise CheckFailure(f"no price in {currency} for what the manifest says is sold: {names}")
            if skus:
                found[currency] = skus
        if not found:
            asked = ", ".join(self.options.skus or SKUS)
            raise CheckFailure(
                "the target gives no price for anything",
                evidence=[f"asked for  {asked}", "mend       name what it sells: `skus`, `plans`, `currencies`"],
            )
        return found

    def _sells(self, sku: str, currency: str) -> bool:
        return self.price(plain(sku, 1, currency)) is not None

    @cached_property
    def plans(self) -> tuple[str, ...]:
        """Plans that a price is given for; the manifest's must all have one."""
        currency, skus = next(iter(self.sold.items()))
        asked = {
            plan: self.price({**plain(skus[0], 1, currency), "plan": plan}) for plan in self.options.plans or PLANS
        }
        refused = [plan for plan, total in asked.items() if total is None]
        if refused and self.options.plans:
            raise CheckFailure(f"no price with a plan that the manifest says is sold: {', '.join(refused)}")
        return tuple(plan for plan in asked if plan not in refused)

    def must(self, request: Request) -> Quote:
        """A quote for what is sold. Raises CheckFailure when it is refused."""
        quote = self.ask(request)
        if quote is None:
            raise CheckFailure("the target gives no price for what it sells", evidence=[f"asked     {shown(request)}"])
        return quote


def plain(sku: str, quantity: Any, currency: str) -> dict[str, Any]:
    """The request for one line."""
    return {"lines": [{"sku": sku, "quantity": quantity}], "currency": currency}
