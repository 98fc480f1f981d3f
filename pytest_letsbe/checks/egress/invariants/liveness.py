"""liveness: the allowed site can be reached, in each way that a client may ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ....masking import mask_runs
from ....model import Case, CheckFailure, Invariant, NotEvaluated
from .. import probe
from ..model import Sight, Step
from ..shapes import absolute, connect, get, inside_tls
from ..target import ProxyTarget, Session
from .base import Plan, Rule, case

LIVENESS = Invariant(
    "liveness",
    "An allowed site answers through the proxy: by absolute URL, CONNECT, WebSocket and as a stream of events.",
    "a dead proxy blocked 139 of 139 attacks; only the controls told (egress study, 2026)",
)

#: Seconds until an allowed site's answer, or the handshake with it, must be there.
PATIENCE = 10.0
_KEY = "x3JJHMbDL1EzLkh9GBhXDw=="
_UPGRADE = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {_KEY}\r\n"
#: "hi" in one masked frame, and as it comes back.
_FRAME, _ECHO = "\x81\x82\1\2\3\4ik", b"\x81\x02hi"


@dataclass(frozen=True, slots=True)
class Way:
    """Scripts of which one must succeed, and what success looks like: bytes at the client, an address at the canaries."""

    scripts: tuple[Sequence[Step], ...]
    answer: bytes
    dst: str = probe.ALLOWED_AT


def ways() -> dict[str, Way]:
    api, wild = probe.ALLOWED, f"docs.{probe.WILD}"
    tunnel = [*connect(f"{api}:443"), {"tls": {"sni": api}}]
    websocket: list[Step] = [{"recv": "head"}, {"send": _FRAME}, {"recv": "any"}]
    return {
        "absolute": Way((absolute(api),), b"canary at 52.1.0.10"),
        "connect": Way(((*connect(f"{api}:443"), *inside_tls(api)),), b"canary at 52.1.0.10"),
        "suffix": Way((absolute(wild),), b"canary at 52.1.0.20", probe.WILD_AT),
        "suffix-connect": Way(((*connect(f"{wild}:443"), *inside_tls(wild)),), b"canary at 52.1.0.20", probe.WILD_AT),
        "websocket": Way(
            (
                [*tunnel, {"send": get("/ws", api, more=_UPGRADE)}, *websocket],
                [{"send": get(f"http://{api}/ws", api, more=_UPGRADE)}, *websocket],
            ),
            _ECHO,
        ),
        "events": Way(
            ([*absolute(api, path="/sse?n=3"), {"recv": "eof"}], [*tunnel, {"send": get("/sse?n=3", api)}, {"recv": "eof"}]),
            b"canary event 2",
        ),
        "post": Way(
            ([{"send": get(f"http://{api}/echo", api, method="POST", body="a question")}, {"recv": "reply"}],), b"a question"
        ),
    }  # fmt: skip


def _patient(steps: Sequence[Step]) -> list[Step]:
    """An attack is over after two seconds of silence; what should succeed may take a slow proxy's time."""
    return [
        {**step, "wait": PATIENCE} if ("recv" in step and step["recv"] != "eof") or "tls" in step else step
        for step in steps
    ]


def _cases(plan: Plan) -> Iterable[Case]:
    for mode in plan.modes:
        for name, way in ways().items():
            yield case(LIVENESS, _named(mode, name, plan), plan.spec.location, 1, (mode, way))


def _named(mode: str, name: str, plan: Plan) -> str:
    return name if mode == plan.modes[0] else f"{mode}-mode/{name}"


def _judge(case: Case, target: ProxyTarget) -> None:
    mode, way = case.data
    require(target.session(mode), mode, way, case.name)


def require(session: Session, mode: str, way: Way, name: str) -> None:
    """Raise a failure unless one of the scripts gets its answer from the canary it should."""
    seen: list[str] = []
    looked_up = False
    for script in way.scripts:
        sight = session.try_(_patient(script), mode)
        if works(sight, way):
            return
        seen += told(sight)
        looked_up = looked_up or (bool(sight.asked) and not sight.conversations)
    if looked_up and session.world.tier == 1:
        # It let the name pass and then didn't dial: right for a proxy to which all of 127.0.0.0/8 is loopback.
        raise NotEvaluated(
            f"the proxy looks the allowed site up and dials nobody ({name}): on 127.0.0.0/8 nothing can be proven of a proxy"
            " that doesn't take `public_addresses` of its policy"
        )
    alive = session.world.ask("alive", name=session.name)
    raise CheckFailure(f"the allowed site doesn't answer through the proxy ({name})", evidence=[*seen, *alive["words"]])


def works(sight: Sight, way: Way) -> bool:
    """Whether the answer came, and from the site itself."""
    reached = any(talk.dst == way.dst and talk.data for talk in sight.conversations.values())
    return reached and way.answer in sight.runs[0].received


def told(sight: Sight) -> list[str]:
    """The two ends of a run, for a failure's evidence."""
    run = sight.runs[0]
    first = mask_runs(run.received[:160].decode("latin-1"))
    talks = [f"{talk.dst}:{talk.port} ({len(talk.data)} bytes)" for talk in sight.conversations.values()]
    names = ", ".join(dict.fromkeys(sight.asked)) or "nothing"
    return [
        f"the client got  {first or 'nothing'}{f' ({run.ended})' if run.ended else ''}",
        f"canaries saw    {', '.join(talks) or 'nobody'}; DNS was asked for {names}",
    ]


RULES = (Rule(LIVENESS, _cases, _judge),)
