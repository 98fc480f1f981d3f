"""Decides from a policy whether a destination may be reached, before anything is looked up or dialled."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from pathlib import Path

from . import policy as policies
from .names import Names, Refused
from .policy import BadPolicy, Policy, Rule


class Rules(Names):
    """The policy in force, and what it says. Without one everything is refused."""

    def __init__(self, path: Path, state: Path | None) -> None:
        self._path, self.state = path, state
        self.policy: Policy | None = None
        self._seen: object = None
        self.reload()

    def reload(self) -> None:
        """Take up the file as it is now."""
        try:
            self.policy = self.read_policy(self._path)
        except BadPolicy:
            self.policy = self.fallback()

    def refresh(self) -> None:
        """Take up the file if it changed."""
        try:
            stat = self._path.stat()
            seen: object = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        except OSError:
            seen = "gone"
        if seen != self._seen:
            self._seen = seen
            self.reload()

    def read_policy(self, path: Path) -> Policy:
        return policies.load(path)

    def fallback(self) -> Policy | None:
        """What holds when the file can't be read: nothing."""
        return None

    def in_force(self) -> Policy:
        if self.policy is None:
            raise Refused(503, "no-policy")
        return self.policy

    def permit(self, tenant: str | None, host: str, port: int, scheme: str, method: str) -> None:
        """Refused unless the policy lets this out."""
        policy = self.in_force()
        if any(self.covers(rule, host) for rule in policy.deny):
            raise Refused(403, "denied")
        if policy.mode == "deny":
            if port not in (80, 443):
                raise Refused(403, "port")
            return
        rules = self.rules_of(policy, tenant)
        named = [rule for rule in rules if self.covers(rule, host)]
        if not named:
            raise Refused(403, "unlisted")
        if not any(self.fits(rule, port, scheme, method) for rule in named):
            raise Refused(403, "not-this-way")

    def rules_of(self, policy: Policy, tenant: str | None) -> Iterable[Rule]:
        own = policy.tenants[tenant][1] if tenant is not None else ()
        return (*policy.allow, *own)

    def covers(self, rule: Rule, host: str) -> bool:
        return host.endswith("." + rule.name) if rule.below else host == rule.name

    def fits(self, rule: Rule, port: int, scheme: str, method: str) -> bool:
        """CONNECT is judged for its destination; what it carries is judged when it is read."""
        if port not in rule.ports or scheme not in (*rule.schemes, "tunnel"):
            return False
        return method == "CONNECT" or not rule.methods or method in rule.methods

    def tenant(self, credentials: str | None) -> str | None:
        """Who asks; Refused for somebody who gives a name and can't prove it."""
        if credentials is None:
            return None
        kind, _, encoded = credentials.partition(" ")
        try:
            name, _, token = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
        except ValueError:
            raise Refused(407, "credentials") from None
        known = self.in_force().tenants
        if kind.lower() != "basic" or name not in known or not self.proves(known[name][0], token):
            raise Refused(407, "credentials")
        return name

    def proves(self, expected: str, given: str) -> bool:
        return hmac.compare_digest(expected.encode(), given.encode())
