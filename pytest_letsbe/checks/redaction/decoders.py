"""The way back from text to text: each decoder undoes one family of escapes wherever it stands.

A decoder gets a text, and the same text squashed (no white space, no invisible characters), and yields
``(name, decoded)`` pairs. Each begins with a cheap look for its trigger, since most texts need none of them.
"""

from __future__ import annotations

import html
import quopri
import re
import unicodedata
from collections.abc import Iterator
from typing import TypeAlias
from urllib.parse import unquote

from .binary import text_of
from .encodings import CYRILLIC, LATIN

Decoded: TypeAlias = Iterator[tuple[str, str]]

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]+"
)
_CONFUSABLE = str.maketrans(CYRILLIC + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονԁԛԝһ", LATIN + "ABEZHIKMNOPTYXovdqwh")


def squash(text: str) -> str:
    """The text without white space, control, zero-width and colour codes: what a patient reader sees."""
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    text = "".join(text.split())
    return text if text.isprintable() else _INVISIBLE.sub("", text)


def fold(text: str) -> str:
    """Compatibility forms and look-alike letters brought back to Latin (NFKC, Unicode TR39)."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_CONFUSABLE)


_ESCAPE = re.compile(
    r"\\(?:(?P<u>u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})*)|(?P<x>x[0-9a-fA-F]{2}(?:\\x[0-9a-fA-F]{2})*)"
    r"|(?P<o>[0-3][0-7]{2}(?:\\[0-3][0-7]{2})*)|u\{(?P<b>[0-9a-fA-F]{1,6})\}|U(?P<w>[0-9a-fA-F]{8})"
    r"|\r?\n[ \t]*|(?P<c>.))",
    re.DOTALL,
)
_CONTROL = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "0": "\0", "e": "\x1b"}


def _unescape(match: re.Match[str]) -> str:
    kind, piece = match.lastgroup, match[0]
    if kind == "c":
        return _CONTROL.get(match["c"], match["c"])
    if kind == "u":
        return bytes.fromhex(piece.replace("\\u", "")).decode("utf-16-be", "replace")
    if kind == "x":
        return text_of(bytes.fromhex(piece.replace("\\x", "")))
    if kind == "o":
        return text_of(bytes(int(digits, 8) for digits in piece[1:].split("\\")))
    if kind in ("b", "w"):
        code = int(match[kind], 16)
        return chr(code) if code < 0x110000 else ""
    return ""  # a backslash before a line break joins the two lines


def backslashes(text: str, _: str) -> Decoded:
    """One level of string-literal escapes: JSON, JavaScript, Python, C, and the shell's joined lines."""
    if "\\" in text:
        yield "backslash", _ESCAPE.sub(_unescape, text)


_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")


_INTERLEAVED = re.compile("(?:[^\0]\0){4}")


def utf_16(text: str, _: str) -> Decoded:
    """UTF-16 that was read byte by byte (RFC 2781), either end first, from either of two bytes."""
    if "\0" in text and _INTERLEAVED.search(text):
        data = text.encode("latin-1", "replace")
        for start in (0, 1):
            for codec in ("utf-16-le", "utf-16-be"):
                yield "utf-16", data[start:].decode(codec, "ignore")


def percents(text: str, _: str) -> Decoded:
    """One level of RFC 3986 percent-encoding."""
    if "%" in text and _PERCENT.search(text):
        yield "percent", unquote(text)


_ENDLESS = re.compile("&#[0-9]{9,}")  # no character, and too long a number for int()


def entities(text: str, _: str) -> Decoded:
    """One level of HTML and XML character references."""
    if "&" in text and ";" in text:
        yield "html", html.unescape(_ENDLESS.sub("", text) if "&#" in text else text)


_SOFT = re.compile(r"=(?:[0-9A-F]{2}|[ \t]*\r?\n)")

_SOFT_BREAK = re.compile(r"=\r?\n")


def quoted_printable(text: str, _: str) -> Decoded:
    """RFC 2045 6.7: ``=5F`` and soft line breaks."""
    if "=" in text and _SOFT.search(text):
        if "=\n" in text or "=\r\n" in text:  # key=12 before a soft break is no escape
            yield "quoted-printable", _SOFT_BREAK.sub("", text)
        yield "quoted-printable", text_of(quopri.decodestring(text.encode("utf-8", "replace")))


def look_alikes(text: str, _: str) -> Decoded:
    """Full-width and Cyrillic or Greek letters that pass for Latin."""
    if not text.isascii():
        yield "fold", fold(text)


_OPERATOR = re.compile(r"""[+.&|>]\s{0,40}["'`]""")
_SIDE_BY_SIDE = ('""', "''", "'\"", "\"'", '" "', "' '")
# Bounded, since a text of nothing but quotes would make it quadratic.
_JOINT = re.compile(
    r"""["'`]{1,4}\s{0,40}(?:\+{1,3}|[.&]|\|\||<>)\s{0,40}["'`]{1,4}|(?<=\w)["'][ \t]{0,40}["'](?=\w)"""
)


def concatenations(text: str, _: str) -> Decoded:
    """String literals joined by the operator of some language, or by standing side by side."""
    if _OPERATOR.search(text) or any(pair in text for pair in _SIDE_BY_SIDE):
        yield "concatenation", _JOINT.sub("", text)


_MARGIN = re.compile(r"^[ \t]*(?:[+>#|*-]+|//)[ \t]?", re.MULTILINE)


def margins(text: str, _: str) -> Decoded:
    """What stands before each line in a diff, a quoted mail, a comment."""
    if "\n" in text and _MARGIN.search(text):
        yield "margin", _MARGIN.sub("", text)


def doubled_quotes(text: str, _: str) -> Decoded:
    """SQL, CSV, YAML, shell and CDATA ways to write a quote inside quotes."""
    yield "quotes", (text.replace("'\\''", "'").replace("''", "'").replace('""', '"').replace("]]]]><![CDATA[>", "]]>"))


def pluses(text: str, _: str) -> Decoded:
    """Form encoding's plus for a space."""
    if "+" in text:
        yield "plus", text.replace("+", " ")
