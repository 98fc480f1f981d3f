"""What a sight says: each judge looks at what canaries and DNS saw, and never at a status."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...masking import mask_runs
from . import probe
from .addresses import kind_of
from .framing import ambiguities
from .model import Conversation, Sight, Vector
from .policy import RESERVED
from .requests import requests_in
from .world.canary import PORTS

#: Fields that no site may see of a client behind the proxy (RFC 9110, 7.6.1 and 11.7; RFC 7239).
_NEVER = frozenset({
    "proxy-authorization", "proxy-connection", "proxy-authenticate", "keep-alive", "te", "trailer", "http2-settings",
})  # fmt: skip
#: Fields that say where a client is; `unknown` and `_hidden` say it of nobody (RFC 7239, 6.2 and 6.3).
_WHEREABOUTS = frozenset({"forwarded", "x-forwarded-for", "x-real-ip", "x-client-ip", "client-ip", "true-client-ip"})
_ADDRESS = re.compile(r"\d+(?:\.\d+){3}|[0-9A-Fa-f]*:[0-9A-Fa-f]*:")


@dataclass(frozen=True, slots=True)
class Leak:
    """One thing that should not have been seen: a sentence without its end, and the line that shows it."""

    what: str
    line: str


def judged(vector: Vector, sight: Sight, mode: str, judges: Sequence[str]) -> list[Leak]:
    """Everything wrong with what was seen, the gravest first."""
    found: list[Leak] = []
    for judge in ("destination", *judges):
        for leak in JUDGES[judge](vector, sight, mode):
            if leak not in found:
                found.append(leak)
    return found


def may_reach(dst: str, port: int, vector: Vector, mode: str) -> bool:
    """Whether anything may be at this address in this mode."""
    if dst in vector.permit:
        return True
    if mode == "deny":
        return kind_of(dst) is None and dst not in (probe.EVIL_AT, probe.EVIL_AT6, probe.DENIED_AT)
    site = probe.sites().get(dst)
    return site is not None and port in site.ports


def destination(vector: Vector, sight: Sight, mode: str) -> Iterator[Leak]:
    """Whom the proxy dialled."""
    ours = {port for run in sight.runs for port in run.sports}
    talked = {(talk.dst, talk.port): talk for talk in reversed(sight.conversations.values())}
    for event in sight.events:
        if event["kind"] not in ("open", "syn", "udp"):
            continue
        dst, port, sport = event["dst"], event["port"], event["sport"]
        if _is_plumbing(event, sight.proxy_port, ours) or may_reach(dst, port, vector, mode):
            continue
        heard = talked.get((dst, port), Conversation(dst, port))
        how = f"{len(heard.data)} bytes" if heard.data else "a connection" if event["kind"] == "open" else "an attempt"
        kind = kind_of(dst)
        where = f"the {kind} address" if kind else "the unlisted address"
        said = f": {mask_runs(heard.data[:160].decode('latin-1'))}" if heard.data else ""
        if event["kind"] == "syn" and (dst, port) in talked:
            continue  # the canary tells more
        yield Leak(
            f"{how} reached {where} {dst} port {port}", f"canary {dst}:{port} saw {how}{said} (from port {sport})"
        )
    yield from _on_kept_connections(vector, sight, mode)
    if mode == "allow":
        yield from _other_methods(sight)


def _on_kept_connections(vector: Vector, sight: Sight, mode: str) -> Iterator[Leak]:
    """Nothing was dialled, and yet a site was asked: on a connection that an earlier request had left open."""
    opened = {event["conn"] for event in sight.events if event["kind"] == "open"}
    for conn, talk in sight.conversations.items():
        if conn not in opened and any(requests_in(talk.data)) and not may_reach(talk.dst, talk.port, vector, mode):
            yield Leak(
                f"a request reached the unlisted address {talk.dst} port {talk.port} on a connection kept from before",
                f"canary {talk.dst}:{talk.port} saw {len(talk.data)} bytes:"
                f" {mask_runs(talk.data[:160].decode('latin-1'))}",
            )


def _other_methods(sight: Sight, *, in_tls: bool = False) -> Iterator[Leak]:
    """A site that is listed for some methods gets no request with another, where the proxy can read it."""
    for talk in sight.conversations.values():
        site = probe.sites().get(talk.dst)
        for request in requests_in(talk.data) if site is not None and site.methods and talk.is_tls == in_tls else ():
            if site is not None and request.method.upper() not in site.methods:
                yield Leak(
                    f"a {request.method} reached a site that is listed for {', '.join(site.methods)} only",
                    f"canary {talk.dst}:{talk.port} heard {request.method} {mask_runs(request.target)}",
                )


def method(vector: Vector, sight: Sight, mode: str) -> Iterator[Leak]:
    """The same inside TLS, of a proxy that reads what is inside."""
    yield from _other_methods(sight, in_tls=True)


def _is_plumbing(event: Mapping[str, object], proxy_port: int, ours: set[int]) -> bool:
    """The client's way to the proxy, the proxy's to its resolver, and what it does on its own loopback."""
    dst, port, sport = str(event["dst"]), event["port"], event["sport"]
    if dst == "127.0.0.1" and port == proxy_port:
        return sport in ours or event["kind"] == "udp"
    if event["kind"] == "udp" and (sport == 53 or port == 53):
        return True
    if port == 53 and dst.startswith("127."):
        return True
    if kind_of(dst) == "loopback" and (port not in PORTS or sport in ours):
        return True
    return dst.startswith("127.") and event["kind"] == "udp"


def dns(vector: Vector, sight: Sight, mode: str) -> Iterator[Leak]:
    """A name that isn't allowed is no name to ask anybody for: the question carries what the client put in it."""
    if mode != "allow":
        return
    known = {probe.ALLOWED, probe.POSTING, probe.SECURE, probe.CANARY_DENY, *probe.TENANT_ONLY.values(), *vector.zone}
    for name in dict.fromkeys(sight.asked):
        if name not in known and not name.endswith("." + probe.WILD) and RESERVED in name:
            yield Leak("a name that isn't allowed was asked for in DNS", f"DNS was asked for {mask_runs(name)}")


def host(vector: Vector, sight: Sight, mode: str) -> Iterator[Leak]:
    """An allowed site gets only what is said to be for it: in the Host field, in the target, in SNI."""
    for talk in sight.conversations.values():
        site = probe.sites().get(talk.dst)
        if site is None:
            continue
        if talk.is_tls and talk.sni is not None and not _answers(site, talk.sni):
            yield Leak(
                "the TLS hello at an allowed site named another",
                f"canary {talk.dst}:{talk.port} heard SNI {talk.sni!r}",
            )
        for request in requests_in(talk.data):
            for value in request.all("host") + ([request.authority] if request.authority else []):
                if not _answers(site, _bare(value)):
                    what = "a request at an allowed site was said to be for another"
                    yield Leak(
                        what,
                        f"canary {talk.dst}:{talk.port} heard {mask_runs(value)} of {'/'.join(site.names or site.suffixes)}",
                    )
            if len(request.all("host")) > 1:
                yield Leak(
                    "a request with two Host fields reached a site",
                    f"canary {talk.dst}:{talk.port} heard {len(request.all('host'))}",
                )


def _answers(site: probe.Site, name: str) -> bool:
    name = name.lower().rstrip(".")
    return name in site.names or any(name.endswith("." + suffix) for suffix in site.suffixes)


def _bare(value: str) -> str:
    return value.strip().rpartition(":")[0] if value.rpartition(":")[2].isdigit() and ":" in value else value.strip()


def framing(vector: Vector, sight: Sight, mode: str) -> Iterator[Leak]:
    """What a site receives can be read in one way only."""
    for talk in sight.conversations.values():
        for what in ambiguities(talk.data):
            yield Leak(
                f"a request that can be read in two ways reached a site: {what}",
                f"canary {talk.dst}:{talk.port} heard {what}",
            )


def headers(vector: Vector, sight: Sight, mode: str) -> Iterator[Leak]:
    """What is between client and proxy stays there."""
    for talk in sight.conversations.values():
        for request in requests_in(talk.data):
            for name, value in request.fields:
                bad = name.lower() in _NEVER or name.lower().startswith("proxy-")
                bad = bad or (name.lower() in _WHEREABOUTS and _ADDRESS.search(value) is not None)
                if bad and not (name.lower() == "te" and value.strip().lower() == "trailers"):
                    yield Leak(
                        f"the field {name} reached a site",
                        f"canary {talk.dst}:{talk.port} heard {name}: {mask_runs(value)}",
                    )
        for secret in vector.secrets:
            if secret.encode() in talk.data:
                yield Leak(
                    "what the client told the proxy reached a site",
                    f"canary {talk.dst}:{talk.port} heard {mask_runs(secret)}",
                )


def address(vector: Vector, sight: Sight, mode: str) -> Iterator[Leak]:
    """No field says where the client is: it sits on loopback, and gave the proxy another address to pass on."""
    for talk in sight.conversations.values():
        for request in requests_in(talk.data):
            for name, value in request.fields:
                if name.lower() not in ("host", "via") and ("127.0.0.1" in value or "127.7.7.7" in value):
                    yield Leak(
                        f"the client's address reached a site in {name}",
                        f"canary {talk.dst}:{talk.port} heard {name}: {value}",
                    )


def unproven(vector: Vector, sight: Sight, mode: str) -> Iterator[Leak]:
    """Nothing is said to a site whose certificate nobody trusts."""
    for talk in sight.conversations.values():
        if talk.is_tls and talk.data:
            yield Leak(
                "a site without a trusted certificate got the request",
                f"canary {talk.dst}:{talk.port} saw {len(talk.data)} bytes",
            )


def echo(vector: Vector, sight: Sight, mode: str) -> Iterator[Leak]:
    """A refusal repeats no credential."""
    for run in sight.runs:
        for secret in vector.secrets:
            if secret.encode() in run.received:
                yield Leak("the answer repeated a credential", f"the client got {mask_runs(secret)} back")


JUDGES: Mapping[str, Callable[[Vector, Sight, str], Iterator[Leak]]] = {
    "destination": destination, "dns": dns, "host": host, "framing": framing, "headers": headers, "address": address,
    "echo": echo, "unproven": unproven, "method": method,
}  # fmt: skip
