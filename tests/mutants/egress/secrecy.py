"""Proxies that let secrets or tenants through, and audits that miss or tell too much."""

import base64
import contextlib
from pathlib import Path

from pytest_letsbe.reference.proxy import ReferenceProxy

#: The other mode shows nothing more of these.
ALLOW_ONLY = {"modes": ["allow"]}


class RedactsNothing(ReferenceProxy):
    """Redaction is switched off."""

    expected = "redaction-in-flight"
    check_options = ALLOW_ONLY

    def redacted(self, head, body):
        return body


class BodiesOnly(ReferenceProxy):
    """Redacts bodies; the URL and the fields go as they are."""

    expected = "redaction-in-flight"
    check_options = ALLOW_ONLY

    def clean_target(self, target):
        return target

    def clean_fields(self, fields):
        return fields


class NoBodies(ReferenceProxy):
    """Redacts the head only."""

    expected = "redaction-in-flight"
    check_options = ALLOW_ONLY

    def clean_body(self, body):
        return body


class NoUrls(ReferenceProxy):
    """The URL goes as it is."""

    expected = "redaction-in-flight"
    check_options = ALLOW_ONLY

    def clean_target(self, target):
        return target


class NotInsideTls(ReferenceProxy):
    """Redacts plain HTTP only; what it decrypted goes as it was."""

    expected = "redaction-in-flight"
    check_options = ALLOW_ONLY

    async def inner(self, head, reader, writer, tenant, fixed):
        self.__dict__["inside"] = fixed[2]
        return await super().inner(head, reader, writer, tenant, fixed)

    def redacted(self, head, body):
        return body if self.__dict__.pop("inside", False) else super().redacted(head, body)


class ChunkByChunk(ReferenceProxy):
    """Redacts each chunk alone, so that a cut saves a secret."""

    expected = "redaction-in-flight"
    check_options = ALLOW_ONLY

    def clean_body(self, body):
        middle = len(body) // 2
        return super().clean_body(body[:middle]) + super().clean_body(body[middle:])


class JsonOnly(ReferenceProxy):
    """Redacts JSON bodies and lets forms and streams go."""

    expected = "redaction-in-flight"
    check_options = ALLOW_ONLY

    def clean_body(self, body):
        return super().clean_body(body) if body[:1] in (b"{", b"[") else body


class AnyTenant(ReferenceProxy):
    """Whoever names a tenant is that tenant."""

    expected = "tenant-separation"
    check_options = ALLOW_ONLY

    def proves(self, expected, given):
        return True


class TokenPrefix(ReferenceProxy):
    """Compares as much of the token as was given."""

    expected = "tenant-separation"
    check_options = ALLOW_ONLY

    def proves(self, expected, given):
        return expected.startswith(given)


class AnyKnownToken(ReferenceProxy):
    """The token of any tenant proves any name."""

    expected = "tenant-separation"
    check_options = ALLOW_ONLY

    def proves(self, expected, given):
        return any(token == given for token, _ in self.in_force().tenants.values())


class EverybodysRules(ReferenceProxy):
    """The rules of all tenants hold for everybody."""

    expected = "tenant-separation"
    check_options = ALLOW_ONLY

    def rules_of(self, policy, tenant):
        return [*policy.allow, *(rule for _, rules in policy.tenants.values() for rule in rules)]


class RemembersTheTenant(ReferenceProxy):
    """Whoever was a tenant once is that tenant for the rest of the connection, or for the next one."""

    expected = "tenant-separation"
    check_options = ALLOW_ONLY

    def tenant(self, credentials):
        if credentials is None:
            return self.__dict__.get("last")
        self.__dict__["last"] = super().tenant(credentials)
        return self.__dict__["last"]


class JudgesOnDial(ReferenceProxy):
    """Asks the rules when it dials: on a connection that it kept from the owner anybody is served."""

    expected = "tenant-separation"
    check_options = ALLOW_ONLY

    def permit(self, tenant, host, port, scheme, method):
        if (host, port) not in self.__dict__.setdefault("kept", {}):
            super().permit(tenant, host, port, scheme, method)

    async def connect(self, host, port, tls):
        if not tls and (host, port) in self.kept:
            return self.kept.pop((host, port))
        reader, writer, address = await super().connect(host, port, tls)
        if tls:
            return reader, writer, address
        kept = _Kept(writer)
        kept.close = lambda: kept.owned and self.kept.__setitem__((host, port), (reader, kept, address))
        return reader, kept, address

    def message(self, head, *more):
        asked = super().message(head, *more)
        return (
            asked.replace(b"Connection: close", b"Connection: keep-alive") if head.one("proxy-authorization") else asked
        )


class _Kept:
    """A writer that isn't closed after its owner's request."""

    owned = False

    def __init__(self, writer):
        self._writer = writer

    def write(self, data):
        self.owned = b"Connection: keep-alive" in data
        self._writer.write(data)

    def __getattr__(self, name):
        return getattr(self._writer, name)


class BelievesTenantField(ReferenceProxy):
    """X-Tenant says who asks."""

    expected = "tenant-separation"
    check_options = ALLOW_ONLY

    async def one(self, raw, reader, writer, tenant, fixed):
        self.__dict__["said"] = next(
            (
                line.partition(b":")[2].strip().decode()
                for line in raw.split(b"\r\n")
                if line.lower().startswith(b"x-tenant:")
            ),
            None,
        )
        return await super().one(raw, reader, writer, tenant, fixed)

    def tenant(self, credentials):
        said = self.__dict__.pop("said", None)
        return said if said in self.in_force().tenants else super().tenant(credentials)


class BelievesAuthorization(ReferenceProxy):
    """Takes a name without its token, in plain text or alone."""

    expected = "tenant-separation"
    check_options = ALLOW_ONLY

    def tenant(self, credentials):
        if credentials is None:
            return None
        value = credentials.split()[-1]
        with contextlib.suppress(ValueError):
            value = base64.b64decode(value, validate=True).decode()
        name = value.partition(":")[0]
        return name if name in self.in_force().tenants and ":" not in value else super().tenant(credentials)


class NoAudit(ReferenceProxy):
    """Writes no audit."""

    expected = "audit-complete"
    check_options = ALLOW_ONLY

    def record(self, decision, reason, **more):
        pass


class AuditsAllowedOnly(ReferenceProxy):
    """What was refused leaves no record."""

    expected = "audit-complete"
    check_options = ALLOW_ONLY

    def record(self, decision, reason, **more):
        if decision == "allow":
            super().record(decision, reason, **more)


class AuditsDeniedOnly(ReferenceProxy):
    """What was let out leaves no record."""

    expected = "audit-complete"
    check_options = ALLOW_ONLY

    def record(self, decision, reason, **more):
        if decision != "allow":
            super().record(decision, reason, **more)


class AuditsTwice(ReferenceProxy):
    """Every attempt is counted twice."""

    expected = "audit-complete"
    first = "allowed"
    check_options = ALLOW_ONLY

    def record(self, decision, reason, **more):
        super().record(decision, reason, **more)
        super().record(decision, reason, **more)


class AuditsTheFirst(ReferenceProxy):
    """Only the first request of a connection is recorded."""

    expected = "audit-complete"
    check_options = ALLOW_ONLY

    async def requests(self, reader, writer, tenant, fixed=None):
        if fixed is None:
            self.__dict__["fresh"] = True
        await super().requests(reader, writer, tenant, fixed)

    def record(self, decision, reason, **more):
        if self.__dict__.pop("fresh", False):
            super().record(decision, reason, **more)


class AuditsAllow(ReferenceProxy):
    """Every record says that it was allowed."""

    expected = "audit-complete"
    check_options = ALLOW_ONLY

    def record(self, decision, reason, **more):
        super().record("allow", reason, **more)


class AuditsEverything(ReferenceProxy):
    """The record holds the whole head, with what is secret in it."""

    expected = "audit-complete"
    check_options = ALLOW_ONLY

    def parse(self, raw):
        self.__dict__["raw"] = raw.decode("latin-1")
        return super().parse(raw)

    def record(self, decision, reason, **more):
        super().record(decision, f"{reason} {self.__dict__.get('raw', '')}", **more)


class AuditsCredentials(ReferenceProxy):
    """The record holds the tenant's token."""

    expected = "audit-complete"
    check_options = ALLOW_ONLY

    def tenant(self, credentials):
        self.__dict__["credentials"] = credentials
        return super().tenant(credentials)

    def record(self, decision, reason, **more):
        super().record(decision, f"{reason} {self.__dict__.get('credentials')}", **more)


class AuditsInMemory(ReferenceProxy):
    """Starts its audit anew with each start."""

    expected = "audit-complete"
    check_options = ALLOW_ONLY

    def record(self, decision, reason, **more):
        if "begun" not in self.__dict__ and self.policy is not None and self.policy.audit:
            self.__dict__["begun"] = True
            Path(self.policy.audit.replace("{state}", str(self.state))).write_text("")
        super().record(decision, reason, **more)


class SharedRecord(ReferenceProxy):
    """Keeps the record of a request in one place for all of them; side by side they overwrite each other."""

    expected = "audit-complete"
    check_options = ALLOW_ONLY

    def shown(self, target):
        self.__dict__["at_hand"] = super().shown(target)
        return self.__dict__["at_hand"]

    def record(self, decision, reason, **more):
        super().record(decision, reason, **{**more, "host": self.__dict__.get("at_hand", "").partition(":")[0]})


class TrustsTenants(ReferenceProxy):
    """Whoever proved its name may dial private addresses, since it is one of us."""

    expected = "tenant-separation"
    first = "beyond-its-rules"
    check_options = ALLOW_ONLY

    def tenant(self, credentials):
        name = super().tenant(credentials)
        self.__dict__["trusted_one"] = name is not None
        return name

    def permit(self, tenant, host, port, scheme, method):
        if self.literal(host) is None or tenant is None:
            super().permit(tenant, host, port, scheme, method)

    def is_public(self, address):
        return self.__dict__.get("trusted_one", False) or super().is_public(address)
