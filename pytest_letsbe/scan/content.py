"""A file's bytes as text to judge: UTF-16 and UTF-32 are turned into UTF-8, binaries are told apart."""

from __future__ import annotations

import codecs

#: A NUL this early makes a file binary, as for git and grep.
PROBE = 8000

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def is_wide(raw: bytes) -> bool:
    """Isn't it plain UTF-8 from the first byte on: is it a binary, or text of two or four bytes a character?"""
    return b"\0" in raw[:PROBE]


def text_of(raw: bytes) -> bytes | None:
    """UTF-8 (or whatever superset of ASCII it was), or None for a binary."""
    if not is_wide(raw):
        return raw
    encoding = _wide(raw[:PROBE])
    if encoding is None:
        return None
    text = raw.decode(encoding, "replace").removeprefix("\ufeff")
    return text.encode("utf-8", "surrogatepass")


def _wide(head: bytes) -> str | None:
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    # Without a mark: text of mostly ASCII has its NULs on one side only, and hardly a byte without one.
    even, odd = head[0::2], head[1::2]
    if len(head) >= 16:
        if odd.count(0) > 0.9 * len(odd) and even.count(0) == 0:
            return "utf-16-le"
        if even.count(0) > 0.9 * len(even) and odd.count(0) == 0:
            return "utf-16-be"
    return None


def is_minified(path: str, text: bytes) -> bool:
    """Made by a tool, for machines: source maps, minified code, or lines nobody wrote."""
    name = path.rpartition("/")[2].lower()
    if name.endswith((".map", ".min.js", ".min.css", ".min.mjs", ".bundle.js")):
        return True
    if len(text) < 4096 or not name.endswith((".js", ".mjs", ".cjs", ".css", ".html", ".svg")):
        return False
    return len(text) > 400 * (text.count(b"\n") + 1)


class Lines:
    """Offsets into line and column, both 1-based; columns count characters, as editors do."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    def place(self, offset: int) -> tuple[int, int]:
        start = self._text.rfind(b"\n", 0, offset) + 1
        line = self._text.count(b"\n", 0, start) + 1
        return line, len(self._text[start:offset].decode("utf-8", "replace")) + 1

    def line_of(self, offset: int) -> bytes:
        start = self._text.rfind(b"\n", 0, offset) + 1
        end = self._text.find(b"\n", offset)
        return self._text[start : len(self._text) if end < 0 else end]
