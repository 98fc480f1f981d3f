"""All that a text may be read as, by Python's own decoders, applied again to what they yield."""

from __future__ import annotations

import binascii
import re
import unicodedata
from collections import deque
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote, unquote_plus

from .documents import said

DEPTH, MOST, TIMES, AT_LEAST = 5, 80, 12, 100_000


def readings(text: str) -> Iterator[str]:
    """The text itself, then everything it decodes to, nearest first; never the same twice."""
    queue, seen, budget = deque([(text, 0)]), {text}, max(AT_LEAST, TIMES * len(text))
    while queue:
        reading, depth = queue.popleft()
        yield reading
        for decoded in _decoded(reading) if depth < DEPTH else ():
            if len(decoded) < 4 or decoded in seen or len(seen) >= MOST:
                continue
            budget -= len(decoded)
            if budget < 0:
                yield from (reading for reading, _ in queue)
                return
            seen.add(decoded)
            queue.append((decoded, depth + 1))


def _decoded(text: str) -> Iterator[str]:
    if "\\" in text:
        yield _unescaped(text)
    if "%" in text and _PERCENT.search(text):
        yield unquote(text)
    if "+" in text:
        yield unquote_plus(text)
    if "&" in text and ";" in text:
        yield unescape(text)
    if not text.isprintable() or not text.isascii():
        yield visible(text)
    if "\0" in text:
        yield from _wide(text)
    if "''" in text or '""' in text or "'\"'" in text:
        yield text.replace("'\\''", "'").replace("'\"'\"'", "'").replace("''", "'").replace('""', '"')
    yield from joined(text)
    yield from _base64(text)
    yield from _hex(text)


def joined(text: str) -> Iterator[str]:
    """What a stream said, one text after another."""
    pieces = said(text)
    if pieces:
        yield "\n\n".join("".join(values) for values in pieces.values())


_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_CONTROL = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def _unescaped(text: str) -> str:
    """One level of JSON, JavaScript or Python string escapes."""
    plain = _ESCAPE.sub(lambda m: chr(int(m[1] or m[2], 16)) if m[1] or m[2] else _CONTROL.get(m[3], m[3]), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\udc80-\udcff]+"
)
_ALIKE = str.maketrans("асеіорѕхујАВСЕНІЈКМОРЅТХ", "aceiopsxyjABCEHIJKMOPSTX")


def visible(text: str) -> str:
    """Without control and zero-width characters, look-alikes folded."""
    text = _INVISIBLE.sub("", text)
    return text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_ALIKE)


def _wide(text: str) -> Iterator[str]:
    """UTF-16 that was read byte by byte."""
    data = text.encode("latin-1", "replace")
    for start in (0, 1):
        for codec in ("utf-16-le", "utf-16-be"):
            yield data[start:].decode(codec, "ignore")


_WRAP = re.compile(r"(?<=[A-Za-z0-9+/]{60})\r?\n[ \t+>|]*(?=[A-Za-z0-9+/]+={0,2}(?:[\s\"'<`;,&)]|\Z))")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{11,}")
_READABLE = re.compile(
    rb"(?:[\x00\t\n\r\x1b\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){8,}"
)


def _readable(data: bytes) -> str:
    return "\n".join(match[0].decode("utf-8", "replace") for match in _READABLE.finditer(data))


def _base64(text: str) -> Iterator[str]:
    """Each run at each of the four places where a group may begin."""
    runs = [
        run.encode("ascii").translate(bytes.maketrans(b"-_", b"+/")) for run in _BASE64.findall(_WRAP.sub("", text))
    ]
    for skipped in range(4) if runs else ():
        cut = (run[skipped:] for run in runs)
        yield _readable(b"\xff".join(binascii.a2b_base64(run + b"A" * (-len(run) % 4)) for run in cut))


_HEX = re.compile(r"[0-9A-Fa-f]{16,}")


def _hex(text: str) -> Iterator[str]:
    runs = _HEX.findall(text)
    for skipped in (0, 1) if runs else ():
        yield _readable(b"\xff".join(bytes.fromhex(r[skipped : len(r) - (len(r) - skipped) % 2]) for r in runs))
