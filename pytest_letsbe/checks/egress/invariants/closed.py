"""fail-closed: without a policy that can be read, without its CA, without DNS, nothing gets out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ....model import Case, Invariant, NotEvaluated
from ....targets.base import TargetDead
from .. import probe, spoilt
from ..judges import judged
from ..model import Vector
from ..policy import RESERVED
from ..shapes import absolute
from ..target import ProxyTarget, Session
from . import liveness
from .base import Plan, Rule, Violation, case, judge_all
from .closed_running import RELOADS, removed_and_restarted, with_own
from .outward import opened, outward

CLOSED = Invariant(
    "fail-closed",
    "Nothing gets out while the policy can't be read, is empty, broken, half-written or gone, or DNS or the CA is dead.",
    "egress study 2026: 8 of 21 broken policies left shipped proxies open",
)
#: A server that will never be ready is given up early.
READY = 6.0
_FILES = ("unreadable", "broken", "half-written", "wrong-content")
_DNS = {
    "silent": {"drop": True},
    "servfail": {"rcode": "SERVFAIL"},
    "refused": {"rcode": "REFUSED"},
    "nxdomain": {"rcode": "NXDOMAIN"},
    "garbage": {"garbage": True},
    "empty-answer": {"a": []},
}


def _cases(plan: Plan) -> Iterable[Case]:
    where = plan.spec.location
    for group in _FILES:
        samples = len(dict(_files(group, "{}" if plan.spec.options.template is None else None)))
        if samples:
            yield case(CLOSED, f"start/{group}", where, samples)
    yield case(CLOSED, "dns-dead", where, len(_DNS))
    yield case(CLOSED, "canary-rule", where, 3)
    if plan.policy.tls == "terminate":
        yield case(CLOSED, "ca-missing", where, 2)
    if plan.policy.reload != "none":
        for name in RELOADS:
            yield case(CLOSED, f"reload/{name}", where)
    yield case(CLOSED, "restart/removed", where)


def _files(group: str, text: str | None) -> Iterator[tuple[str, Callable[[Path, str], object]]]:
    """Names with what puts the spoilt file in its place; ``text`` is None where the policy isn't JSON."""
    if group == "unreadable":
        for name, make in spoilt.UNREADABLE.items():
            yield name, lambda path, _, make=make: make(path)  # type: ignore[misc]
    elif group == "half-written":
        for share in spoilt.CUTS:
            yield (
                f"cut-at-{share:.0%}",
                lambda path, text, share=share: path.write_bytes(spoilt.cut(text, share)),  # type: ignore[misc]
            )
    elif group == "broken" or text is not None:
        for name, spoil in (spoilt.BROKEN if group == "broken" else spoilt.JSON_ONLY).items():
            yield name, lambda path, text, spoil=spoil: path.write_bytes(spoil(text))  # type: ignore[misc]


def _judge(case: Case, target: ProxyTarget) -> None:
    kind, _, name = case.name.partition("/")
    if kind == "start":
        _at_start(case, target, name)
    elif kind == "reload":
        with_own(target, RELOADS[name])
    elif kind == "restart":
        with_own(target, removed_and_restarted)
    elif kind == "dns-dead":
        _without_dns(target)
    elif kind == "ca-missing":
        with_own(target, _without_ca)
    else:
        _canary_rule(target)


def _at_start(case: Case, target: ProxyTarget, group: str) -> None:
    files = list(_files(group, None if target.templated else "{}"))
    sessions = [target.new_session("fail-closed", index) for index in range(target.width)]
    with ThreadPoolExecutor(len(sessions), "letsbe-world") as pool:  # a start is mostly waiting
        works = [
            pool.submit(_spoilt_starts, target, session, group, files[index :: len(sessions)])
            for index, session in enumerate(sessions)
        ]
    judge_all([violation for work in works for violation in work.result()])


def _spoilt_starts(
    target: ProxyTarget, session: Session, group: str, files: Sequence[tuple[str, Callable[[Path, str], object]]]
) -> list[Violation]:
    template = target.templated
    found: list[Violation] = []
    for name, spoil in files:
        text = session.rendered(target.policy_for(target.policy.mode))
        spoilt.clear(session.policy_path)
        spoil(session.policy_path, text)
        # A cut in a text of lines may leave one that can be read; what it no longer lists is then still shut.
        may_serve = template and group == "half-written"
        try:
            session.launch(timeout=READY)
            found += opened(session, name, [v for v in outward() if not (may_serve and v.id.startswith("allowed"))])
        except TargetDead:
            pass  # it didn't start: as closed as can be
        finally:
            session.stop()
            spoilt.clear(session.policy_path)
    return found


def _without_dns(target: ProxyTarget) -> None:
    """Names stand for nothing: nothing is dialled, not even what stood for them before."""
    session = target.session("allow")
    found = []
    for name, row in _DNS.items():
        zone = {
            "*": row,
            "~": row,
            probe.ALLOWED: row,
            f"*.{probe.WILD}": row,
            probe.CANARY_DENY: row,
            f"~evil.{RESERVED}": row,
        }
        for vector in outward()[2:]:
            if session.world.tier == 1 and not vector.loopback:
                continue
            sight = session.run(Vector(vector.id, vector.scripts, zone), "allow")
            lines = [leak.line for leak in judged(vector, sight, "allow", ())]
            if lines:
                found.append(
                    Violation(f"{name}/{vector.id}", f"with DNS {name} a request got out ({vector.id})", lines)
                )
        sight = session.run(Vector("unknown", [absolute(f"docs-{name}.{probe.WILD}")], zone), "allow")
        lines = [f"canary {talk.dst}:{talk.port} got {len(talk.data)} bytes" for talk in sight.conversations.values()]
        if lines:
            found.append(Violation(f"{name}/unknown", f"with DNS {name} a request found a way", lines))
    judge_all(found)


def _without_ca(target: ProxyTarget, session: Session) -> None:
    """A proxy that can't read what is inside TLS doesn't let it pass unread."""
    bundle = Path(session.world.ca)
    kept = bundle.read_bytes()
    found: list[Violation] = []
    vectors = [v for v in outward() if v.id == "allowed-connect"]
    try:
        for name in ("missing", "empty"):
            session.stop()
            bundle.unlink(missing_ok=True)
            if name == "empty":
                bundle.write_bytes(b"")
            try:
                session.launch(timeout=READY)
                found += opened(session, f"unreadable: its CA is {name}", vectors)
            except TargetDead:  # it didn't start: as closed as can be
                pass
    finally:
        bundle.write_bytes(kept)
        bundle.chmod(0o644)
    judge_all(found)


def _canary_rule(target: ProxyTarget) -> None:
    """Proof that the policy was read: a host that only a rule of it shuts is shut, and its neighbour isn't."""
    session = target.session("allow")
    way = liveness.ways()["suffix"]
    if not liveness.works(session.try_(way.scripts[0]), way):
        raise NotEvaluated("the neighbour of the canary rule doesn't answer")
    judge_all(opened(session, "loaded", [v for v in outward() if v.id == "canary-rule"]))


RULES = (Rule(CLOSED, _cases, _judge),)
