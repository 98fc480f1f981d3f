"""The suite's own hosts: added to the policy under test, so that every vector applies to every policy.

Attacks aim at names the suite knows to be allowed or not, with addresses it gave them. All end in ``letsbe-world.example``;
the addresses are globally routable ones that never leave the namespace (documentation ranges count as reserved).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from .policy import RESERVED, Policy, Rule, Tenant

ALLOWED = f"api.{RESERVED}"
WILD = f"tools.{RESERVED}"
EVIL = f"evil.{RESERVED}"
#: A rule that denies: proof that the policy was read at all.
CANARY_DENY = f"denied.{RESERVED}"
POSTING = f"posts.{RESERVED}"
SECURE = f"secure.{RESERVED}"
TENANT_ONLY = {"letsbe-one": f"one.{RESERVED}", "letsbe-two": f"two.{RESERVED}"}
TOKENS = {"letsbe-one": "letsbe-one-token-4711", "letsbe-two": "letsbe-two-token-0815"}

ALLOWED_AT, ALLOWED_AT6 = "52.1.0.10", "2600:1f18::10"
WILD_AT, EVIL_AT, EVIL_AT6, DENIED_AT = "52.1.0.20", "52.9.9.9", "2600:1f18::99", "52.9.9.10"
#: Anything else there is, in deny mode.
OPEN_AT = "52.3.0.10"
POSTING_AT, SECURE_AT, ONE_AT, TWO_AT = "52.1.0.30", "52.1.0.40", "52.1.0.51", "52.1.0.52"
#: Where the user's own hosts live in this world.
YOURS_AT = "52.2.0.{}"


@dataclass(frozen=True, slots=True)
class Site:
    """A place that may be reached: the names it answers to, and its ports."""

    names: tuple[str, ...]
    suffixes: tuple[str, ...]
    ports: tuple[int, ...]
    #: Any when empty.
    methods: tuple[str, ...] = ()


def with_probes(policy: Policy) -> Policy:
    """The policy under test with the suite's hosts in it."""
    rules = [
        Rule(host=ALLOWED),
        Rule(suffix=WILD),
        Rule(host=POSTING, methods=["POST"], ports=[80, 443]),
        Rule(host=SECURE, schemes=["https"], ports=[443]),
    ]
    deny = [Rule(host=CANARY_DENY), Rule(suffix=f"denied.{RESERVED}"), Rule(host=EVIL), Rule(suffix=EVIL)]
    tenants = dict(policy.tenants)
    if tenants:
        for name, host in TENANT_ONLY.items():
            tenants[name] = Tenant(token=TOKENS[name], allow=[Rule(host=host)])
    return msgspec.structs.replace(policy, allow=[*policy.allow, *rules], deny=[*policy.deny, *deny], tenants=tenants)


def zone(mode: str, extra: dict[str, Any] | None = None) -> dict[str, Any]:
    """Every name there is: those of the suite at their addresses, any other where nothing may go (in allow mode)."""
    return {
        ALLOWED: {"a": [ALLOWED_AT]},
        f"*.{WILD}": {"a": [WILD_AT]},
        POSTING: {"a": [POSTING_AT]},
        SECURE: {"a": [SECURE_AT]},
        CANARY_DENY: {"a": [DENIED_AT]},
        TENANT_ONLY["letsbe-one"]: {"a": [ONE_AT]},
        TENANT_ONLY["letsbe-two"]: {"a": [TWO_AT]},
        f"~evil.{RESERVED}": {"a": [EVIL_AT], "aaaa": [EVIL_AT6]},
        "localhost": {"a": ["127.0.0.1"], "aaaa": ["::1"]},
        "*.localhost": {"a": ["127.0.0.1"], "aaaa": ["::1"]},
        "*": {"a": [EVIL_AT], "aaaa": [EVIL_AT6]} if mode == "allow" else {"a": [OPEN_AT]},
        **(extra or {}),
    }


def sites() -> dict[str, Site]:
    """Address -> what may be reached there."""
    both = (80, 443)
    return {
        ALLOWED_AT: Site((ALLOWED,), (), both),
        ALLOWED_AT6: Site((ALLOWED,), (), both),
        WILD_AT: Site((), (WILD,), both),
        POSTING_AT: Site((POSTING,), (), both, ("POST",)),
        SECURE_AT: Site((SECURE,), (), (443,)),
    }
