"""audit-complete: every attempt leaves one record, which says what was decided and holds no secret."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from ....model import Case, CheckFailure, Invariant
from ...redaction.model import Secret
from .. import probe
from ..model import Step
from ..shapes import absolute, connect, inside_plain, inside_tls
from ..target import ProxyTarget, Session
from .base import Plan, Rule, case
from .redaction import holds, secrets
from .tenants import credentials

AUDIT = Invariant(
    "audit-complete",
    "Every attempt has one record in the audit, with its host and what was decided, and no secret in it.",
    "policy file, `audit`",
)
#: Where a record says what was decided, and by which beginnings of words; `allowed: true` will do as well.
_WORDS = ("decision", "action", "verdict", "allowed")
_YES = ("allow", "permit", "pass", "accept", "granted", "forward")
_NO = ("den", "block", "refus", "reject", "forbid", "drop", "disallow", "unauthor")
#: A record may be written a little after the answer.
SECONDS = 2.0


def _cases(plan: Plan) -> Iterable[Case]:
    if plan.policy.audit is None:
        return
    for name, samples in (
        ("allowed", 6),
        ("denied", 6),
        ("tunnels", 4),
        ("side-by-side", 20),
        ("kept-alive", 3),
        ("redacted", 6),
        ("kept-over-restart", 1),
    ):
        yield case(AUDIT, name, plan.spec.location, samples)


class _Trail:
    """The audit file of one session, read from where it ended before."""

    def __init__(self, session: Session, pattern: str) -> None:
        self.path = Path(pattern.replace("{state}", str(session.state)))
        self._start = self.path.stat().st_size if self.path.exists() else 0

    def text(self) -> str:
        if not self.path.exists():
            return ""
        return self.path.read_bytes()[self._start :].decode("utf-8", "replace")

    def about(self, name: str) -> list[str]:
        return [line for line in self.text().splitlines() if name in line]

    def settled(self, names: Sequence[str]) -> None:
        """Wait until each of the names has a record, or for as long as a record may take."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline and not all(self.about(name) for name in names):
            time.sleep(0.02)


def _judge(case: Case, target: ProxyTarget) -> None:
    pattern = target.policy.audit or ""
    session = target.session("allow")
    trail = _Trail(session, pattern)
    if case.name == "redacted":
        return _no_secret(session, trail)
    if case.name == "kept-over-restart":
        return _kept(target, session, pattern)
    scripts = dict(_attempts(case.name))
    answered = len(scripts)
    if case.name == "side-by-side":
        from ..model import Vector

        session.run(Vector("audit", list(scripts.values())), "allow")
    else:
        answered = sum(len(session.try_(script).runs[0].statuses) for script in scripts.values())
    allowed = case.name != "denied"
    names = (
        [f"audit-{number}.{probe.WILD}" for number in range(answered)] if case.name == "kept-alive" else list(scripts)
    )
    # A proxy may close after each answer: then the others were never asked for.
    trail.settled(names)
    most = 2 if case.name == "tunnels" else 1
    for name in names:
        lines = trail.about(name)
        if not 1 <= len(lines) <= most:
            raise CheckFailure(
                f"an attempt has {len(lines)} records in the audit, not one",
                evidence=[f"host     {name}", *lines[:3]],
                failed_samples=[name],
            )
        if not any(_decided(line, allowed) for line in lines):
            what = "allowed" if allowed else "denied"
            raise CheckFailure(
                f"the record of an attempt doesn't say that it was {what}", evidence=lines[:2], failed_samples=[name]
            )
    return None


def _attempts(kind: str) -> Iterable[tuple[str, list[Step]]]:
    """Each with a host that nothing else names."""
    if kind == "kept-alive":
        yield "kept-alive", [step for number in range(3) for step in absolute(f"audit-{number}.{probe.WILD}")]
        return
    for number in range({"side-by-side": 20, "tunnels": 4}.get(kind, 6)):
        if kind == "denied":
            name = f"audit-denied-{number}.{probe.EVIL}"
            ways = (absolute(name), connect(f"{name}:443"), connect(f"{name}:22"))
            yield name, ways[number % 3]
        else:
            name = f"audit-{kind}-{number}.{probe.WILD}"
            tunnel = (
                [*connect(f"{name}:443"), *inside_tls(name)]
                if number % 2
                else [*connect(f"{name}:80"), *inside_plain(name)]
            )
            yield name, tunnel if kind == "tunnels" else absolute(name)


def _decided(line: str, allowed: bool) -> bool:
    try:
        record = json.loads(line)
    except ValueError:
        return False
    if not isinstance(record, dict):
        return False
    value = next((record[key] for key in _WORDS if key in record), "")
    if isinstance(value, bool):
        return value is allowed
    said = str(value).lower()
    refused = any(word in said for word in _NO) or re.search(r"\bnot?\b", said) is not None
    return refused if not allowed else not refused and any(word in said for word in _YES)


def _no_secret(session: Session, trail: _Trail) -> None:
    token = credentials("letsbe-one", probe.TOKENS["letsbe-one"])
    kinds = [s for s in secrets() if s.value.isascii()][:6]
    names = []
    for number, secret in enumerate(kinds):
        host = f"audit-secret-{number}.{probe.WILD if number % 2 else probe.EVIL}"
        names.append(host)
        path = f"/probe?token={secret.value}"
        session.try_(absolute(host, path=path, more=f"X-Note: {secret.value}\r\n" + (token if number % 2 else "")))
    trail.settled(names)
    text = trail.text()
    told = [secret for secret in kinds if holds(("\r\n\r\n" + text).encode(), secret)]
    if told:
        raise CheckFailure(
            "the audit holds a secret of a request", evidence=_shown(told), failed_samples=[s.kind for s in told]
        )
    if token.split()[-1] in text or probe.TOKENS["letsbe-one"] in text:
        raise CheckFailure(
            "the audit holds the credentials of a tenant", evidence=["Proxy-Authorization stands in a record"]
        )


def _shown(found: Sequence[Secret]) -> list[str]:
    from ....masking import describe

    return [f"record holds {describe(secret.kind, secret.value)}" for secret in found]


def _kept(target: ProxyTarget, session: Session, pattern: str) -> None:
    trail = _Trail(session, pattern)
    name = f"audit-before-restart.{probe.WILD}"
    session.try_(absolute(name))
    trail.settled([name])
    session.restart()
    session.try_(absolute(f"audit-after-restart.{probe.WILD}"))
    trail.settled([f"audit-after-restart.{probe.WILD}"])
    if not trail.about(name):
        raise CheckFailure("a record was gone after a restart", evidence=[f"host     {name}"])


RULES = (Rule(AUDIT, _cases, _judge),)
