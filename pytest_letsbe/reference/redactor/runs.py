"""Readings of runs that carry bytes: base64, hex and base32, packed or not, wherever the text in them begins."""

from __future__ import annotations

import binascii
import re
import zlib
from base64 import b32decode
from bisect import bisect_right
from collections.abc import Iterator

from .view import Builder, View

#: No packed run is unpacked past this.
INFLATED = 1 << 20

_READABLE = re.compile(
    rb"(?:[\x00\t\n\r\x1b\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){8,}"
)
# Seven plain characters in a row are tested first: random bytes rarely hold them.
_PLAIN = bytes(49 if 32 <= b < 127 or b in (0, 9, 10, 13, 27) else 48 for b in range(256))
_PACKED = re.compile(rb"\x1f\x8b\x08|x[\x01\x5e\x9c\xda]")


class _Run:
    """Characters of a text that belong together, in one line or several."""

    __slots__ = ("_lines", "_offsets", "chars", "end")

    def __init__(self, chars: str, lines: list[tuple[int, int]]) -> None:
        self.chars = chars
        self._lines = lines
        self._offsets = [0]
        for start, end in lines[:-1]:
            self._offsets.append(self._offsets[-1] + end - start)
        self.end = lines[-1][1]

    def place(self, offset: int) -> int:
        """Where the character at ``offset`` stands in the text."""
        line = bisect_right(self._offsets, offset) - 1
        return self._lines[line][0] + offset - self._offsets[line]


class _Decoded:
    """A view in the making: stretches of readable text, each standing for the characters it was written with."""

    def __init__(self, parent: View) -> None:
        self._builder = Builder(parent, scattered=True)

    def add(self, data: bytes, run: _Run, skipped: int, chars: int, bytes_: int) -> None:
        """``data`` was decoded from the run's characters after ``skipped``, ``chars`` of them for every ``bytes_``."""
        for match in _READABLE.finditer(data) if b"1111111" in data.translate(_PLAIN) else ():
            first = match.start() * chars // bytes_ + skipped
            last = -(-match.end() * chars // bytes_) + skipped
            start = run.place(0 if first < chars else first)
            end = run.end if last > len(run.chars) - chars else run.place(last - 1) + 1
            self._write(match[0], start, end)
        if data.count(0) * 3 >= len(data) > 8:
            wide = data.decode("utf-16-le" if data[1::2].count(0) >= data[::2].count(0) else "utf-16-be", "replace")
            if wide.count("\ufffd") * 4 < len(wide):
                self._write(wide.encode("utf-8", "replace"), run.place(0), run.end)
        for match in _PACKED.finditer(data) if b"x" in data or b"\x1f" in data else ():
            try:
                unpacked = zlib.decompressobj(31 if match[0][0] == 0x1F else 15).decompress(
                    data[match.start() :], INFLATED
                )
            except zlib.error:
                continue
            self._write(unpacked, run.place(0), run.end)
            break

    def _write(self, data: bytes, start: int, end: int) -> None:
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        self._builder.add(text, start, end)
        self._builder.part(end)

    def views(self) -> Iterator[View]:
        if self._builder:
            yield self._builder.view()


_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)|%[0-9a-fA-F]{2}", re.DOTALL)


def _whole(pattern: re.Pattern[str], match: re.Match[str]) -> re.Match[str]:
    """The run without an escape whose last characters it seems to begin with: replacing half an escape breaks it."""
    for back in (1, 2):
        if match.start() >= back and (escape := _ESCAPE.match(match.string, match.start() - back)):
            return pattern.match(match.string, escape.end()) or match
    return match


_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{11,}={0,2}")
_NEXT_LINE = re.compile(r"[ \t]*\r?\n[ \t]*([A-Za-z0-9+/]+={0,2})(\s*$|(?=[\s\"'<`)\ue000\ue001]))", re.MULTILINE)
_STANDARD = str.maketrans("-_", "+/")
#: `base64` wraps at 76, PEM at 64: shorter lines are no wrapped block.
_WRAPPED = 60


def base64_runs(view: View) -> Iterator[View]:
    """Both alphabets, padded or not, in lines or not, beginning at any of the four alignments."""
    text = view.text
    decoded = [_Decoded(view) for _ in range(4)]
    at = 0
    while match := _BASE64.search(text, at):
        run = _base64_block(text, _whole(_BASE64, match))
        at = run.end
        chars = run.chars
        if chars.islower() or chars.isupper() or chars.isdigit():
            continue
        data = chars.rstrip("=").translate(_STANDARD).encode("ascii")
        for skipped in range(4):
            rest = data[skipped:]
            whole = binascii.a2b_base64(rest + b"A" * (-len(rest) % 4))
            decoded[skipped].add(whole[: len(rest) * 3 // 4], run, skipped, 4, 3)
    for builder in decoded:
        yield from builder.views()


def base64_end(text: str, start: int, end: int) -> int:
    """Where a wrapped block of base64 ends whose first line is ``start:end``."""
    match = _BASE64.fullmatch(text, start, end)
    return _base64_block(text, match).end if match else end


def _base64_block(text: str, match: re.Match[str]) -> _Run:
    """The run and the lines it goes on in: as wide as the first, the last one shorter, four characters to a group."""
    lines = [match.span()]
    width = match.end() - match.start()
    while width >= _WRAPPED and lines[-1][1] - lines[-1][0] == width and text[lines[-1][1] - 1] != "=":
        follows = _NEXT_LINE.match(text, lines[-1][1])
        # Two dashes begin the border of a multipart body, not a line of base64.
        if follows is None or len(follows[1]) > width or follows[1].startswith("--"):
            break
        whole_line = follows.end() > follows.end(1) or follows.end(1) == len(text)
        total = width * len(lines) + len(follows[1])
        if follows[1].islower() or (total % 4 and not whole_line):
            break
        lines.append(follows.span(1))
    return _Run("".join(text[start:end] for start, end in lines), lines)


_HEX = re.compile(
    r"[0-9A-Fa-f]{16,}|(?<![0-9A-Za-z])(?:0x)?[0-9A-Fa-f]{2}(?:[:,\- ] ?(?:0x)?[0-9A-Fa-f]{2}){6,}(?![0-9A-Za-z])"
)
_NOT_HEX = re.compile(r"0x|[^0-9A-Fa-f]")


def hex_runs(view: View) -> Iterator[View]:
    """Pairs of hex digits, also ``67:68``, ``67 68`` and ``0x67,0x68``; a run may begin with half a pair."""
    decoded = _Decoded(view), _Decoded(view)
    for found in _HEX.finditer(view.text):
        match = _whole(_HEX, found)
        digits = match[0]
        if not digits.isalnum():
            digits = _NOT_HEX.sub("", digits)
            whole = _Run(match[0], [match.span()])
            decoded[0].add(bytes.fromhex(digits[: len(digits) & ~1]), whole, 0, len(match[0]), max(1, len(digits) // 2))
            continue
        run = _Run(digits, [match.span()])
        for skipped in (0, 1):
            even = digits[skipped : len(digits) - (len(digits) - skipped) % 2]
            decoded[skipped].add(bytes.fromhex(even), run, skipped, 2, 1)
    for builder in decoded:
        yield from builder.views()


_BASE32 = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z2-7]{16,}={0,6}|[A-Z2-7]{10,15}={1,6})")


def base32_runs(view: View) -> Iterator[View]:
    """RFC 4648 base32."""
    decoded = _Decoded(view)
    for match in _BASE32.finditer(view.text):
        run = _Run(match[0], [match.span()])
        letters = match[0].rstrip("=")
        letters = letters[: len(letters) - (len(letters) % 8 in (1, 3, 6))]
        decoded.add(b32decode(letters + "=" * (-len(letters) % 8)), run, 0, 8, 5)
    yield from decoded.views()
