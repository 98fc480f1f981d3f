"""tenant-separation: what one tenant may reach, no other reaches, whatever it says it is."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence

from ....model import Case, CheckFailure, Invariant
from .. import probe
from ..judges import judged
from ..model import Step, Vector
from ..shapes import absolute, connect, get, inside_tls
from ..target import ProxyTarget
from . import liveness
from .base import Plan, Rule, Violation, case, judge_all

TENANTS = Invariant(
    "tenant-separation",
    "A site that one tenant may reach is reached for nobody else: not without, with wrong, or with another tenant's credentials.",
    "confused deputy: Envoy's documentation of dynamic_forward_proxy warns of it",
)
ONE, TWO = sorted(probe.TENANT_ONLY)
ONE_SITE, TWO_SITE = probe.TENANT_ONLY[ONE], probe.TENANT_ONLY[TWO]


def credentials(name: str, token: str) -> str:
    return "Proxy-Authorization: Basic " + base64.b64encode(f"{name}:{token}".encode()).decode() + "\r\n"


_AS_ONE, _AS_TWO = (credentials(name, probe.TOKENS[name]) for name in (ONE, TWO))


def _get(site: str, more: str = "") -> list[Step]:
    return absolute(site, more=more)


def _connect(site: str, more: str = "") -> list[Step]:
    text = f"CONNECT {site}:443 HTTP/1.1\r\nHost: {site}:443\r\n{more}\r\n"
    return [{"send": text}, {"recv": "head"}, {"need": 2}, *inside_tls(site)]


def attacks() -> Mapping[str, Sequence[Sequence[Step]]]:
    """Scripts that aim at a site of tenant one or two without being it."""
    token = probe.TOKENS[ONE]
    claims = {
        "nobody": "",
        "other": _AS_TWO,
        "wrong-token": credentials(ONE, "letsbe-wrong-token"),
        "empty-token": credentials(ONE, ""),
        "token-of-other": credentials(ONE, probe.TOKENS[TWO]),
        "token-prefix": credentials(ONE, token[:-1]),
        "token-longer": credentials(ONE, token + "x"),
        "token-upper": credentials(ONE, token.upper()),
        "unknown": credentials("letsbe-three", token),
        "name-prefix": credentials(ONE[:-1], token),
        "star": credentials("*", token),
        "no-base64": "Proxy-Authorization: Basic %%%\r\n",
        "name-alone": "Proxy-Authorization: Basic " + base64.b64encode(ONE.encode()).decode() + "\r\n",
        "plain-text": f"Proxy-Authorization: Basic {ONE}:{token}\r\n",
        "bearer-name": f"Proxy-Authorization: Bearer {ONE}\r\n",
        "to-the-site": _AS_ONE.replace("Proxy-Authorization", "Authorization"),
        "tenant-field": f"X-Tenant: {ONE}\r\nX-Tenant-Id: {ONE}\r\n",
        "other-and-field": f"{_AS_TWO}X-Tenant: {ONE}\r\n",
    }
    found = {f"{name}/absolute": [_get(ONE_SITE, more)] for name, more in claims.items()}
    found |= {f"{name}/connect": [_connect(ONE_SITE, more)] for name, more in claims.items()}
    return {
        **found,
        # Who has proven its name may reach its own sites besides, and nothing else.
        "own-name-to-loopback/beyond-its-rules": [_get("127.0.0.1", _AS_ONE)],
        "own-name-to-metadata/beyond-its-rules": [_get("169.254.169.254", _AS_ONE)],
        "own-name-to-unlisted/beyond-its-rules": [_get(probe.EVIL, _AS_ONE)],
        "own-name-to-unlisted-connect/beyond-its-rules": [_connect(probe.EVIL, _AS_ONE)],
        "own-name-to-denied/beyond-its-rules": [_get(probe.CANARY_DENY, _AS_ONE)],
        "kept-alive-then-nobody": [[*_get(probe.ALLOWED, _AS_ONE), *_get(ONE_SITE)]],
        "next-connection-of-nobody": [[*_get(probe.ALLOWED, _AS_ONE), {"open": True}, *_get(ONE_SITE)]],
        "kept-alive-allowed-then-other": [[*_get(probe.ALLOWED, _AS_ONE), *_get(TWO_SITE, _AS_ONE)]],
        "inside-a-tunnel": [
            [*connect(f"{probe.ALLOWED}:443"), {"tls": {"sni": probe.ALLOWED}}, {"send": get("/x", TWO_SITE, more=_AS_TWO)}, {"recv": "reply"}]
        ],
        "side-by-side": [
            step for _ in range(6) for step in (_get(ONE_SITE, _AS_ONE), _get(TWO_SITE, _AS_ONE), _get(probe.ALLOWED, _AS_TWO))
        ],
    }  # fmt: skip


#: Where the attacker itself may go: only in these is a request one's own.
_OWN_FIRST = {"side-by-side": probe.ONE_AT}


def _cases(plan: Plan) -> Iterable[Case]:
    if not plan.policy.tenants:
        return
    yield case(TENANTS, "own-site", plan.spec.location, 4)
    names = attacks()
    for group in sorted({name.partition("/")[2] or "connections" for name in names}):
        chosen = [name for name in names if (name.partition("/")[2] or "connections") == group]
        yield case(TENANTS, group, plan.spec.location, len(chosen), chosen)


def _judge(case: Case, target: ProxyTarget) -> None:
    # Tenants' own rules only mean something where not everything is allowed.
    session = target.session("allow")
    if case.name == "own-site":
        for name, site, at in ((ONE, ONE_SITE, probe.ONE_AT), (TWO, TWO_SITE, probe.TWO_AT)):
            more = credentials(name, probe.TOKENS[name])
            for script in (_get(site, more), _connect(site, more)):
                sight = session.try_(script)
                if not liveness.works(sight, liveness.Way((), f"canary at {at}".encode(), at)):
                    raise CheckFailure(
                        f"tenant {name} can't reach the site that its own rules allow", evidence=liveness.told(sight)
                    )
        return
    scripts = attacks()
    vectors = [
        Vector(name, scripts[name], permit=[_OWN_FIRST[name]] if name in _OWN_FIRST else [])
        for name in case.data
        if target.world().tier == 2 or "metadata" not in name
    ]
    found = []
    for vector in vectors:
        session.try_(_get(ONE_SITE, _AS_ONE))  # a proxy may keep its owner's connection
        sight = session.run(vector, "allow")
        leaks = judged(vector, sight, "allow", ())
        if leaks:
            found.append(
                Violation(
                    vector.id,
                    "a tenant that proved its name went beyond its rules"
                    if "beyond-its-rules" in vector.id
                    else f"a tenant's site was reached by somebody else ({vector.id})",
                    [leak.line for leak in leaks],
                )
            )
    judge_all(found)


RULES = (Rule(TENANTS, _cases, _judge),)
