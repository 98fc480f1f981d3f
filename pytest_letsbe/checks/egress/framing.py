"""Finds what two HTTP parsers could read in two ways (RFC 9112, 2.2, 5.1, 5.2, 6.3, 7.1), in what a canary heard."""

from __future__ import annotations

import re
from collections.abc import Iterator

_METHODS = rb"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE|CONNECT)"
_LINE = re.compile(rb"[A-Z]+ [!-~\x80-\xff]+ HTTP/1\.[01]\Z")
_FIELD = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\0\r\n]*\Z")
_SIZE = re.compile(rb"[0-9A-Fa-f]{1,16}\Z")


def ambiguities(data: bytes) -> list[str]:
    """What is wrong with the requests on one connection, in order; nothing for bytes that are no HTTP/1."""
    if not re.match(_METHODS + rb"\b", data):
        return []
    found: list[str] = []
    while data:
        rest = _one(data, found)
        if rest is None:
            break
        data = rest
    return found


def _one(data: bytes, found: list[str]) -> bytes | None:
    """Read one request; what follows it, or None when reading ends here."""
    head, end, rest = data.partition(b"\r\n\r\n")
    if not end:
        if b"\n\n" in data or b"\n\r\n" in data:
            found.append("a head that ends in bare line feeds")
        return None
    lines = head.split(b"\r\n")
    found += _line_faults(lines)
    lengths = _values(lines, b"content-length")
    codings = _values(lines, b"transfer-encoding")
    if lengths and codings:
        found.append("Content-Length beside Transfer-Encoding")
    if len(lengths) > 1:
        found.append("two Content-Length fields")
    if any(not re.fullmatch(rb"[0-9]+", value) for value in lengths):
        found.append("a Content-Length that is no number")
    if len(codings) > 1 or any(value.lower() != b"chunked" for value in codings):
        found.append("a Transfer-Encoding other than one `chunked`")
    if codings and lines[0].endswith(b"HTTP/1.0"):
        found.append("Transfer-Encoding in HTTP/1.0")
    if found:
        return None
    if codings:
        return _after_chunks(rest, found)
    length = int(lengths[0]) if lengths else 0
    return rest[length:] if len(rest) >= length else None


def _line_faults(lines: list[bytes]) -> Iterator[str]:
    if not _LINE.match(lines[0]):
        yield "a request line with other bytes than it may have"
    for line in lines[1:]:
        if line[:1] in (b" ", b"\t"):
            yield "a folded field"
        elif b"\n" in line or b"\r" in line:
            yield "a bare line end inside a field"
        elif b"\0" in line:
            yield "a NUL inside a field"
        elif not _FIELD.match(line):
            yield "a field whose name is no token"


def _values(lines: list[bytes], name: bytes) -> list[bytes]:
    """Values of fields that any parser could take for ``name``."""
    found = []
    for line in lines[1:]:
        key, colon, value = line.partition(b":")
        if colon and key.strip(b" \t\v\f\0\r\n").lower() == name:
            found.append(value.strip(b" \t"))
    return found


def _after_chunks(rest: bytes, found: list[str]) -> bytes | None:
    while True:
        line, end, rest = rest.partition(b"\r\n")
        if not end:
            if b"\n" in line:
                found.append("a chunk size that ends in a bare line feed")
            return None
        number, _, extension = line.partition(b";")  # an extension is allowed, and ignored by who doesn't know it
        if not _SIZE.match(number) or re.search(rb"[\0\r\n]", extension):
            found.append("a chunk size that isn't plain")
            return None
        size = int(number, 16)
        if size == 0:
            _, end, rest = (b"\r\n" + rest).partition(b"\r\n\r\n")
            return rest if end else None
        if len(rest) < size + 2:
            return None
        if rest[size : size + 2] != b"\r\n":
            found.append("a chunk longer than it says")
            return None
        rest = rest[size + 2 :]
