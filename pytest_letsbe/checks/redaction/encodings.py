"""Every way the suite writes a secret: plain, escaped, base64 at each alignment, hidden among invisible characters.

``must`` is what an agent or one of its everyday tools emits without trying (``base64 .env`` wraps at 76 columns, a
tool call is JSON in JSON); ``should`` takes one deliberate step; ``strict`` is exotic. Encryption, reversal and ROT13
are out of scope: nobody can undo what only the two ends know.
"""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Callable
from html import escape as html_escape
from html.entities import html5
from itertools import cycle
from textwrap import wrap
from typing import TypeAlias
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape as xml_escape

from .model import Encoding, Tier

_Rows: TypeAlias = tuple[tuple[str, Callable[[str], str], str], ...]

#: Latin letters and the Cyrillic ones that look the same in most fonts.
LATIN, CYRILLIC = "aceiopsxyjABCEHIJKMOPSTX", "асеіорѕхујАВСЕНІЈКМОРЅТХ"
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"

#: Neutral text around the value, 0, 1 and 2 bytes past a multiple of three.
_BEFORE = ("step 3: ok; ", "step 3: ok;  ", "step 3: done; ")
_AFTER = "; then on to step 4."
_ENTITIES = {
    char: f"&{name}"
    for name, char in sorted(html5.items(), reverse=True)
    if len(char) == 1 and char.isascii() and name.endswith(";")
}


def _json(value: str) -> str:
    return json.dumps(value)[1:-1].replace("/", "\\/")


def _units(value: str) -> list[int]:
    """UTF-16 code units, the alphabet of JSON's four-digit escapes."""
    raw = value.encode("utf-16-be", "surrogatepass")
    return [raw[i] << 8 | raw[i + 1] for i in range(0, len(raw), 2)]


def _bytes(form: str) -> Callable[[str], str]:
    """Each UTF-8 byte written with one format, as in ``%67%68`` or ``\\x67\\x68``."""
    return lambda value: "".join(form.format(byte) for byte in value.encode())


def _chars(form: str) -> Callable[[str], str]:
    return lambda value: "".join(form.format(ord(char)) for char in value)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _b64_inside(alignment: int) -> Callable[[str], str]:
    return lambda value: _b64(f"{_BEFORE[alignment]}{value}{_AFTER}".encode())


def _b64_mime(value: str) -> str:
    """As ``base64 .env`` prints it: the first line ends (57 bytes in) a little after the value has begun."""
    return "\n".join(wrap(_b64(f"APP_ENV=staging\nLOG_LEVEL=info\nAPP_LOCALE=en_GB\n{value}\n".encode()), 76))


def _between(value: str, marks: str | tuple[str, ...], every: int) -> str:
    """The value with a mark after every so many characters."""
    pieces = [value[i : i + every] for i in range(0, len(value), every)]
    return "".join(piece + mark for piece, mark in zip(pieces, cycle(marks), strict=False))


def _in_the_middle(mark: str) -> Callable[[str], str]:
    return lambda value: value[: len(value) // 2] + mark + value[len(value) // 2 :] if len(value) > 1 else value


def _quoted_printable(value: str) -> str:
    """RFC 2045 6.7 with a soft line break inside; letters and digits stay."""
    pieces = [char if char.isascii() and char.isalnum() else _bytes("={:02X}")(char) for char in value]
    pieces.insert(len(pieces) // 2, "=\n")
    return "".join(pieces)


def _concatenated(value: str) -> str:
    """Split after two characters (as people do to get past scanners) and once more in the middle."""
    middle = max(2, len(value) // 2)
    return " + ".join(json.dumps(piece) for piece in (value[:2], value[2:middle], value[middle:]) if piece)


def _named_entities(value: str) -> str:
    return "".join(char if char in " \n" else _ENTITIES.get(char, char) for char in value)


_MUST: _Rows = (
    ("plain", str, ""),
    ("json-escape", _json, "RFC 8259 7, with the optional \\/"),
    ("json-unicode", lambda v: "".join(f"\\u{unit:04x}" for unit in _units(v)), "RFC 8259 7"),
    ("json-unicode-upper", lambda v: "".join(f"\\u{unit:04X}" for unit in _units(v)), "RFC 8259 7"),
    ("json-in-json", lambda v: json.dumps(json.dumps(v))[1:-1], "tool-call arguments; OpenClaw 2026.9.6 leak"),
    ("percent", lambda v: quote(v, safe=""), "RFC 3986 2.1"),
    ("percent-form", quote_plus, "application/x-www-form-urlencoded, WHATWG URL 5.2"),
    ("percent-all", _bytes("%{:02X}"), "RFC 3986 2.1"),
    ("percent-all-lower", _bytes("%{:02x}"), "RFC 3986 2.1"),
    ("html-decimal", _chars("&#{};"), "HTML 13.1.4"),
    ("html-hex", _chars("&#x{:x};"), "HTML 13.1.4"),
    ("html-escape", html_escape, "html.escape, Jinja, React"),
    ("xml", lambda v: xml_escape(v, {'"': "&quot;", "'": "&apos;"}), "XML 1.0 4.6"),
    ("base64", lambda v: _b64(v.encode()), "RFC 4648 4"),
    ("base64-at-0", _b64_inside(0), "actions/runner masks three shifts; #291 for the suffix"),
    ("base64-at-1", _b64_inside(1), "actions/runner masks three shifts"),
    ("base64-at-2", _b64_inside(2), "actions/runner masks three shifts"),
    ("base64-mime", _b64_mime, "RFC 2045 6.8; the default of coreutils base64"),
    ("base64url", lambda v: base64.urlsafe_b64encode(v.encode()).decode().rstrip("="), "RFC 4648 5"),
    ("hex", lambda v: v.encode().hex(), "RFC 4648 8"),
    ("hex-upper", lambda v: v.encode().hex().upper(), "RFC 4648 8"),
    ("utf-16", lambda v: v.encode("utf-16-le", "surrogatepass").decode("latin-1"), "PowerShell redirection (>)"),
    ("zero-width", lambda v: _between(v, ZERO_WIDTH, 2), "DAM#12; Unicode TR36"),
)

_SHOULD: _Rows = (
    ("html-named", _named_entities, "HTML 13.5"),
    ("percent-double", lambda v: _bytes("%25{:02X}")(v), "CWE-174"),
    ("base64-twice", lambda v: _b64(_b64(v.encode()).encode()), "CWE-174"),
    ("base64-utf-16", lambda v: _b64(v.encode("utf-16-le", "surrogatepass")), "powershell -EncodedCommand"),
    ("gzip-base64", lambda v: _b64(gzip.compress(v.encode(), mtime=0)), "RFC 1952; tar cz | base64"),
    ("deflate-base64", lambda v: _b64(zlib.compress(v.encode())), "RFC 1950"),
    ("quoted-printable", _quoted_printable, "RFC 2045 6.7"),
    ("base32", lambda v: base64.b32encode(v.encode()).decode(), "RFC 4648 6"),
    ("hex-spaced", lambda v: v.encode().hex(" "), "od -tx1, xxd"),
    ("backslash-x", _bytes("\\x{:02x}"), "C, Python and JavaScript string literals"),
    ("utf-16-be", lambda v: v.encode("utf-16-be", "surrogatepass").decode("latin-1"), "RFC 2781"),
    ("soft-hyphen", lambda v: _between(v, "\u00ad", 4), "Unicode TR36"),
    ("fullwidth", lambda v: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in v), "Unicode TR36, NFKC"),
    ("homoglyph", lambda v: v.translate(str.maketrans(LATIN, CYRILLIC)), "Unicode TR39"),
    ("concatenation", _concatenated, "CWE-798 evasion in source code"),
    # Not `must`: after a raw line break nobody can tell where an unregistered password ends.
    ("line-wrapped", _in_the_middle("\n"), "fold, terminals, mail clients"),
    ("backslash-newline", _in_the_middle("\\\n"), "POSIX shell 2.2.1"),
)

_STRICT: _Rows = (
    ("ansi", lambda v: _between(v, ("\x1b[1;31m", "\x1b[0m"), 4), "ECMA-48; grep --color"),
    ("octal", _bytes("\\{:03o}"), "POSIX printf"),
    ("json-unicode-braces", _chars("\\u{{{:x}}}"), "ECMAScript 12.9.4"),
    ("hex-colon", lambda v: v.encode().hex(":"), "openssl -text"),
)

_TABLES: tuple[tuple[Tier, _Rows], ...] = (("must", _MUST), ("should", _SHOULD), ("strict", _STRICT))

#: Every encoding, ``plain`` first.
ENCODINGS = tuple(Encoding(name, tier, encode, source) for tier, rows in _TABLES for name, encode, source in rows)
