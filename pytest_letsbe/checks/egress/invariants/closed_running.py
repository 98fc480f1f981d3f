"""fail-closed while the proxy runs: its policy is spoilt, narrowed or mended under it, or gone when it starts again."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from ....model import CheckFailure
from ....targets.base import TargetDead
from .. import probe, spoilt
from ..policy import Policy
from ..target import ProxyTarget, Session
from . import liveness
from .base import judge_all
from .outward import got_out, opened, outward

#: A watcher may take so long to see a changed file.
TAKES_UP = 3.0


def with_own(target: ProxyTarget, judge: Callable[[ProxyTarget, Session], None]) -> None:
    """Judge on a proxy of the case's own, which served the allowed site before."""
    session = target.new_session("fail-closed")
    session.start(target.policy_for("allow"))
    try:
        liveness.require(session, "allow", liveness.ways()["absolute"], "before")
        judge(target, session)
    finally:
        session.stop()
        spoilt.clear(session.policy_path)


def _signal(target: ProxyTarget, session: Session) -> None:
    if target.policy.reload == "hup":
        session.signal(signal.SIGHUP)
    time.sleep(0.2 if target.policy.reload == "hup" else 1.0)


def _still_shut(session: Session, what: str) -> None:
    """The last good policy may go on: what it denies stays denied."""
    try:
        judge_all(opened(session, what, [v for v in outward() if not v.id.startswith("allowed")]))
    except TargetDead:
        return


def _spoil_and_reload(name: str, spoil: Callable[[Path, str], object]) -> Callable[[ProxyTarget, Session], None]:
    def judge(target: ProxyTarget, session: Session) -> None:
        text = session.policy_path.read_text()
        spoilt.clear(session.policy_path)
        spoil(session.policy_path, text)
        _signal(target, session)
        _still_shut(session, f"{name} on reload")

    return judge


def _narrowed(policy: Policy) -> Policy:
    rules = [rule for rule in policy.allow if rule.host != probe.ALLOWED]
    return msgspec.structs.replace(policy, allow=rules)


def _revoked(target: ProxyTarget, session: Session) -> None:
    """A host that the new policy no longer lists is shut, soon and for good."""
    session.policy_path.write_text(session.rendered(_narrowed(target.policy_for("allow"))))
    _signal(target, session)
    _eventually(session, open_=False)


def _revoked_atomically(target: ProxyTarget, session: Session) -> None:
    new = session.policy_path.with_suffix(".new")
    new.write_text(session.rendered(_narrowed(target.policy_for("allow"))))
    new.replace(session.policy_path)
    _signal(target, session)
    _eventually(session, open_=False)


def _mended(target: ProxyTarget, session: Session) -> None:
    """After a broken policy a good one is taken up again: whoever mends it need not restart."""
    text = session.policy_path.read_text()
    session.policy_path.write_text("%!?* no policy\n")
    _signal(target, session)
    _still_shut(session, "broken on reload")
    if not session.world.ask("alive", name=session.name)["alive"]:
        return  # it ended: closed, and its supervisor's business
    session.policy_path.write_text(text)
    _signal(target, session)
    _eventually(session, open_=True)


def _eventually(session: Session, *, open_: bool) -> None:
    vector = outward()[0]
    deadline = time.monotonic() + TAKES_UP
    while True:
        lines = got_out(vector, session.run(vector, "allow"))
        if bool(lines) == open_:
            return
        if time.monotonic() > deadline:
            what = (
                "a mended policy wasn't taken up"
                if open_
                else "a site that the new policy doesn't list is still reached"
            )
            raise CheckFailure(what, evidence=lines)
        time.sleep(0.1)


def removed_and_restarted(target: ProxyTarget, session: Session) -> None:
    spoilt.clear(session.policy_path)
    try:
        session.restart()
    except TargetDead:
        return
    judge_all(opened(session, "removed before a restart", outward()))


RELOADS: dict[str, Callable[[ProxyTarget, Session], None]] = {
    "removed": _spoil_and_reload("removed", lambda path, text: None),
    "emptied": _spoil_and_reload("emptied", lambda path, text: path.write_bytes(b"")),
    "broken": _spoil_and_reload("broken", lambda path, text: path.write_bytes(spoilt.BROKEN["garbage"](text))),
    "half-written": _spoil_and_reload("half-written", lambda path, text: path.write_bytes(spoilt.cut(text, 0.5))),
    "folder": _spoil_and_reload("a folder", lambda path, text: path.mkdir()),
    "revoked": _revoked,
    "revoked-atomically": _revoked_atomically,
    "mended": _mended,
}
