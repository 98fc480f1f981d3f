"""survives: whatever a site or a client does, the next plain request is served."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ....model import Case, CheckFailure, Invariant
from .. import probe
from ..judges import judged
from ..model import Step, Vector
from ..shapes import connect, get
from ..target import ProxyTarget, Session
from . import liveness
from .base import Plan, Rule, case

SURVIVES = Invariant(
    "survives",
    "Hanging sites, resets, slow readers, half-open requests, 1,000 idle tunnels and a kill leave the next request served.",
    "egress study 2026: 250 half-open requests or 300 tunnels stalled a shipped proxy",
)
#: Seconds until a proxy must serve again.
PATIENCE = 6.0
API = probe.ALLOWED
TUNNELS = 1000
#: Seconds a client beside all tunnels waits: a busy machine needs the second try, a proxy that holds him back fails both.
PATIENCES = (PATIENCE, 14.0)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Scripts that run side by side, and whether the proxy must serve while they are still at it."""

    scripts: list[list[Step]]
    zone: Mapping[str, object] | None = None
    timeout: float = 30.0


def troubles(patience: float = PATIENCE) -> dict[str, Trouble]:
    """All troubles by name; tunnels are held for longer than the client beside them, late by 1.5 s, waits."""
    url = f"http://{API}"
    plain = get(f"{url}/probe", API)
    wait: Step = {"sleep": 1.0}
    # No wait for each answer: a proxy that lets the others wait must not be helped by clients that give up.
    ask: Step = {"send": connect(f"{API}:443")[0]["send"]}
    tunnels: list[Step] = [{"repeat": [TUNNELS // 4, [{"open": True}, ask]]}, {"sleep": patience + 2.0}]
    return {
        "upstream-hangs": Trouble([[{"send": get(f"{url}/hang?s=3", API)}, wait] for _ in range(20)]),
        "upstream-resets": Trouble([[{"send": get(f"{url}/reset", API)}, {"recv": "eof", "wait": 1}] for _ in range(5)]),
        "upstream-cuts": Trouble([[{"send": get(f"{url}/cut", API)}, {"recv": "eof", "wait": 1}] for _ in range(5)]),
        "slow-readers": Trouble([[{"send": get(f"{url}/big?kb=8192", API)}, wait] for _ in range(5)]),
        "half-open-heads": Trouble([[{"repeat": [50, [{"open": True}, {"send": f"GET {url}/ HTTP/1.1\r\nHost: "}]]}, wait] for _ in range(4)]),
        "half-open-bodies": Trouble([[{"send": get(url + "/", API, method="POST", more="Content-Length: 1000\r\n")}, wait] for _ in range(20)]),
        "clients-reset": Trouble([[{"repeat": [25, [{"open": True}, {"send": plain}, {"reset": True}]]}] for _ in range(2)]),
        "clients-reset-streams": Trouble([[{"send": get(f"{url}/big?kb=8192", API)}, {"recv": "any"}, {"reset": True}] for _ in range(10)]),
        "half-closed": Trouble([[{"send": plain}, {"half_close": True}, {"recv": "eof", "wait": 1}] for _ in range(5)]),
        "garbage": Trouble([[{"repeat": [20, [{"open": True}, {"b64": "gAECA/8AFgMBAgAB/P3+/w=="}, {"recv": "any", "wait": 0.05}]]}], [{"send": "\0" * 5000}, wait]]),
        "huge-head": Trouble([[{"send": f"GET {url}/ HTTP/1.1\r\nHost: {API}\r\nX-A: " + "a" * 300_000 + "\r\n\r\n"}, {"recv": "eof", "wait": 1}]]),
        "many-fields": Trouble([[{"send": get(url + "/", API, more="X-A: b\r\n" * 20_000)}, {"recv": "eof", "wait": 1}]]),
        "endless-head": Trouble([[{"send": f"GET {url}/ HTTP/1.1\r\n"}, {"repeat": [40, [{"send": "X-A: b\r\n" * 500}]]}, wait]]),
        "idle-tunnels": Trouble([tunnels for _ in range(4)], timeout=30.0 + patience),
        "broken-handshakes": Trouble([[*connect(f"{API}:443"), {"send": "\x16\x03\x01\x02\0\x01\0\x01" + "x" * 60}, {"reset": True}] for _ in range(10)]),
        "dns-dies-and-returns": Trouble([[{"send": plain}, {"recv": "reply", "wait": 1}] for _ in range(5)], {"*": {"drop": True}, API: {"drop": True}}),
    }  # fmt: skip


def _cases(plan: Plan) -> Iterable[Case]:
    for name in sorted({*troubles(), "kill"}):
        yield case(SURVIVES, name, plan.spec.location)


def _judge(case: Case, target: ProxyTarget) -> None:
    mode = target.policy.mode
    patiences = PATIENCES if case.name == "idle-tunnels" else PATIENCES[:1]
    for patience in patiences:
        session = target.session(mode)
        try:
            _trouble(case.name, session, mode, patience)
        except CheckFailure:
            target.forget(session)
            if patience == patiences[-1]:
                raise
        else:
            return


def _trouble(name: str, session: Session, mode: str, patience: float) -> None:
    """Make the trouble, and see that a plain request is served in it or after it."""
    if name == "kill":
        session.restart()
    else:
        trouble = troubles(patience)[name]
        vector = Vector(name, [*trouble.scripts], dict(trouble.zone or {}), timeout=trouble.timeout, settle=0.05)
        if name in ("upstream-hangs", "slow-readers", "half-open-heads", "half-open-bodies", "idle-tunnels"):
            _during(session, vector, mode, patience)
        else:
            leaks = judged(vector, session.run(vector, mode), mode, ())
            if leaks:
                raise CheckFailure(f"in trouble ({name}) {leaks[0].what}", evidence=[leaks[0].line])
    _served(session, mode, name, PATIENCE)


def _during(session: Session, vector: Vector, mode: str, patience: float) -> None:
    """Run the trouble, and beside it a client that comes a little later."""
    way = liveness.ways()["absolute"]
    late: list[Step] = [{"sleep": 0.5}, {"close": True}, {"open": True}, *way.scripts[0]]
    if vector.id == "idle-tunnels":
        late = [
            {"close": True},
            {"sleep": 1.5},
            {"open": True},
            {"send": way.scripts[0][0]["send"]},
            {"recv": "reply", "wait": patience},
        ]
    sight = session.run(
        Vector(vector.id, [late, *vector.scripts], vector.zone, timeout=vector.timeout, settle=0.05), mode
    )
    if not liveness.works(sight, way):
        raise CheckFailure(
            f"a plain request wasn't served beside others in trouble ({vector.id})", evidence=liveness.told(sight)
        )


def _served(session: Session, mode: str, name: str, patience: float) -> None:
    deadline = time.monotonic() + patience
    way = liveness.ways()["absolute"]
    while True:
        sight = session.try_(way.scripts[0], mode)
        if liveness.works(sight, way):
            return
        if time.monotonic() > deadline:
            alive = session.world.ask("alive", name=session.name)
            raise CheckFailure(
                f"the proxy didn't survive ({name}): the allowed site doesn't answer",
                evidence=[*liveness.told(sight), *alive["words"]],
            )
        time.sleep(0.1)


RULES = (Rule(SURVIVES, _cases, _judge),)
