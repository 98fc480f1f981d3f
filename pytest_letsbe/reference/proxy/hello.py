"""Finds the server name in a TLS ClientHello (RFC 8446, 4.1.2; RFC 6066, 3) without answering it."""

from __future__ import annotations

import struct


def server_name(record: bytes) -> str | None:
    """The name, or None when there is none or the record isn't a whole hello."""
    try:
        return _name(record)
    except (struct.error, IndexError, UnicodeDecodeError):
        return None


def _name(record: bytes) -> str | None:
    if record[0] != 0x16 or record[5] != 1:
        return None
    at = 5 + 4 + 2 + 32
    at += 1 + record[at]  # session id
    at += 2 + struct.unpack_from("!H", record, at)[0]  # cipher suites
    at += 1 + record[at]  # compression
    end = at + 2 + struct.unpack_from("!H", record, at)[0]
    at += 2
    while at < end:
        kind, length = struct.unpack_from("!HH", record, at)
        at += 4
        if kind == 0:
            size = struct.unpack_from("!H", record, at + 3)[0]
            return record[at + 5 : at + 5 + size].decode("ascii")
        at += length
    return None
