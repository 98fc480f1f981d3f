"""How a visitor goes on: in order, validated, and never with another's data."""

from __future__ import annotations

import json
from typing import Any

from ...model import Invariant
from .resume import holds
from .rule import Rule
from .visitor import Site, Visitor

ORDER = Invariant("steps-in-order", "Payment doesn't provision while a step is left, however the step is passed by.")
CROSS = Invariant("no-cross-talk", "Two onboardings never get each other's step, data, plan, payment or tenant.")
VALIDATED = Invariant("validated", "A bad address, an unknown plan and data that isn't whole are refused.")

#: Nothing that mail can be sent to (RFC 5321, section 4.1.2), and what would add a header to it.
BAD_ADDRESSES: tuple[Any, ...] = (
    "",
    "nobody",
    "a@",
    "@b.test",
    "a b@c.test",
    "a@b@c.test",
    "a@b.test\nBcc: x@y.test",
    None,
    5,
    [],
)
_NO_DATA: tuple[Any, ...] = ({}, None, [], "x")
BAD_PLANS: tuple[Any, ...] = ("no-such-plan", "", None, 1, "__proto__", [])


def _skipped(site: Site, profile: str) -> None:
    for missing in site.steps:
        visitor = site.start()
        for step in site.steps:
            if step != missing:
                visitor.submit(step)
        visitor.pay()
        site.none_but(says=f"{missing} was skipped, and payment provisioned")


def _paid_first(site: Site, profile: str) -> None:
    visitor = site.start()
    visitor.pay()
    site.none_but(says="no step was taken, and payment provisioned")
    for step in site.steps[:-1]:
        visitor.submit(step)
        site.none_but(says="a step is left, and the payment before it provisioned")
    visitor.submit(site.steps[-1])
    visitor.pay()
    visitor.at_most_once()


def _jumped(site: Site, profile: str) -> None:
    for step in ("payment", "provisioning", "done", "no-such-step", site.steps[-1]):
        if step == site.steps[0]:
            continue
        visitor = site.start()
        visitor.submit(step)
        if visitor.place() > 0:
            raise site.failure(f"{step} was submitted first, and the visitor is past {site.steps[0]}")
        visitor.pay()
        site.none_but(says=f"{step} was submitted first, and payment provisioned")


def _backwards(site: Site, profile: str) -> None:
    visitor = site.start()
    for step in reversed(site.steps[1:]):
        visitor.submit(step)
    if visitor.place() > 0:
        raise site.failure(f"the steps after it were submitted, and {site.steps[0]} is skipped")
    visitor.pay()
    site.none_but(says=f"{site.steps[0]} was skipped, and payment provisioned")


def _side_by_side(site: Site, profile: str) -> None:
    pair = [site.start(plan) for plan in (site.options.plans[0], site.options.plans[-1])]
    for step in site.steps:
        for visitor in pair:
            visitor.submit(step)
    for visitor, other in (pair, pair[::-1]):
        holds(visitor, site.steps)
        _, data = visitor.resume()
        for step in site.steps:
            mine, foreign = list(visitor.data(step).values()), other.data(step).values()
            if any(value not in mine and json.dumps(value, ensure_ascii=False) in data for value in foreign):
                raise site.failure("a visitor is shown what another one entered")
    pair[0].pay()
    pair[0].must_be_provisioned_once()
    site.none_but(pair[0], says="one visitor paid, and another one was provisioned too")
    pair[1].pay()
    pair[1].must_be_provisioned_once()
    _own(site, pair)


def _own(site: Site, visitors: list[Visitor]) -> None:
    """Raises CheckFailure unless each got its own plan and a tenant of its own."""
    tenants: dict[Any, str] = {}
    for entry in site.book.entries:
        bought = next((visitor for visitor in visitors if visitor.name == entry.onboarding), None)
        if bought is not None and entry.plan != bought.plan:
            raise site.failure(f"{bought.plan} was bought, and {str(entry.plan)[:40]} was provisioned")
        if tenants.setdefault(str(entry.tenant), str(entry.onboarding)) != entry.onboarding:
            raise site.failure("two onboardings were provisioned as one tenant")


def _many(site: Site, profile: str) -> None:
    asked = [
        {"email": f"many{n}@bakery.test", "plan": site.options.plans[n % len(site.options.plans)]} for n in range(6)
    ]
    found = site.ask_together("start", asked)
    visitors = []
    for number, (sent, answer) in enumerate(zip(asked, found, strict=True)):
        if answer is not None:
            visitors.append(Visitor(site, str(answer.get("onboarding")), 500 + number, sent["plan"], sent["email"]))
    if len({visitor.name for visitor in visitors}) != len(visitors):
        raise site.failure("visitors who began at once were given the same onboarding")
    for visitor in visitors:
        visitor.submit_all()
    told = [
        {"onboarding": visitor.name, "outcome": "paid" if n % 2 else "declined"} for n, visitor in enumerate(visitors)
    ]
    site.ask_together("pay", told)
    paid = visitors[1::2]
    for visitor in paid:
        visitor.must_be_provisioned_once()
    site.none_but(*paid, says="of visitors who paid at once, one was provisioned whose payment was declined")
    _own(site, visitors)


def _same_key(site: Site, profile: str) -> None:
    first = site.start(idempotency="shared")
    second = site.ask("start", {"email": "other@bakery.test", "plan": first.plan, "idempotency": "shared"})
    if second is not None and second.get("onboarding") == first.name:
        raise site.failure("another address with the same key was given the first one's onboarding")
    one, other = site.start(), site.start()
    for step in site.steps:
        one.submit(step, idempotency=f"k-{step}")
        if other.submit(step, idempotency=f"k-{step}") is None:
            return  # keys that count for the whole site refuse, which is safe
    holds(other, site.steps)
    one.pay(idempotency="k-pay")
    one.must_be_provisioned_once()
    if other.pay(idempotency="k-pay") is not None:
        other.must_be_provisioned_once()


def _refused_starts(site: Site, profile: str, name: str, values: tuple[Any, ...]) -> None:
    good = {"email": "owner@bakery.test", "plan": site.options.plans[0]}
    for value in values:
        found = site.ask("start", {**good, name: value})
        if found is not None and found.get("onboarding"):
            raise site.failure(f"an onboarding begins with the {name} {value!r}")


def _addresses(site: Site, profile: str) -> None:
    _refused_starts(site, profile, "email", BAD_ADDRESSES)


def _plans(site: Site, profile: str) -> None:
    _refused_starts(site, profile, "plan", BAD_PLANS)


def _data(site: Site, profile: str) -> None:
    visitor = site.start()
    for at, step in enumerate(site.steps):
        for data in _NO_DATA:
            if visitor.data(step) and data != visitor.data(step):
                site.ask("submit", {"onboarding": visitor.name, "step": step, "data": data})
                if visitor.place() > at:
                    raise site.failure(f"{step} is passed with the data {data!r}")
        visitor.submit(step)
    visitor.finish()


def _sequences(site: Site, profile: str) -> None:
    """Two visitors, acts in any order: who is provisioned took all steps and paid, once."""
    from hypothesis import strategies as st

    from ..property import hold

    acts = ["submit", "skip", "again", "paid", "declined", "pending", "resume"]
    script = st.lists(st.tuples(st.integers(0, 1), st.sampled_from(acts)), min_size=3, max_size=14)

    def judge(drawn: list[tuple[int, str]]) -> bool:
        site.reset()
        visitors = [site.start(), site.start()]
        may = [False, False]
        for who, act in drawn:
            visitor = visitors[who]
            place = visitor.place()
            match act:
                case "submit" | "skip" | "again":
                    at = place + {"submit": 0, "skip": 1, "again": -1}[act]
                    if 0 <= at < len(site.steps):
                        visitor.submit(site.steps[at])
                case "resume":
                    visitor.resume()
                case _:
                    visitor.pay(act)
                    may[who] |= act == "paid"
            _allowed(site, visitors, may)
        return True

    hold(script, judge, profile=profile, examples=25)


def _allowed(site: Site, visitors: list[Visitor], may: list[bool]) -> None:
    for visitor, paid in zip(visitors, may, strict=True):
        count = visitor.provisioned()
        if count > 1 or (count and not (paid and visitor.place() == len(site.steps))):
            raise site.failure(f"provisioned {count} times; paid: {paid}; steps behind it: {visitor.place()}")


RULES = (
    Rule(ORDER, "backwards", _backwards),
    Rule(ORDER, "jumped", _jumped, 5),
    Rule(ORDER, "paid-first", _paid_first),
    Rule(ORDER, "sequences", _sequences, 25),
    Rule(ORDER, "skipped", _skipped, 2),
    Rule(CROSS, "at-once", _many, 6),
    Rule(CROSS, "same-key", _same_key),
    Rule(CROSS, "side-by-side", _side_by_side),
    Rule(VALIDATED, "data", _data, 4),
    Rule(VALIDATED, "email", _addresses, len(BAD_ADDRESSES)),
    Rule(VALIDATED, "plan", _plans, len(BAD_PLANS)),
)
