"""The way back from text through bytes: base64, hex, base32, gzip, at any alignment inside a longer text.

Decoding text that was never encoded gives noise; only stretches of readable bytes are looked at further.
"""

from __future__ import annotations

import re
import zlib
from binascii import a2b_base64
from collections.abc import Iterator
from string import ascii_letters, ascii_uppercase, digits
from typing import TypeAlias

Decoded: TypeAlias = Iterator[tuple[str, str]]

#: No decompressed text may grow past this; a secret stands early or the bomb isn't ours to unpack.
INFLATED = 1 << 20


def text_of(data: bytes) -> str:
    """Bytes as text: UTF-8 where they are, else one character a byte."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


# Printable bytes become 1, UTF-8 lead bytes 2 to 4, continuation bytes 5, all else 0.
_CLASSES = bytes(
    49 if 32 <= b < 127 or b in (9, 10, 13, 27)
    else 53 if 128 <= b < 192 else 50 if 194 <= b < 224 else 51 if 224 <= b < 240 else 52 if 240 <= b < 245 else 48
    for b in range(256)
)  # fmt: skip
_READABLE = re.compile(rb"1{8,}")
_IN_UTF_16 = b"0" + b"1" * 255
_ZLIB = re.compile(rb"x[\x01\x5e\x9c\xda]")


def readable(data: bytes) -> str:
    """The stretches of at least eight readable bytes: random decodings leave next to nothing."""
    classes = data.translate(_CLASSES)
    if b"5" in classes:
        classes = classes.replace(b"25", b"11").replace(b"355", b"111").replace(b"4555", b"1111")
    if b"11111111" not in classes:
        return ""
    return "\n".join(text_of(data[m.start() : m.end()]) for m in _READABLE.finditer(classes))


def inflate(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Gzip and zlib streams that begin anywhere in the bytes (the first few of each)."""
    starts: list[tuple[str, int, int]] = []
    at = data.find(b"\x1f\x8b\x08")
    while at >= 0 and len(starts) < 8:
        starts.append(("gzip", at, 31))
        at = data.find(b"\x1f\x8b\x08", at + 1)
    if b"x" in data:
        starts += [("deflate", m.start(), 15) for m, _ in zip(_ZLIB.finditer(data), range(8), strict=False)]
    for name, at, bits in starts:
        try:
            inflated = zlib.decompressobj(bits).decompress(data[at:], INFLATED)
        except zlib.error:
            continue
        if inflated:
            yield name, inflated


def _unpacked(name: str, data: bytes) -> Decoded:
    text = readable(data)
    if text:
        yield name, text
    if data.count(0) >= 4 and b"10101010" in data.translate(_IN_UTF_16):  # its umlauts are no readable bytes
        yield name, data.decode("latin-1")
    if b"\x1f\x8b\x08" in data or _ZLIB.search(data):
        for how, inflated in inflate(data):
            yield f"{name}+{how}", text_of(inflated)


def _map(members: str, others: dict[str, str]) -> bytes:
    """A translation to 1 for members, to what ``others`` says, and to 0 for the rest."""
    table = {ord(char): 49 for char in members} | {ord(char): ord(to) for char, to in others.items()}
    return bytes(table.get(b, 48) for b in range(256))


# A character outside the alphabet becomes A, six zero bits: the very padding that a stream's last bytes need.
_BASE64 = bytes(b if (chr(b).isalnum() and b < 128) or b in b"+/" else {45: 43, 95: 47}.get(b, 65) for b in range(256))
_IN_BASE64 = _map(ascii_letters + digits + "+/-_", {})


def base64_runs(_: str, squashed: str) -> Decoded:
    """Both alphabets, padded or not, in lines or not, wherever the stream begins: all four alignments."""
    data = squashed.encode("utf-8", "replace")
    if b"1" * 11 not in data.translate(_IN_BASE64):
        return
    data = data.translate(_BASE64) + b"AAA"
    for start in range(4):
        whole = (len(data) - start) // 4 * 4
        yield from _unpacked(f"base64@{start}", a2b_base64(data[start : start + whole]))


_HEX = re.compile(r"[0-9A-Fa-f]{16,}")
_HEX_SEPARATED = re.compile(r"(?:(?:0x)?[0-9A-Fa-f]{2}[:,+-]){7,}(?:0x)?[0-9A-Fa-f]{2}")
_IN_HEX = _map("0123456789abcdefABCDEF", dict.fromkeys(":,+-", "2"))


def hex_runs(_: str, squashed: str) -> Decoded:
    """Pairs of hex digits, also ``67:68``, ``67 68`` and ``0x67,0x68``, at both alignments."""
    data = squashed.encode("utf-8", "replace")
    classes = (data.replace(b"0x", b"") if b"0x" in data else data).translate(_IN_HEX)
    if b"1121121121" in classes:
        squashed = _HEX_SEPARATED.sub(lambda m: re.sub("0x|[:,+-]", "", m[0]), squashed)
    elif b"1" * 16 not in classes:
        return
    runs = _HEX.findall(squashed)
    for start in (0, 1) if runs else ():
        even = (run[start : len(run) - (len(run) - start) % 2] for run in runs)
        yield from _unpacked(f"hex@{start}", b"\n".join(map(bytes.fromhex, even)))


_BASE32 = re.compile(r"[A-Z2-7]{13,}")
_BASE32_DIGITS = str.maketrans(ascii_uppercase + "234567", digits + ascii_uppercase[:22])
_IN_BASE32 = _map(ascii_uppercase + "234567", {})


def base32_runs(_: str, squashed: str) -> Decoded:
    """RFC 4648 base32 at its eight alignments, by way of one big integer in base 32."""
    if b"1" * 13 not in squashed.encode("utf-8", "replace").translate(_IN_BASE32):
        return
    for run in _BASE32.findall(squashed)[:32]:
        number, bits = int(run.translate(_BASE32_DIGITS), 32), 5 * len(run)
        for start in range(8):
            left = bits - 5 * start
            whole = left // 8
            tail = (number & ((1 << left) - 1)) >> (left - 8 * whole)
            yield from _unpacked(f"base32@{start}", tail.to_bytes(whole, "big"))
