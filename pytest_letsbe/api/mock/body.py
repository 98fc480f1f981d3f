"""The body of a request from its connection, by length or in chunks (RFC 9112, 6 and 7.1), never more than allowed."""

from __future__ import annotations

import re
from email.message import Message
from io import BufferedIOBase

#: No request may bring more.
MAX_BODY = 8 * 1024 * 1024
_LINE = 4096


class BodyError(Exception):
    """The body can't be read; ``status`` is what the client is told."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def read_body(stream: BufferedIOBase, headers: Message, most: int = MAX_BODY) -> bytes:
    """All of it. Raises BodyError; what is left on the connection is then of no use."""
    coding = headers.get("Transfer-Encoding")
    if coding is not None:
        if coding.strip().lower() != "chunked":
            raise BodyError(501, f"the transfer coding {coding!r} isn't known")
        return _chunks(stream, most)
    length = headers.get("Content-Length", "0").strip()
    if not re.fullmatch(r"[0-9]{1,18}", length):
        raise BodyError(400, f"Content-Length {length!r} is no length")
    if int(length) > most:
        raise BodyError(413, f"the body has {int(length):,} bytes; {most:,} are taken")
    body = stream.read(int(length))
    if len(body) < int(length):
        raise BodyError(400, "the body broke off")
    return body


def _chunks(stream: BufferedIOBase, most: int) -> bytes:
    found = bytearray()
    while True:
        size = stream.readline(_LINE).split(b";")[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,16}", size):
            raise BodyError(400, "a chunk has no size")
        if len(found) + int(size, 16) > most:
            raise BodyError(413, f"the body has more than {most:,} bytes")
        if int(size, 16) == 0:
            break
        piece = stream.read(int(size, 16))
        if len(piece) < int(size, 16) or stream.readline(_LINE).strip():
            raise BodyError(400, "a chunk broke off")
        found += piece
    for _ in range(100):
        if not stream.readline(_LINE).strip():
            return bytes(found)
    raise BodyError(400, "there are too many trailers")
