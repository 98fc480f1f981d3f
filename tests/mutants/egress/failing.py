"""Proxies that open up, or fall over, when something breaks."""

import asyncio
import json
import os
import signal

from pytest_letsbe.reference.proxy import ReferenceProxy
from pytest_letsbe.reference.proxy import policy as policies
from pytest_letsbe.reference.proxy.names import Refused

#: The other mode shows nothing more of these.
ALLOW_ONLY = {"modes": ["allow"]}

_OPEN = policies.Policy("deny", (), (), {}, False, False, "filter", 65536, 60.0, None)


class OpenWithoutPolicy(ReferenceProxy):
    """Lets everything public out while its policy can't be read."""

    expected = "fail-closed"
    first = "start/unreadable"
    check_options = ALLOW_ONLY

    def fallback(self):
        return _OPEN


class OpenWhenMissing(ReferenceProxy):
    """No policy file means no policy."""

    expected = "fail-closed"
    first = "start/unreadable"
    check_options = ALLOW_ONLY

    def fallback(self):
        return None if self._path.is_file() else _OPEN


class OpenWhenEmpty(ReferenceProxy):
    """An empty policy file means no policy."""

    expected = "fail-closed"
    first = "start/broken"
    check_options = ALLOW_ONLY

    def fallback(self):
        empty = self._path.is_file() and not self._path.read_bytes().strip()
        return _OPEN if empty else None


class OpenWhenHalf(ReferenceProxy):
    """Mends a policy that was cut off: what it didn't read isn't forbidden."""

    expected = "fail-closed"
    first = "start/half-written"
    check_options = ALLOW_ONLY

    def fallback(self):
        text = self._path.read_text(errors="replace") if self._path.is_file() else ""
        return _OPEN if text.startswith("{") and not text.rstrip().endswith("}") else None


class OpenWhenOdd(ReferenceProxy):
    """Takes a policy of another version or shape for one without rules."""

    expected = "fail-closed"
    first = "start/wrong-content"
    check_options = ALLOW_ONLY

    def fallback(self):
        try:
            json.loads(self._path.read_text())
        except (OSError, ValueError):
            return None
        return _OPEN


class EmptySuffix(ReferenceProxy):
    """A rule with an empty suffix covers all there is."""

    expected = "fail-closed"
    first = "start/wrong-content"
    check_options = ALLOW_ONLY

    def read_policy(self, path):
        try:
            return super().read_policy(path)
        except policies.BadPolicy:
            if '"suffix": ""' in (path.read_text(errors="replace") if path.is_file() else ""):
                return _OPEN
            raise


class OpenOnReload(ReferenceProxy):
    """A broken policy on reload drops the old one and opens."""

    expected = "fail-closed"
    first = "reload/broken"
    check_options = ALLOW_ONLY

    def fallback(self):
        return _OPEN if self.__dict__.get("was_good") else None

    def reload(self):
        super().reload()
        self.__dict__["was_good"] = self.policy is not None


class NeverReloads(ReferenceProxy):
    """Goes on with the policy of its start."""

    expected = "fail-closed"
    first = "reload/revoked"
    check_options = ALLOW_ONLY

    def refresh(self):
        pass

    def reload(self):
        if self.policy is None and "begun" not in self.__dict__:
            self.__dict__["begun"] = True
            super().reload()


class AddsOnReload(ReferenceProxy):
    """A reload adds rules and takes none away."""

    expected = "fail-closed"
    first = "reload/revoked"
    check_options = ALLOW_ONLY

    def reload(self):
        old = self.policy
        super().reload()
        if old is not None and self.policy is not None:
            import dataclasses

            self.policy = dataclasses.replace(self.policy, allow=(*old.allow, *self.policy.allow))


class NeverMends(ReferenceProxy):
    """After one broken policy it takes up none."""

    expected = "fail-closed"
    first = "reload/mended"
    check_options = ALLOW_ONLY

    def reload(self):
        if not self.__dict__.get("broken"):
            super().reload()
            self.__dict__["broken"] = self.policy is None and "begun" in self.__dict__
            self.__dict__["begun"] = True


class DiesWhenMended(ReferenceProxy):
    """Shuts on a broken policy, and ends when a good one comes back."""

    expected = "fail-closed"
    first = "reload/mended"
    check_options = ALLOW_ONLY

    def reload(self):
        broken = self.policy is None and "begun" in self.__dict__
        super().reload()
        self.__dict__["begun"] = True
        if broken and self.policy is not None:
            os._exit(1)


class TunnelsWithoutCa(ReferenceProxy):
    """Without its CA it lets TLS pass unread."""

    expected = "fail-closed"
    first = "ca-missing"
    check_options = ALLOW_ONLY

    async def terminate(self, host, reader, writer):
        try:
            return await super().terminate(host, reader, writer)
        except Refused as refused:
            if refused.reason != "no-ca":
                raise
        up_reader, up_writer, _ = await self.connect(host, 443, False)
        await self.both_ways(reader, writer, up_reader, up_writer)
        raise Refused(400, "done")


class RemembersAddresses(ReferenceProxy):
    """When DNS is dead it dials a default."""

    expected = "fail-closed"
    first = "dns-dead"
    check_options = ALLOW_ONLY

    async def addresses(self, host):
        import ipaddress

        return await super().addresses(host) or [ipaddress.ip_address("52.9.9.9")]


class IgnoresDenyRules(ReferenceProxy):
    """Deny rules are read and never looked at."""

    expected = "fail-closed"
    first = "canary-rule"
    check_options = ALLOW_ONLY

    def read_policy(self, path):
        import dataclasses

        policy = super().read_policy(path)
        return dataclasses.replace(
            policy,
            deny=(),
            allow=(
                *policy.allow,
                policies.Rule(
                    "denied.letsbe-world.example",
                    False,
                    frozenset({80, 443}),
                    frozenset({"http", "https"}),
                    frozenset(),
                ),
            ),
        )


class OneAtATime(ReferenceProxy):
    """Serves one client after another."""

    expected = "survives"
    first = "idle-tunnels"
    check_options = ALLOW_ONLY

    async def client(self, reader, writer):
        lock = self.__dict__.setdefault("lock", asyncio.Lock())
        async with lock:
            await super().client(reader, writer)


class FewClients(ReferenceProxy):
    """Has room for 200 clients, and lets the others wait."""

    expected = "survives"
    first = "idle-tunnels"
    check_options = ALLOW_ONLY

    async def client(self, reader, writer):
        room = self.__dict__.setdefault("room", asyncio.Semaphore(200))
        async with room:
            await super().client(reader, writer)


class DiesOfGarbage(ReferenceProxy):
    """Ends at the first request that it can't read."""

    expected = "survives"
    first = "garbage"
    check_options = ALLOW_ONLY

    def refuse(self, writer, refused):
        if refused.reason in ("request-line", "line-end", "head"):
            signal.raise_signal(signal.SIGKILL)
        super().refuse(writer, refused)


class DiesOfReset(ReferenceProxy):
    """Ends when a client resets its connection."""

    expected = "survives"
    first = "clients-reset-streams"
    check_options = ALLOW_ONLY

    async def pump(self, reader, writer, most=None):
        try:
            return await super().pump(reader, writer, most)
        except ConnectionError:
            signal.raise_signal(signal.SIGKILL)


class DiesOfBigHeads(ReferenceProxy):
    """Ends at a head larger than it can take."""

    expected = "survives"
    first = "huge-head"
    check_options = ALLOW_ONLY

    def refuse(self, writer, refused):
        if refused.status == 431:
            signal.raise_signal(signal.SIGKILL)
        super().refuse(writer, refused)


class LeaksConnections(ReferenceProxy):
    """Never frees the place of a site that cut its answer; after three there is none left."""

    expected = "survives"
    first = "upstream-cuts"
    check_options = ALLOW_ONLY

    async def answer(self, *rest):
        kept = await super().answer(*rest)
        if not kept:
            self.__dict__["gone"] = self.__dict__.get("gone", 0) + 1
        return kept

    async def connect(self, host, port, tls):
        if self.__dict__.get("gone", 0) >= 3:
            raise Refused(503, "busy")
        return await super().connect(host, port, tls)


class DeadAfterDns(ReferenceProxy):
    """Remembers that a name had no address, for good."""

    expected = "survives"
    first = "dns-dies"
    check_options = ALLOW_ONLY

    async def addresses(self, host):
        gone = self.__dict__.setdefault("gone", set())
        found = [] if host in gone else await super().addresses(host)
        if not found:
            gone.add(host)
        return found


class RefusesAll(ReferenceProxy):
    """Refuses everything: as safe as it is useless."""

    expected = "liveness"
    check_options = ALLOW_ONLY

    def permit(self, tenant, host, port, scheme, method):
        raise Refused(403, "no")


class NoWebSocket(ReferenceProxy):
    """Strips Upgrade from every request."""

    expected = "liveness"
    check_options = ALLOW_ONLY

    def is_websocket(self, head):
        return False


class AnswersItself(ReferenceProxy):
    """Answers itself: a page of its own for every request."""

    expected = "liveness"
    check_options = ALLOW_ONLY

    async def forward(self, head, host, port, tls, tenant, reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        return True


class NoConnect(ReferenceProxy):
    """CONNECT isn't served."""

    expected = "liveness"
    check_options = ALLOW_ONLY

    async def connect_request(self, head, reader, writer, tenant):
        raise Refused(405, "method")
