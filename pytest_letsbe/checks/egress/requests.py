"""Reads requests out of what a canary heard, leniently: as many requests as any server could see in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_START = re.compile(rb"(?:\A|\n|\r)([A-Za-z]{2,20})[ \t]+(\S+)[ \t]+HTTP/[0-9.]+[ \t]*\r?\n")


@dataclass(frozen=True, slots=True)
class Request:
    """A head as heard; ``authority`` is that of an absolute target."""

    method: str
    target: str
    authority: str
    fields: tuple[tuple[str, str], ...]

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key.lower() == name]


def requests_in(data: bytes) -> Iterator[Request]:
    """Every piece that looks like a request's head, in order."""
    for found in _START.finditer(data):
        end = re.compile(rb"\r?\n\r?\n").search(data, found.end() - 2)
        head = data[found.end() : end.start() if end else len(data)].decode("latin-1")
        fields = tuple(
            (name.strip(), value.strip())
            for name, colon, value in (line.partition(":") for line in re.split(r"[\r\n]+", head))
            if colon
        )
        target = found[2].decode("latin-1")
        authority = (
            target.partition("://")[2].partition("/")[0].rpartition("@")[2] if "://" in target.partition("?")[0] else ""
        )
        yield Request(found[1].decode("latin-1"), target, authority, fields)
