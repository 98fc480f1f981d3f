"""How a value becomes an attack: as an authority, as what DNS answers, or as bytes that are sent as they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import probe
from .model import Step
from .policy import RESERVED

#: What may stand in braces in a corpus file.
NAMES = {
    "allowed": probe.ALLOWED,
    "wild": f"docs.{probe.WILD}",
    "wild_base": probe.WILD,
    "evil": probe.EVIL,
    "denied": probe.CANARY_DENY,
    "posting": probe.POSTING,
    "secure": probe.SECURE,
    "allowed_at": probe.ALLOWED_AT,
    "evil_at": probe.EVIL_AT,
    "world": RESERVED,
}
#: Seconds to wait for an answer to bytes that may well get none.
SHORT = 0.6
#: And then for what a second request, hidden behind the first, may bring about.
LINGER = 0.08


def filled(value: Any) -> Any:
    """``{allowed}`` and the like replaced, in text, lists and mappings."""
    if isinstance(value, str):
        for name, text in NAMES.items():
            value = value.replace("{" + name + "}", text)
        return value
    if isinstance(value, list):
        return [filled(item) for item in value]
    if isinstance(value, dict):
        return {filled(key): filled(item) for key, item in value.items()}
    return value


def get(target: str, host: str, *, method: str = "GET", more: str = "", body: str = "") -> str:
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    return f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{more}{length}\r\n{body}"


def absolute(authority: str, host: str | None = None, *, path: str = "/probe", more: str = "") -> list[Step]:
    text = get(f"http://{authority}{path}", authority if host is None else host, more=more)
    return [{"send": text}, {"recv": "reply"}]


def connect(authority: str, host: str | None = None) -> list[Step]:
    text = f"CONNECT {authority} HTTP/1.1\r\nHost: {authority if host is None else host}\r\n\r\n"
    return [{"send": text}, {"recv": "head"}, {"need": 2}]


def inside_tls(host: str, sni: str | None = None, *, path: str = "/probe", alpn: Sequence[str] = ()) -> list[Step]:
    name = _sni(host if sni is None else sni)
    return [{"tls": {"sni": name, "alpn": list(alpn)}}, {"send": get(path, host)}, {"recv": "reply"}]


def inside_plain(host: str, *, path: str = "/probe") -> list[Step]:
    return [{"send": get(path, host)}, {"recv": "reply"}]


def _sni(name: str) -> str | None:
    """A name that TLS lets a client send."""
    usable = name.isascii() and name and not set(name) & set("\0[]:%@/\\ \t\r\n#?") and not name.startswith(".")
    return name.rstrip(".") if usable and not name[-1:].isdigit() else None


def authority(value: str, via: str) -> list[Step]:
    """The value as a destination; what follows is said to be for it."""
    bare = value.rpartition("@")[2]
    match via:
        case "absolute":
            return absolute(value)
        case "absolute-host-allowed":
            return absolute(value, probe.ALLOWED)
        case "connect":
            return [*connect(f"{value}:443"), *inside_tls(bare)]
        case "connect-sni-allowed":
            return [*connect(f"{value}:443", f"{probe.ALLOWED}:443"), *inside_tls(probe.ALLOWED)]
        case "connect-plain":
            return [*connect(f"{value}:80"), *inside_plain(bare)]
        case "whole-connect":
            return [*connect(value), *inside_tls(bare.rpartition(":")[0])]
        case "whole-connect-plain":
            return [*connect(value), *inside_plain(bare.rpartition(":")[0])]
    raise KeyError(via)


def named(via: str, host: str = probe.ALLOWED) -> list[Step]:
    """A plain request for an allowed name, whose meaning DNS decides."""
    match via:
        case "absolute":
            return absolute(host)
        case "connect":
            return [*connect(f"{host}:443"), *inside_tls(host)]
        case "connect-plain":
            return [*connect(f"{host}:80"), *inside_plain(host)]
    raise KeyError(via)


def raw(value: Any, via: str) -> list[Step]:
    """Bytes or steps as they stand; ``via`` puts them at the proxy's door (``plain``) or inside a tunnel to the allowed site."""
    steps: list[Step] = (
        [{"send": value}, {"recv": "reply", "wait": SHORT}, {"recv": "eof", "wait": LINGER}]
        if isinstance(value, str)
        else list(value)
    )
    steps = _addressed(steps, f"http://{probe.ALLOWED}/" if via == "plain" else "/")
    match via:
        case "plain":
            return steps
        case "in-tls":
            return [*connect(f"{probe.ALLOWED}:443"), {"tls": {"sni": probe.ALLOWED}}, *steps]
        case "in-tunnel":
            return [*connect(f"{probe.ALLOWED}:80"), *steps]
    raise KeyError(via)


def _addressed(steps: list[Step], url: str) -> list[Step]:
    """``{url}`` is the target as this way of sending writes it."""
    return [{**step, "send": step["send"].replace("{url}", url)} if "send" in step else step for step in steps]


def octets(value: str) -> str:
    """A host as it goes over the wire: other letters than ASCII in UTF-8, each byte one character."""
    return value.encode("utf-8").decode("latin-1")


VIAS: Mapping[str, tuple[str, ...]] = {
    "authority": (
        "absolute", "absolute-host-allowed", "connect", "connect-sni-allowed", "connect-plain", "whole-connect", "whole-connect-plain",
    ),
    "dns": ("absolute", "connect", "connect-plain"),
    "raw": ("plain", "in-tls", "in-tunnel"),
}  # fmt: skip
DEFAULT_VIAS: Mapping[str, tuple[str, ...]] = {
    "authority": ("absolute", "connect", "connect-plain"),
    "dns": ("absolute", "connect"),
    "raw": ("plain",),
}
SHAPES: Mapping[str, Callable[[Any, str], list[Step]]] = {
    "authority": authority,
    "dns": lambda value, via: named(via),
    "raw": raw,
}
