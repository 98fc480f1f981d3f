"""The neutral policy file: who may be reached, how, by whom; strict YAML, every mistake at its file:line:column."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from ... import strict_yaml
from ...model import UsageError
from ...structs import convert

Port = Annotated[int, Meta(ge=1, le=65535)]
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\Z")
#: The suite puts its own hosts into every policy it renders; a policy of yours stays clear of them.
RESERVED = "letsbe-world.example"


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One destination: a ``host`` exactly, or every name below a ``suffix`` (whole labels, not itself)."""

    host: Annotated[str | None, Meta(description="one name, exactly")] = None
    suffix: Annotated[str | None, Meta(description="every name below it; not itself")] = None
    ports: Annotated[list[Port], Meta(description="80 and 443 when left out")] = field(
        default_factory=lambda: [80, 443]
    )
    schemes: list[Literal["http", "https"]] = field(default_factory=lambda: ["http", "https"])
    methods: Annotated[list[str], Meta(description="any when left out; judged for what the proxy can read")] = []


class Tenant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tenant names itself with ``Proxy-Authorization: Basic base64(name:token)``; its rules come on top of ``allow``."""

    token: Annotated[str, Meta(min_length=8)]
    allow: list[Rule] = []


class Dns(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Names are asked for once: the address that was checked is the address that is dialled."""

    mixed: Annotated[
        Literal["refuse", "filter"],
        Meta(description="answers that hold a denied address: refuse all, or dial the others"),
    ] = "filter"


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a client may cost."""

    header_bytes: int = 65536
    idle_seconds: float = 60.0


class Policy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file. ``mode: deny`` lets out what no rule of ``deny`` names; private addresses stay shut in both."""

    version: Literal[1]
    mode: Literal["allow", "deny"] = "allow"
    allow: list[Rule] = []
    deny: list[Rule] = []
    tls: Annotated[
        Literal["terminate", "tunnel"], Meta(description="terminate: the proxy reads what is inside, with {ca}")
    ] = "tunnel"
    redact: Annotated[bool, Meta(description="secrets are taken out of what it can read, on the way out")] = False
    tenants: dict[str, Tenant] = {}
    dns: Dns = Dns()
    limits: Limits = Limits()
    audit: Annotated[
        str | None, Meta(description="where the proxy writes one JSON line an attempt, such as {state}/audit.jsonl")
    ] = None
    reload: Annotated[
        Literal["none", "hup", "watch"], Meta(description="how a changed policy is taken up while it runs")
    ] = "none"


def load(path: Path, *, shown_as: str) -> Policy:
    """Read a policy; UsageError names ``file:line:column`` and the mend."""
    document = strict_yaml.load(path, shown_as=shown_as)
    if not isinstance(document.data, dict):
        raise UsageError("a policy is a mapping with `version: 1`", document.at())
    policy = convert(document, (), Policy, document.data)
    lists: list[tuple[tuple[str | int, ...], list[Rule]]] = [(("allow",), policy.allow), (("deny",), policy.deny)]
    lists += [(("tenants", name, "allow"), tenant.allow) for name, tenant in policy.tenants.items()]
    for place, rules in lists:
        for index, rule in enumerate(rules):
            _check(document, (*place, index), rule)
    return policy


def _check(document: strict_yaml.Document, place: tuple[str | int, ...], rule: Rule) -> None:
    if (rule.host is None) == (rule.suffix is None):
        raise UsageError("a rule has either `host` or `suffix`", document.at(*place))
    key = "host" if rule.host is not None else "suffix"
    name = rule.host or rule.suffix or ""
    where = document.at(*place, key)
    if name.startswith(("*.", ".")):
        raise UsageError(f"write `suffix: {name.lstrip('*.')}` for every name below it", where)
    try:
        ipaddress.ip_address(name)
    except ValueError:
        pass
    else:
        raise UsageError("a rule names a host; addresses aren't allowed by number", where)
    if not _NAME.match(name):
        raise UsageError(f"{name!r} is no host name: lower-case ASCII labels, an IDN in its xn-- form", where)
    if name.endswith(RESERVED):
        raise UsageError(f"{RESERVED} belongs to the suite", where)
    if not rule.ports or not rule.schemes:
        raise UsageError("a rule without ports or schemes allows nothing; remove it", document.at(*place))


def plain(policy: Policy) -> dict[str, Any]:
    """As JSON would say it, every default written out."""
    return dict(_full(policy))


def _full(value: Any) -> Any:
    if isinstance(value, Struct):
        return {f: _full(getattr(value, f)) for f in value.__struct_fields__}
    if isinstance(value, list):
        return [_full(item) for item in value]
    if isinstance(value, dict):
        return {key: _full(item) for key, item in value.items()}
    return msgspec.to_builtins(value)
