"""The invariants that the corpus attacks: each class of vectors is a case, each vector a sample."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from ....model import Case, Invariant, NotEvaluated
from ..judges import judged
from ..model import Vector, VectorClass
from ..target import ProxyTarget
from . import liveness
from .base import Plan, Rule, Violation, case, judge_all

DENY_PRIVATE = Invariant(
    "deny-private",
    "No spelling, name or answer leads the proxy to an address that isn't public: private, metadata, link-local, transition.",
    "CVE-2021-28918, CVE-2024-29415, CVE-2026-100574",
)
DENY_UNLISTED = Invariant(
    "deny-unlisted",
    "Only what the policy lists is reached, asked for in DNS or dialled; no spelling of another name passes for it.",
    "CVE-2022-24825, GHSA-qwrf-gfpj-qvj6",
)
DNS_PINNING = Invariant(
    "dns-pinning",
    "The address that was checked is the address that is dialled, whatever DNS says next or besides.",
    "CVE-2026-54020, CVE-2026-77242",
)
HOST_CONSISTENCY = Invariant(
    "host-consistency",
    "What is checked is what the site serves: destination, Host field and TLS name agree.",
    "CVE-2016-4554; domain fronting",
)
NO_SMUGGLING = Invariant(
    "no-smuggling",
    "A site receives only requests that can be read in one way, each of which the proxy has judged.",
    "RFC 9112 section 6.3; CVE-2026-54387, CVE-2020-15049, CVE-2023-46846",
)
NO_HEADER_LEAK = Invariant(
    "no-header-leak",
    "What is between client and proxy stays there: credentials, hop-by-hop fields, the client's address.",
    "RFC 9110 section 7.6.1; CVE-2025-62168",
)
ALL = (DENY_PRIVATE, DENY_UNLISTED, DNS_PINNING, HOST_CONSISTENCY, NO_SMUGGLING, NO_HEADER_LEAK)


def _cases(invariant: Invariant) -> Callable[[Plan], Iterable[Case]]:
    def cases(plan: Plan) -> Iterable[Case]:
        for one in plan.classes:
            if one.invariant != invariant.id or not _asked_for(one, plan):
                continue
            for mode in plan.modes:
                kept = tuple(v for v in one.vectors if not v.needs_terminate or plan.policy.tls == "terminate")
                if kept and mode in one.modes:
                    name = one.id if mode == plan.modes[0] else f"{mode}-mode/{one.id}"
                    yield case(invariant, name, one.location, len(kept), (mode, one, kept))

    return cases


def _asked_for(one: VectorClass, plan: Plan) -> bool:
    """A class that needs what the policy doesn't ask for says nothing about this proxy."""
    have = {"terminate": plan.policy.tls == "terminate", "tenants": bool(plan.policy.tenants)}
    return all(have.get(need, True) for need in one.needs)


#: So many vectors that weren't tried are named.
_NAMED = 8
#: Seconds that a proxy may keep an answer of TTL 0.
CACHED = 4.0


def _judge(case: Case, target: ProxyTarget) -> None:
    mode, one, vectors = case.data
    if target.world().tier == 2:
        return judge_all(violations(one, vectors, mode, target))
    here = tuple(vector for vector in vectors if vector.loopback)
    there = [vector.id for vector in vectors if not vector.loopback]
    if here:
        judge_all(violations(one, here, mode, target))
    if there:
        names = ", ".join(there[:_NAMED]) + (f" and {len(there) - _NAMED} more" if len(there) > _NAMED else "")
        held = f"{len(here)} of {len(vectors)} vectors held on 127.0.0.0/8; " if here else ""
        raise NotEvaluated(f"{held}without a network of our own these weren't tried: {names}")
    return None


def violations(one: VectorClass, vectors: tuple[Vector, ...], mode: str, target: ProxyTarget) -> list[Violation]:
    """What each of the vectors made the proxy do; the last says so when the proxy didn't survive them."""
    todo = [vector for vector in vectors if target.world().ipv6 or not vector.needs_ipv6]
    if not todo:
        raise NotEvaluated("this machine has no IPv6, which all of these vectors need")
    found = []
    for vector, sight in zip(todo, target.run_all(todo, mode), strict=True):
        leaks = judged(vector, sight, mode, one.judges)
        if leaks:
            found.append(
                Violation(vector.id, f"{one.statement.rstrip('.')}: {leaks[0].what}", [leak.line for leak in leaks])
            )
    for session in list(target.sessions(mode)):
        way = liveness.ways()["absolute"]
        sight = session.try_(way.scripts[0], mode)
        # A resolver that keeps each answer for a second (Squid) is right: the allowed name still stands for what it last was.
        forgotten = time.monotonic() + CACHED
        while not liveness.works(sight, way) and time.monotonic() < forgotten:
            time.sleep(0.3)
            sight = session.try_(way.scripts[0], mode)
        if not liveness.works(sight, way):
            target.forget(session)
            sentence = "the proxy no longer serves the allowed site after these requests"
            found.append(Violation(f"{one.id}/after", sentence, liveness.told(sight)))
    return found


RULES = tuple(Rule(invariant, _cases(invariant), _judge) for invariant in ALL)
