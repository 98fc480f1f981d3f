"""The policy as the proxy reads it: all of it understood, or none of it used."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

Block: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
_KEYS = {
    "version", "mode", "allow", "deny", "tls", "redact", "tenants", "dns", "limits", "audit", "reload", "deny_addresses",
    "public_addresses",
}  # fmt: skip


class BadPolicy(Exception):
    """The file can't be read, or says something this proxy doesn't know."""


@dataclass(frozen=True)
class Rule:
    """A host exactly, or every name below a suffix."""

    name: str
    below: bool
    ports: frozenset[int]
    schemes: frozenset[str]
    methods: frozenset[str]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Rule:
        name = data["host"] or data["suffix"]
        if not isinstance(name, str) or not name:
            raise BadPolicy("a rule without a name")
        return cls(
            name,
            data["host"] is None,
            frozenset(map(int, data["ports"])),
            frozenset(data["schemes"]),
            frozenset(data["methods"]),
        )


@dataclass(frozen=True)
class Policy:
    """What may leave. Rules of a tenant come on top of those for everybody."""

    mode: str
    allow: tuple[Rule, ...]
    deny: tuple[Rule, ...]
    tenants: Mapping[str, tuple[str, tuple[Rule, ...]]]
    terminate: bool
    redact: bool
    mixed: str
    header_bytes: int
    idle: float
    audit: str | None
    #: Blocks that count as public besides those that are.
    public: tuple[Block, ...] = ()


def load(path: Path) -> Policy:
    """Raises BadPolicy."""
    try:
        if not path.is_file():
            raise BadPolicy("no file")
        data = json.loads(path.read_bytes())
        if not isinstance(data, dict) or data["version"] != 1 or data["mode"] not in ("allow", "deny"):
            raise BadPolicy("not a policy of version 1")
        if set(data) - _KEYS or data["tls"] not in ("terminate", "tunnel"):
            raise BadPolicy("says something unknown")
        return Policy(
            data["mode"],
            _rules(data["allow"]),
            _rules(data["deny"]),
            {name: (str(one["token"]), _rules(one["allow"])) for name, one in data["tenants"].items()},
            data["tls"] == "terminate",
            bool(data["redact"]),
            data["dns"]["mixed"],
            int(data["limits"]["header_bytes"]),
            float(data["limits"]["idle_seconds"]),
            data["audit"],
            tuple(map(ipaddress.ip_network, data.get("public_addresses", []))),
        )
    except BadPolicy:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadPolicy(type(error).__name__) from None


def _rules(data: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    return tuple(map(Rule.read, data))
