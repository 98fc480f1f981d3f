"""Proxies that check one name and serve another, or say too much to a site."""

import re
import ssl

from pytest_letsbe.reference.proxy import ReferenceProxy

#: The other mode shows nothing more of these.
ALLOW_ONLY = {"modes": ["allow"]}


class PrettyHost(ReferenceProxy):
    """Asks the rules about the Host field instead of the URL."""

    expected = "host-consistency"
    check_options = ALLOW_ONLY

    def check_host(self, head, host, port, default):
        self.__dict__["pretty"] = (head.one("host") or host).partition(":")[0]

    def permit(self, tenant, host, port, scheme, method):
        super().permit(tenant, self.__dict__.pop("pretty", host), port, scheme, method)


class KeepsHostField(ReferenceProxy):
    """Passes the client's Host field on, whatever it says."""

    expected = "host-consistency"
    check_options = ALLOW_ONLY

    def check_host(self, head, host, port, default):
        pass

    def host_field(self, head, host, port, tls):
        return head.one("host") or host


class KeepsAllHostFields(ReferenceProxy):
    """Takes the first Host field for the check and sends both."""

    expected = "host-consistency"
    check_options = ALLOW_ONLY

    def check_host(self, head, host, port, default):
        pass

    def ends_here(self, name, nominated):
        return name != "host" and super().ends_here(name, nominated)


class LastHostWins(ReferenceProxy):
    """Checks the first Host field and sends the last."""

    expected = "host-consistency"
    check_options = ALLOW_ONLY

    def check_host(self, head, host, port, default):
        if head.all("host"):
            first = head.fields, [f for f in head.fields if f[0].lower() != "host"]
            hosts = [f for f in head.fields if f[0].lower() == "host"]
            head.fields = [*first[1], hosts[0]]
            super().check_host(head, host, port, default)
            head.fields = [*first[1], hosts[-1]]

    def host_field(self, head, host, port, tls):
        return head.one("host") or host


class AnySni(ReferenceProxy):
    """Doesn't look at the name in the TLS hello, nor inside."""

    expected = "host-consistency"
    first = "sni"
    check_options = ALLOW_ONLY

    def sni_agrees(self, name, host):
        self.__dict__["heard"] = name
        return True

    def check_host(self, head, host, port, default):
        if not self.__dict__.get("heard"):
            super().check_host(head, host, port, default)

    async def dial(self, host, address, port, context):
        return await super().dial((self.__dict__.pop("heard", None) or host), address, port, context)


class TrustsSni(ReferenceProxy):
    """Goes by the name in the hello instead of the one in CONNECT."""

    expected = "host-consistency"
    first = "sni"
    check_options = ALLOW_ONLY

    async def connect_request(self, head, reader, writer, tenant):
        host, port = self.authority(head.target, None)
        await self.tunnel(host, port, tenant, reader, writer)
        return False

    def sni_agrees(self, name, host):
        return name is not None and name.endswith(("api.letsbe-world.example", ".tools.letsbe-world.example"))

    async def inner(self, head, reader, writer, tenant, fixed):
        return await self.forward(head, *fixed, tenant, reader, writer)


class AnyInnerHost(ReferenceProxy):
    """A tunnel to an allowed host carries requests for any other."""

    expected = "host-consistency"
    first = "inner"
    check_options = ALLOW_ONLY

    async def inner(self, head, reader, writer, tenant, fixed):
        if head.method == "CONNECT":
            return await super().inner(head, reader, writer, tenant, fixed)
        return await self.forward(head, *fixed, tenant, reader, writer)

    def host_field(self, head, host, port, tls):
        return head.all("host")[-1] if tls and head.all("host") else host


class FirstInnerHost(ReferenceProxy):
    """Checks the Host of the first request in a tunnel only."""

    expected = "host-consistency"
    first = "inner"
    check_options = ALLOW_ONLY

    async def terminate(self, host, reader, writer):
        self.__dict__["fresh"] = True
        return await super().terminate(host, reader, writer)

    def check_host(self, head, host, port, default):
        if self.__dict__.pop("fresh", False) or head.method == "CONNECT" or port != 443:
            super().check_host(head, host, port, default)

    def host_field(self, head, host, port, tls):
        return head.one("host") or host


class AbsoluteInside(ReferenceProxy):
    """Inside a tunnel an absolute target passes as it stands."""

    expected = "host-consistency"
    first = "inner"
    check_options = ALLOW_ONLY

    async def inner(self, head, reader, writer, tenant, fixed):
        if "://" in head.target:
            return await self.forward(head, *fixed, tenant, reader, writer)
        return await super().inner(head, reader, writer, tenant, fixed)


class TrustsAnyCertificate(ReferenceProxy):
    """Doesn't verify the site's certificate."""

    expected = "host-consistency"
    first = "untrusted"
    check_options = ALLOW_ONLY

    @property
    def trusted(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context


class PassesCredentials(ReferenceProxy):
    """Proxy-Authorization goes to the site."""

    expected = "no-header-leak"
    check_options = ALLOW_ONLY

    def ends_here(self, name, nominated):
        return name != "proxy-authorization" and super().ends_here(name, nominated)


class PassesCredentialsOnce(ReferenceProxy):
    """Strips Proxy-Authorization at the door, but not inside a tunnel."""

    expected = "no-header-leak"
    check_options = ALLOW_ONLY

    async def inner(self, head, reader, writer, tenant, fixed):
        self.__dict__["in_tunnel"] = True
        return await super().inner(head, reader, writer, tenant, fixed)

    def ends_here(self, name, nominated):
        if name == "proxy-authorization" and self.__dict__.get("in_tunnel"):
            return False
        return super().ends_here(name, nominated)


class PassesHopByHop(ReferenceProxy):
    """Fields of one connection go on to the next."""

    expected = "no-header-leak"
    check_options = ALLOW_ONLY

    def ends_here(self, name, nominated):
        return name not in ("keep-alive", "te", "trailer", "proxy-connection", "http2-settings") and super().ends_here(
            name, nominated
        )


class IgnoresNominated(ReferenceProxy):
    """Fields that Connection names go on to the site."""

    expected = "no-header-leak"
    check_options = ALLOW_ONLY

    def ends_here(self, name, nominated):
        return super().ends_here(name, set())


class NominatedByCase(ReferenceProxy):
    """Compares what Connection names letter by letter."""

    expected = "no-header-leak"
    check_options = ALLOW_ONLY

    def end_to_end(self, head):
        named = {name.strip() for value in head.all("connection") for name in value.split(",")}
        return [(n, v) for n, v in head.fields if n not in named and not self.ends_here(n.lower(), set())]


class ForwardedFor(ReferenceProxy):
    """Tells the site where its client is."""

    expected = "no-header-leak"
    first = "client-address"
    check_options = ALLOW_ONLY

    def end_to_end(self, head):
        return [*super().end_to_end(head), ("X-Forwarded-For", "127.0.0.1")]


class KeepsForwarded(ReferenceProxy):
    """Passes on what the client says about itself."""

    expected = "no-header-leak"
    first = "client-address"
    check_options = ALLOW_ONLY

    def ends_here(self, name, nominated):
        return name not in ("x-forwarded-for", "forwarded", "x-real-ip", "client-ip") and super().ends_here(
            name, nominated
        )


class EchoesTheRequest(ReferenceProxy):
    """Its error page repeats the request (CVE-2025-62168)."""

    expected = "no-header-leak"
    first = "echoed"
    check_options = ALLOW_ONLY

    async def read_head(self, reader):
        raw = await super().read_head(reader)
        self.__dict__["last"] = raw or b""
        return raw

    def refuse(self, writer, refused):
        page = b"<pre>" + self.__dict__.get("last", b"") + b"</pre>"
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(page) + page)


class AnswersTrace(ReferenceProxy):
    """Answers TRACE with what it was sent."""

    expected = "no-header-leak"
    first = "echoed"
    check_options = ALLOW_ONLY

    async def one(self, raw, reader, writer, tenant, fixed):
        if raw.startswith(b"TRACE"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(raw) + raw)
            return False
        return await super().one(raw, reader, writer, tenant, fixed)


class JoinsFoldedHost(ReferenceProxy):
    """Unfolds a folded Host into a list, checks its first word and sends all of it."""

    expected = "host-consistency"
    first = "uri-against-host"
    check_options = ALLOW_ONLY

    def parse(self, raw):
        return super().parse(re.sub(rb"\r\n[ \t]+", b", ", raw))

    def check_host(self, head, host, port, default):
        self.__dict__["sent"] = head.one("host")
        whole = head.fields
        head.fields = [(n, v.partition(",")[0] if n.lower() == "host" else v) for n, v in whole]
        super().check_host(head, host, port, default)

    def host_field(self, head, host, port, tls):
        return self.__dict__.pop("sent", None) or host


class SaysRealIp(ReferenceProxy):
    """Writes the client's address into a field of its own name."""

    expected = "no-header-leak"
    first = "client-address"
    check_options = ALLOW_ONLY

    def end_to_end(self, head):
        return [*super().end_to_end(head), ("X-Client-Host", "127.0.0.1")]
