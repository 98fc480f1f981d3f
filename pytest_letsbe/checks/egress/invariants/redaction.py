"""redaction-in-flight: secrets of the redaction corpus don't get past the proxy, in whatever part of a request they travel."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from urllib.parse import quote, unquote_plus
from zlib import crc32

from ....masking import describe
from ....model import Case, Invariant
from ...redaction.model import Secret
from .. import probe
from ..model import Step, Vector
from ..shapes import connect, get
from ..target import ProxyTarget
from .base import Plan, Rule, Violation, case, judge_all

IN_FLIGHT = Invariant(
    "redaction-in-flight",
    "No secret of the redaction corpus reaches a site in a body, a field, a URL or a stream that the proxy can read.",
    "the corpus of the check redaction, sent through the proxy",
)

API = probe.ALLOWED
#: Kinds that travel every way.
_ANCHORS = ("github-pat", "aws-key-id", "anthropic-key", "openai-project-key")


def _body(value: str, url: str) -> list[Step]:
    text = json.dumps({"messages": [{"role": "user", "content": f"my token is {value} , please use it"}]})
    more = "Content-Type: application/json\r\n"
    return [{"send": get(url, API, method="POST", more=more, body=_octets(text))}, {"recv": "reply", "wait": 5}]


def _form(value: str, url: str) -> list[Step]:
    more = "Content-Type: application/x-www-form-urlencoded\r\n"
    return [
        {
            "send": get(
                url, API, method="POST", more=more, body=f"note=see&text=use%20{quote(value, safe='')}%20now&x=1"
            )
        },
        {"recv": "reply", "wait": 5},
    ]


def _field(value: str, url: str) -> list[Step]:
    return [{"send": get(url, API, more=f"X-Note: {_octets(value)}\r\n")}, {"recv": "reply", "wait": 5}]


def _query(value: str, url: str) -> list[Step]:
    return [{"send": get(f"{url}?q=use%20{quote(value, safe='')}%20now", API)}, {"recv": "reply", "wait": 5}]


def _stream(value: str, url: str) -> list[Step]:
    """Chunks that cut the secret in the middle."""
    text = _octets(f"data: my token is {value} , please use it\n\n")
    middle = text.index("is ") + 3 + len(_octets(value)) // 2
    head = (
        f"POST {url} HTTP/1.1\r\nHost: {API}\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    parts: list[Step] = [{"send": head}]
    for piece in (text[:middle], text[middle:]):
        parts += [{"send": f"{len(piece):x}\r\n{piece}\r\n"}, {"sleep": 0.01}]
    return [*parts, {"send": "0\r\n\r\n"}, {"recv": "reply", "wait": 5}]


def _octets(text: str) -> str:
    return text.encode("utf-8").decode("latin-1")


CARRIERS: Mapping[str, Callable[[str, str], list[Step]]] = {
    "body": _body, "form": _form, "field": _field, "query": _query, "stream": _stream,
}  # fmt: skip


@cache
def secrets() -> tuple[Secret, ...]:
    """One of each kind that can be told from its shape and fits on a line."""
    from ...redaction.corpus import named
    from ...redaction.synth import synthesise

    made = (synthesise(kind, 7) for kind in named(("secrets",)).kinds if kind.bare)
    return tuple(secret for secret in made if len(secret.value) < 400 and not secret.value.split()[1:])


def sampled(salt: str, *, every: bool = False) -> tuple[Secret, ...]:
    """Which kinds travel this way: one in five, others for each way; all of them at night."""
    if every:
        return secrets()
    return tuple(s for s in secrets() if crc32(f"{s.kind}|{salt}".encode()) % 5 == 0 or s.kind in _ANCHORS)


def _cases(plan: Plan) -> Iterable[Case]:
    if not plan.policy.redact:
        return
    tunnelled = ("plain", "tls") if plan.policy.tls == "terminate" else ("plain",)
    for way in tunnelled:
        for name in CARRIERS:
            chosen = sampled(f"{name}/{way}", every=plan.spec.profile == "nightly")
            yield case(IN_FLIGHT, f"{name}/{way}", plan.spec.location, len(chosen), (name, way, chosen))


def _judge(case: Case, target: ProxyTarget) -> None:
    name, way, chosen = case.data
    mode = target.policy.mode
    vectors = [Vector(secret.kind, [_script(name, way, secret)]) for secret in chosen]
    found = []
    for secret, sight in zip(chosen, target.run_all(vectors, mode), strict=True):
        for talk in sight.conversations.values():
            if holds(talk.data, secret):
                line = f"canary {talk.dst}:{talk.port} got {describe(secret.kind, secret.value)}"
                found.append(
                    Violation(secret.kind, f"a {secret.kind} reached a site in the {name} of a request ({way})", [line])
                )
                break
    judge_all(found)


def _script(name: str, way: str, secret: Secret) -> list[Step]:
    if way == "plain":
        return CARRIERS[name](secret.value, f"http://{API}/probe")
    return [*connect(f"{API}:443"), {"tls": {"sni": API}}, *CARRIERS[name](secret.value, "/probe")]


def holds(data: bytes, secret: Secret) -> bool:
    """Whether a part of the secret that must not survive stands in what was sent, plain or percent-encoded or in base64."""
    text = data.decode("utf-8", "replace")
    joined = "".join(_chunks(text))
    for core in secret.cores:
        wrapped = base64.b64encode(core.encode()).decode()[:-4]
        for seen in (text, unquote_plus(text), joined):
            if core in seen or json.dumps(core)[1:-1] in seen or (len(wrapped) > 12 and wrapped in seen):
                return True
    return False


def _chunks(text: str) -> Iterable[str]:
    """A chunked body without its sizes: a secret that is cut by one is still there."""
    return (
        line
        for line in text.partition("\r\n\r\n")[2].split("\r\n")
        if not (0 < len(line) <= 4 and all(c in "0123456789abcdefABCDEF" for c in line))
    )


RULES = (Rule(IN_FLIGHT, _cases, _judge),)
