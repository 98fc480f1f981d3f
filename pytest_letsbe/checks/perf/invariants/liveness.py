"""liveness: what is plainly permitted works, or every other figure is that of a proxy that does nothing."""

from __future__ import annotations

from ....model import Case, CheckFailure, Invariant
from ..bench import Bench
from ..laboratory import TARGET
from .base import WAYS, Rule

LIVENESS = Invariant(
    "liveness",
    "A permitted POST over HTTP and in a CONNECT tunnel, and a stream of events, reach the site and come back whole.",
    "a proxy that answers 403 to everything is the fastest there is",
)


def _judge(case: Case, bench: Bench) -> None:
    if case.name == "stream":
        measured = bench.take("stream", way="http", proxy=TARGET, events=3, gap=0.01)["proxied"]
        if len(measured["lags"]) < measured["events"]:
            raise CheckFailure(f"{len(measured['lags'])} of {measured['events']} events came through the proxy")
        return
    measured = bench.take("exchange", way=case.name, proxy=TARGET)
    if measured["status"] != 200:
        raise CheckFailure(f"a permitted POST was answered {measured['status']}")
    if not measured["seen"]:
        raise CheckFailure("a permitted POST was answered 200, and the site never saw it")
    if not measured["same"]:
        raise CheckFailure("a permitted POST reached the site, and its answer came back changed")


RULES = (Rule(LIVENESS, (*WAYS, "stream"), _judge),)
