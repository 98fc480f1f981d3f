"""Proxies that mistake a name, a port, a form or a client for another."""

import asyncio
import contextlib
import re
import unicodedata

from pytest_letsbe.reference.proxy import ReferenceProxy
from pytest_letsbe.reference.proxy.names import Refused


class AllowsEverything(ReferenceProxy):
    """Its policy engine says yes to all."""

    expected = "deny-unlisted"

    def permit(self, tenant, host, port, scheme, method):
        self.in_force()


class EndsWith(ReferenceProxy):
    """A suffix needs no dot before it."""

    expected = "deny-unlisted"
    first = "suffix"

    def covers(self, rule, host):
        return host.endswith(rule.name)


class StartsWith(ReferenceProxy):
    """Compares as many letters as the rule has."""

    expected = "deny-unlisted"
    first = "suffix"

    def covers(self, rule, host):
        return host.startswith(rule.name) or super().covers(rule, host)


class Contains(ReferenceProxy):
    """A rule's name anywhere in the host will do."""

    expected = "deny-unlisted"
    first = "suffix"

    def covers(self, rule, host):
        return rule.name in host


class RegexDots(ReferenceProxy):
    """Puts names into a pattern without escaping their dots."""

    expected = "deny-unlisted"
    first = "suffix"

    def covers(self, rule, host):
        return re.fullmatch((r".*\." if rule.below else "") + rule.name, host) is not None


class UnanchoredRegex(ReferenceProxy):
    """Searches where it should match to the end, as man-page examples do."""

    expected = "deny-unlisted"
    first = "suffix"

    def covers(self, rule, host):
        return re.match((r".*\." if rule.below else "") + re.escape(rule.name), host) is not None


class SubdomainsToo(ReferenceProxy):
    """An exact rule lets everything below it out as well."""

    expected = "deny-unlisted"
    first = "suffix"

    def covers(self, rule, host):
        return host == rule.name or host.endswith("." + rule.name)


class ApexToo(ReferenceProxy):
    """A suffix rule covers the suffix itself."""

    expected = "deny-unlisted"
    first = "suffix"

    def covers(self, rule, host):
        return super().covers(rule, host) or (rule.below and host == rule.name)


class _AnyText(ReferenceProxy):
    """Takes any text for a host, so that what looks at it later is the only guard."""

    def host(self, text):
        literal = self.literal(text)
        return str(literal) if literal else self.folded(text)

    def check_host(self, head, host, port, default):
        pass

    def sni_agrees(self, name, host):
        return True


class CaseMatters(_AnyText):
    """Compares a denied name letter by letter and asks DNS for it in any case."""

    expected = "deny-unlisted"

    def folded(self, text):
        return text


class DotMatters(_AnyText):
    """Compares a denied name with its trailing dot; DNS drops the dot (CVE-2022-24825)."""

    expected = "deny-unlisted"

    def folded(self, text):
        return text.lower()


class BracketsMatter(_AnyText):
    """Compares a denied name with brackets around it, and dials it without (GHSA-qwrf-gfpj-qvj6)."""

    expected = "deny-unlisted"

    async def addresses(self, host):
        return await super().addresses(host.strip("[]") if "." in host else host)


class FoldsLate(_AnyText):
    """Folds look-alike letters when it dials, after the rules were asked."""

    expected = "deny-unlisted"

    async def addresses(self, host):
        with contextlib.suppress(UnicodeError):
            host = host.encode("latin-1").decode("utf-8")
        folded = unicodedata.normalize("NFKC", host).replace("\u3002", ".").replace("\uff61", ".")
        folded = "".join(c for c in folded if c not in "\u00ad\u200d\u2060")
        return await super().addresses(folded.encode("ascii", "ignore").decode().lower().strip("."))


class DecodesLate(_AnyText):
    """Undoes percent escapes when it dials, after the rules were asked."""

    expected = "deny-unlisted"

    async def addresses(self, host):
        from urllib.parse import unquote

        return await super().addresses(unquote(host).strip("."))


class DropsLeadingDots(_AnyText):
    """Strips dots on both ends when it dials."""

    expected = "deny-unlisted"

    async def addresses(self, host):
        return await super().addresses(host.strip("."))


class EndsAtNul(_AnyText):
    """Matches the whole text and dials what stands before a NUL."""

    expected = "deny-unlisted"

    def lines(self, text):
        return text.split("\r\n")

    def parse(self, raw):
        return super().parse(raw.replace(b"\0", b"%00"))

    async def addresses(self, host):
        return await super().addresses(host.partition("%00")[0].partition(":")[0])


class _Splits(_AnyText):
    """Splits an authority at its own idea of a separator."""

    def cut(self, rest):
        authority, slash, path = rest.partition("/")
        return authority, slash or "/", path


class BelievesUserinfo(_Splits):
    """Checks what stands before @ and dials what stands behind it."""

    expected = "deny-unlisted"

    def split(self, text):
        host, _, behind = text.partition("@")
        self.__dict__["behind"] = behind.rpartition("@")[2].partition(":")[0]
        return super().split(host) if behind else super().split(text)

    async def addresses(self, host):
        return await super().addresses(self.__dict__.pop("behind", "") or host)


class BelievesTheEnd(_Splits):
    """Matches the end of the text, and dials up to the first character that no host has."""

    expected = "deny-unlisted"

    def parse(self, raw):
        line, _, rest = raw.partition(b"\r\n")
        return super().parse(re.sub(rb"(?<=[a-z])[\t ](?=api)", b"%20", line) + b"\r\n" + rest)

    def split(self, text):
        return (text, "") if not re.fullmatch(r"[^:]*:\d+", text) else super().split(text)

    def port(self, text, default):
        return int(text) if text.isdigit() else 80

    def covers(self, rule, host):
        return super().covers(
            rule, re.split(r"[@,\s]|%20|%40", host)[-1].partition(":80")[0] if ":80" not in rule.name else host
        )

    async def addresses(self, host):
        return await super().addresses(re.split(r"[^a-z0-9.-]", host.strip("["))[0])


class AnyPort(ReferenceProxy):
    """A listed host is reached on every port."""

    expected = "deny-unlisted"
    first = "ports"

    def fits(self, rule, port, scheme, method):
        return super().fits(rule, next(iter(rule.ports)), scheme, method)


class WrapsPorts(ReferenceProxy):
    """Keeps 16 bits of a port (CVE-2011-1843), and checks it before."""

    expected = "deny-unlisted"
    first = "ports"

    def port(self, text, default):
        return int(text) if text.isdigit() else super().port(text, default)

    def fits(self, rule, port, scheme, method):
        return port > 65535 or super().fits(rule, port, scheme, method)

    async def dial(self, host, address, port, context):
        return await super().dial(host, address, port % 65536, context)


class LenientPorts(ReferenceProxy):
    """Compares a port as text and dials it as a number."""

    expected = "deny-unlisted"
    first = "ports"

    def port(self, text, default):
        try:
            number = int(text, 0 if text.startswith("0x") else 10)
        except ValueError:
            return super().port(text, default)
        return number if text in ("80", "443", "22", "25") else -number

    def fits(self, rule, port, scheme, method):
        return port < 0 or super().fits(rule, port, scheme, method)

    async def dial(self, host, address, port, context):
        return await super().dial(host, address, abs(port), context)


class OnlyConnectPorts(ReferenceProxy):
    """Binds ports for CONNECT and forgets http://host:22/."""

    expected = "deny-unlisted"
    first = "ports"

    def fits(self, rule, port, scheme, method):
        return super().fits(rule, port if method == "CONNECT" else 80, scheme, method)


class AnyMethod(ReferenceProxy):
    """Methods of a rule are decoration."""

    expected = "deny-unlisted"
    first = "schemes"

    def fits(self, rule, port, scheme, method):
        return super().fits(rule, port, scheme, "CONNECT")


class AnyScheme(ReferenceProxy):
    """Schemes and ports of a rule are decoration."""

    expected = "deny-unlisted"
    first = "schemes"

    def fits(self, rule, port, scheme, method):
        return not rule.methods or method in rule.methods or method == "CONNECT"


class ResolvesFirst(ReferenceProxy):
    """Asks DNS before it asks the rules."""

    expected = "deny-unlisted"
    first = "dns-exfil"

    def permit(self, tenant, host, port, scheme, method):
        asyncio.get_running_loop().create_task(self.ask(host, "A"))
        super().permit(tenant, host, port, scheme, method)


class AddressesAreFine(ReferenceProxy):
    """Public addresses by number need no rule."""

    expected = "deny-unlisted"
    first = "unlisted-addresses"

    def permit(self, tenant, host, port, scheme, method):
        literal = self.literal(host if ":" not in host else f"[{host}]")
        if literal is None or not self.is_public(literal):
            super().permit(tenant, host, port, scheme, method)


class FollowsRedirects(ReferenceProxy):
    """Follows a redirect on its client's behalf."""

    expected = "deny-unlisted"
    first = "redirects"

    async def answer_head(self, reader):
        raw = await super().answer_head(reader)
        found = re.search(rb"Location: http://([^/:\r]+)", raw)
        if found:
            address = (await self.addresses(found[1].decode()))[0]
            _, writer = await asyncio.open_connection(str(address), 80)
            writer.write(b"GET / HTTP/1.1\r\nHost: " + found[1] + b"\r\n\r\n")
            await writer.drain()
        return raw


class ServesOriginForm(ReferenceProxy):
    """Serves `GET /path` for whatever Host says."""

    expected = "deny-unlisted"
    first = "request-forms"

    async def absolute(self, head, reader, writer, tenant):
        if head.target.startswith("/"):
            host, port = self.authority(head.one("host"), 80)
            return await self.forward(head, host, port, False, tenant, reader, writer)
        return await super().absolute(head, reader, writer, tenant)


class BelievesForwardedHost(ReferenceProxy):
    """X-Forwarded-Host decides where a request goes."""

    expected = "deny-unlisted"
    first = "request-forms"

    async def connect(self, host, port, tls):
        return await super().connect(self.__dict__.pop("steered", None) or host, port, tls)

    def parse(self, raw):
        head = super().parse(raw)
        for name in ("x-forwarded-host", "x-original-url", "x-upstream-https-proxy"):
            value = head.one(name)
            if value:
                self.__dict__["steered"] = value.partition("://")[2].partition("/")[0].partition(":")[0] or value
        return head


class LooseForms(ReferenceProxy):
    """Reads a target with any slashes, any scheme and none."""

    expected = "deny-unlisted"
    first = "request-forms"

    def parse(self, raw):
        line, _, rest = raw.partition(b"\r\n")
        words = line.split()
        if len(words) == 2:
            words.append(b"HTTP/1.0")
        if words[0] != b"CONNECT" and len(words) == 3 and not re.match(rb"/(?![/\\])", words[1]):
            words[1] = re.sub(rb"^(?:[A-Za-z]+:)?[/\\]*", b"http://", words[1])
        return super().parse(b" ".join(words) + b"\r\n" + rest)

    def check_host(self, head, host, port, default):
        pass

    def permit(self, tenant, host, port, scheme, method):
        if method == "CONNECT":
            super().permit(tenant, host, port, scheme, method)


class LooseConnect(ReferenceProxy):
    """Finds a host in whatever CONNECT is given, and asks the rules about TLS only."""

    expected = "deny-unlisted"
    first = "request-forms"

    async def connect_request(self, head, reader, writer, tenant):
        host = re.sub(r"^\w+://", "", head.target).partition("/")[0].partition(":")[0]
        if head.target.endswith(":443"):
            return await super().connect_request(head, reader, writer, tenant)
        await self.tunnel(host, 80, tenant, reader, writer)
        return False

    def permit(self, tenant, host, port, scheme, method):
        if port != 80 or scheme != "http" or method == "CONNECT" or "evil" not in host:
            super().permit(tenant, host, port, scheme, method)


class JudgesTheFirst(ReferenceProxy):
    """Asks the rules for the first request of a connection only."""

    expected = "deny-unlisted"
    first = "second-requests"

    async def client(self, reader, writer):
        self.__dict__.setdefault("judged", set())
        await super().client(reader, writer)

    async def requests(self, reader, writer, tenant, fixed=None):
        self.__dict__["fresh"] = True
        await super().requests(reader, writer, tenant, fixed)

    def permit(self, tenant, host, port, scheme, method):
        if self.__dict__.pop("fresh", False):
            super().permit(tenant, host, port, scheme, method)


class GoesOnAfterRefusal(ReferenceProxy):
    """A refused CONNECT opens the way for what follows it (RFC 9931)."""

    expected = "deny-unlisted"
    first = "second-requests"

    def after_refusal(self, refused):
        self.__dict__["open"] = True
        return True

    async def absolute(self, head, reader, writer, tenant):
        if head.target.startswith("/") and self.__dict__.pop("open", False):
            host, port = self.authority(head.one("host"), 80)
            return await self.forward(head, host, port, False, tenant, reader, writer)
        return await super().absolute(head, reader, writer, tenant)


class SpeaksSocks(ReferenceProxy):
    """Serves SOCKS5 and SOCKS4a on the same port, without the rules."""

    expected = "deny-unlisted"
    first = "other-protocols"

    async def requests(self, reader, writer, tenant, fixed=None):
        if fixed is None:
            first = await reader.read(1)
            if first == b"\5":
                await reader.read(2)
                writer.write(b"\5\0")
                kind = (await reader.readexactly(4))[3]
                name = (
                    await reader.readexactly((await reader.readexactly(1))[0])
                    if kind == 3
                    else await reader.readexactly(4)
                )
                host = name.decode() if kind == 3 else ".".join(map(str, name))
                await self.connect(host, 80, False)
                return
            if first == b"\4":
                await reader.readexactly(8)
                await self.connect((await reader.read(100)).strip(b"\0").decode(), 80, False)
                return
            from pytest_letsbe.reference.proxy.streams import Peeked

            reader = Peeked(first, reader)
        await super().requests(reader, writer, tenant, fixed)


class SpeaksHttp2(ReferenceProxy):
    """Serves HTTP/2 by prior knowledge, without the rules."""

    expected = "deny-unlisted"
    first = "other-protocols"

    async def read_head(self, reader):
        raw = await super().read_head(reader)
        if raw and raw.startswith(b"PRI * HTTP/2.0"):
            from h2.config import H2Configuration
            from h2.connection import H2Connection
            from h2.events import RequestReceived

            server = H2Connection(
                H2Configuration(client_side=False, validate_inbound_headers=False, header_encoding="utf-8")
            )
            server.initiate_connection()
            for event in server.receive_data(raw + await reader.read(65536)):
                if isinstance(event, RequestReceived):
                    host = dict(event.headers)[":authority"].partition(":")[0]
                    _, writer, _ = await self.connect(host, 80, False)
                    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    await writer.drain()
            raise Refused(400, "http2")
        return raw


class EndsAtSeparators(_Splits):
    """Matches the end of an authority, and dials what stands before its first separator."""

    expected = "deny-unlisted"
    first = "authority-parts"

    def cut(self, rest):
        head, slash, path = rest.rpartition("/probe")
        return (head, slash, path) if slash else super().cut(rest)

    def split(self, text):
        host, colon, port = text.rpartition(":")
        return (host, port) if colon and port.isdigit() else (text, "")

    def host(self, text):
        return text.lower()

    def port(self, text, default):
        return super().port(text, default or 80)

    def covers(self, rule, host):
        return super().covers(rule, re.split(r"[@,]", host)[-1])

    async def addresses(self, host):
        return await super().addresses(re.split(r"[^a-z0-9.-]", host)[0])


class ObeysSteeringFields(ReferenceProxy):
    """X-Original-URL, X-Forwarded-Host and the like decide where a request goes, as in a gateway behind another."""

    expected = "deny-unlisted"
    first = "request-forms"

    async def forward(self, head, host, port, tls, tenant, reader, writer):
        for name in ("x-forwarded-host", "x-original-url", "x-upstream-https-proxy"):
            value = head.one(name)
            if value:
                host = re.sub(r"^\w+://", "", value).partition("/")[0].partition(":")[0]
        return await super().forward(head, host, port, tls, tenant, reader, writer)


class TrimsLeadingDots(_AnyText):
    """Strips dots on both ends of a denied name when it looks it up, and dials nothing else oddly."""

    expected = "deny-unlisted"
    first = "denied-spellings"
    check_options = {"modes": ["deny"]}

    def covers(self, rule, host):
        return not host.startswith(".") and super().covers(rule, host)

    async def addresses(self, host):
        return await super().addresses(host.strip("."))


class AnyMethodInside(ReferenceProxy):
    """Asks for the method at its door, and never of what it reads inside TLS."""

    expected = "deny-unlisted"
    first = "methods-inside-tls"
    check_options = {"modes": ["allow"]}

    def permit(self, tenant, host, port, scheme, method):
        super().permit(tenant, host, port, scheme, "CONNECT" if scheme == "https" else method)
