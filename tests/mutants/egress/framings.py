"""Proxies that pass on what two parsers read in two ways."""

import re

from pytest_letsbe.reference.proxy import ReferenceProxy

#: The other mode shows nothing more of these.
ALLOW_ONLY = {"modes": ["allow"]}


class _Verbatim(ReferenceProxy):
    """Sends a request's head and body on as they came."""

    def parse(self, raw):
        self.__dict__["raw"] = raw
        return self.read(raw)

    def read(self, raw):
        return super().parse(raw)

    async def body(self, head, reader):
        """A body as long as it is said to be, without taking it apart."""
        length = int(re.sub(r"\D.*", "", (head.one("content-length") or "0").strip("+ ")) or 0)
        if head.length is None or any("chunked" in v for v in head.all("transfer-encoding")):
            return await reader.read(65536)
        return await reader.readexactly(length) if length else b""

    def message(self, head, body, host, port, tls, websocket):
        line, _, rest = self.__dict__["raw"].partition(b"\r\n")
        if b"\n" in line:
            line, _, rest = self.__dict__["raw"].partition(b"\n")
        line = re.sub(rb"https?://[^/\s]+", b"", line, count=1)
        return line + b"\r\n" + rest + body


class PassesBothFramings(_Verbatim):
    """Content-Length beside Transfer-Encoding goes on (CVE-2026-54387)."""

    expected = "no-smuggling"
    first = "length-and-chunks"
    check_options = ALLOW_ONLY

    def framing(self, head):
        head.length = (
            None if head.one("transfer-encoding") else int((head.one("content-length") or "0")[:4].strip(",x+ ") or 0)
        )


class PassesTwoLengths(_Verbatim):
    """Two Content-Length fields go on."""

    expected = "no-smuggling"
    first = "length-and-chunks"
    check_options = ALLOW_ONLY

    def framing(self, head):
        if len(head.all("content-length")) < 2:
            return super().framing(head)
        head.length = 1
        return None


class PassesOddLengths(_Verbatim):
    """`Content-Length: +4` and lists of lengths go on."""

    expected = "no-smuggling"
    first = "length-and-chunks"
    check_options = ALLOW_ONLY

    def framing(self, head):
        if head.one("transfer-encoding") or len(head.all("content-length")) != 1:
            return super().framing(head)
        head.length = 1
        return None


class PassesOddCodings(_Verbatim):
    """Any Transfer-Encoding with `chunked` in it counts, and goes on as it stands (CVE-2026-31842)."""

    expected = "no-smuggling"
    first = "coding-disguises"
    check_options = ALLOW_ONLY

    def framing(self, head):
        if not head.one("transfer-encoding"):
            return super().framing(head)
        head.length = None
        return None


class OneZeroChunked(_Verbatim):
    """Transfer-Encoding in HTTP/1.0 goes on."""

    expected = "no-smuggling"
    first = "coding-disguises"
    check_options = ALLOW_ONLY

    def framing(self, head):
        minor, head.minor = head.minor, 1
        super().framing(head)
        head.minor = minor


class PassesFields(_Verbatim):
    """Fields go on whatever bytes they hold."""

    expected = "no-smuggling"
    first = "line-ends"
    check_options = ALLOW_ONLY

    def lines(self, text):
        return text.split("\r\n")

    def fields(self, lines):
        for line in lines:
            name, _, value = line.partition(":")
            yield name.strip(" \t\0"), value.strip()

    def framing(self, head):
        head.length = None if head.one("transfer-encoding") else 1 if head.one("content-length") else 0


class PassesFolded(_Verbatim):
    """A folded field goes on folded."""

    expected = "no-smuggling"
    first = "line-ends"
    check_options = ALLOW_ONLY

    def read(self, raw):
        return super().read(re.sub(rb"\r\n[ \t]+", b" ", raw))


class PassesBareLineFeeds(_Verbatim):
    """Reads lines that end in LF alone, and sends them so (GHSA-3365-q9qx-f98m)."""

    expected = "no-smuggling"
    first = "line-ends"
    check_options = ALLOW_ONLY

    def read(self, raw):
        return super().read(re.sub(rb"\r?\n", b"\r\n", raw))

    async def read_head(self, reader):
        raw = b""
        while not raw.endswith((b"\n\n", b"\n\r\n")):
            line = await reader.readline()
            if not line:
                return None
            raw += line
        return raw


class PassesCarriageReturns(_Verbatim):
    """A bare CR inside a field goes on."""

    expected = "no-smuggling"
    first = "line-ends"
    check_options = ALLOW_ONLY

    def read(self, raw):
        return super().read(re.sub(rb"\r(?!\n)", b" ", raw))


class PassesNul(_Verbatim):
    """A NUL inside a field goes on."""

    expected = "no-smuggling"
    first = "line-ends"
    check_options = ALLOW_ONLY

    def read(self, raw):
        return super().read(raw.replace(b"\0", b"0"))


class PassesSpacedNames(_Verbatim):
    """A space before the colon, or inside a name, goes on."""

    expected = "no-smuggling"
    first = "coding-disguises"
    check_options = ALLOW_ONLY

    def read(self, raw):
        head, _, rest = raw.partition(b"\r\n")
        return super().read(head + b"\r\n" + re.sub(rb"(?m)^([^:\r\n]*)[ \t]+([^:\r\n]*):", rb"\1\2:", rest))


class LooseRequestLine(_Verbatim):
    """A request line with tabs, spaces or stray bytes goes on."""

    expected = "no-smuggling"
    first = "line-ends"
    check_options = ALLOW_ONLY

    def read(self, raw):
        line, _, rest = raw.partition(b"\r\n")
        words = line.split()
        return super().read(b" ".join([words[0], b"".join(words[1:-1]), words[-1]]) + b"\r\n" + rest)


class PassesChunks(_Verbatim):
    """Chunks go on as they came, whatever their sizes say (CVE-2023-46846)."""

    expected = "no-smuggling"
    check_options = ALLOW_ONLY


class GluesRequests(_Verbatim):
    """Sends what follows a message along with it."""

    expected = "no-smuggling"
    first = "early-data"
    check_options = ALLOW_ONLY

    async def body(self, head, reader):
        body = await super().body(head, reader)
        return body + (bytes(reader._buffer) if reader._buffer else b"")


class PassesUpgrades(ReferenceProxy):
    """Any Upgrade opens a tunnel to the site, h2c as well."""

    expected = "no-smuggling"
    first = "early-data"
    check_options = ALLOW_ONLY

    def is_websocket(self, head):
        return bool(head.one("upgrade"))

    async def forward(self, head, host, port, tls, tenant, reader, writer):
        if not head.one("upgrade") or head.one("upgrade").lower() == "websocket":
            return await super().forward(head, host, port, tls, tenant, reader, writer)
        up_reader, up_writer, _ = await self.connect(host, port, tls)
        up_writer.write(
            f"GET {head.target} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n".encode()
        )
        await self.both_ways(reader, writer, up_reader, up_writer)
        return False


class LineFeedChunks(_Verbatim):
    """Reads chunk sizes that end in LF alone, and sends the body as it came (CVE-2023-46846)."""

    expected = "no-smuggling"
    first = "chunk-forms"
    check_options = ALLOW_ONLY

    async def body(self, head, reader):
        if head.length is not None:
            return await super().body(head, reader)
        body = b""
        while not re.search(rb"(?:^|\n)0+\r?\n\r?\n$", body):
            data = await reader.read(65536)
            if not data:
                break
            body += data
        return body


class DecodesTargets(_Verbatim):
    """Undoes percent escapes in a target before it sends it, line ends too (CVE-2019-9740)."""

    expected = "no-smuggling"
    first = "line-ends"
    check_options = ALLOW_ONLY

    def message(self, head, body, host, port, tls, websocket):
        from urllib.parse import unquote_to_bytes

        line, _, rest = super().message(head, body, host, port, tls, websocket).partition(b"\r\n")
        return unquote_to_bytes(line) + b"\r\n" + rest
