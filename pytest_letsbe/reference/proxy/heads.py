"""Reads a message's head by the letter of RFC 9112: what two parsers could read in two ways is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .dialing import Dialing
from .names import Refused

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_LINE = re.compile(r"([A-Z]{1,20}) ([!-~]+) HTTP/1\.([01])\Z")
_VALUE = re.compile(r"[\t -~\x80-\xff]*\Z")
_LENGTH = re.compile(r"[0-9]{1,15}\Z")


@dataclass
class Head:
    """A request's head. ``length`` is the body's, None when it is chunked."""

    method: str
    target: str
    minor: int
    fields: list[tuple[str, str]] = field(default_factory=list)
    length: int | None = 0

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key.lower() == name]

    def one(self, name: str) -> str | None:
        found = self.all(name)
        return found[0] if found else None


class Heads(Dialing):
    """Parsing, with each strictness a method."""

    def parse(self, raw: bytes) -> Head:
        """A request's head up to its empty line. Raises Refused(400)."""
        text = raw.decode("latin-1")
        if not text.endswith("\r\n\r\n"):
            raise Refused(400, "head")
        lines = self.lines(text[:-4])
        found = _LINE.match(lines[0])
        if not found:
            raise Refused(400, "request-line")
        head = Head(found[1], found[2], int(found[3]), list(self.fields(lines[1:])))
        self.framing(head)
        return head

    def lines(self, text: str) -> list[str]:
        lines = text.split("\r\n")
        if any("\n" in line or "\r" in line or "\0" in line for line in lines):
            raise Refused(400, "line-end")
        return lines

    def fields(self, lines: list[str]) -> Iterator[tuple[str, str]]:
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon or not _TOKEN.match(name) or not _VALUE.match(value):
                raise Refused(400, "field")
            yield name, value.strip(" \t")

    def framing(self, head: Head) -> None:
        """Set ``length``; one length or one ``chunked``, never both (RFC 9112, 6.3)."""
        lengths, codings = head.all("content-length"), head.all("transfer-encoding")
        if len(lengths) > 1 or len(codings) > 1 or (lengths and codings):
            raise Refused(400, "framing")
        if codings:
            if codings[0].lower() != "chunked" or head.minor == 0:
                raise Refused(400, "framing")
            head.length = None
        elif lengths:
            if not _LENGTH.match(lengths[0]):
                raise Refused(400, "framing")
            head.length = int(lengths[0])

    def check_host(self, head: Head, host: str, port: int, default: int) -> None:
        """The Host field must name the destination (RFC 9110, 7.2): what is checked is what the other side serves."""
        hosts = head.all("host")
        if len(hosts) != 1 or self.authority(hosts[0], default) != (host, port):
            raise Refused(400, "host-field")
