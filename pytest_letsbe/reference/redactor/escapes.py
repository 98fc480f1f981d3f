"""Readings that undo one level of character escapes: backslashes, percent, entities, quoted-printable, look-alikes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from .view import EDGE, Builder, View, rewritten

#: Stands for a quote of the level outside: no value inside can run past it.
WALL = "\ue000"

_BACKSLASH = re.compile(
    r"\\(?:u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})|u(?P<unit>[0-9a-fA-F]{4})"
    r"|u\{(?P<braces>[0-9a-fA-F]{1,6})\}|U(?P<long>[0-9a-fA-F]{8})"
    r"|x(?P<hex>[0-9a-fA-F]{2}(?:\\x[0-9a-fA-F]{2}){0,3})|(?P<octal>[0-3][0-7]{2}(?:\\[0-3][0-7]{2}){0,3})"
    r"|(?P<line>\r?\n[ \t]*)|(?P<one>.))",
    re.DOTALL,
)
_CONTROL = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "0": "\0", "e": "\x1b"}


def backslashes(view: View) -> Iterator[View]:
    """One level of string-literal escapes: JSON, JavaScript, Python, C, and the shell's joined lines.

    A bare quote belongs to the level outside and becomes a wall.
    """
    if "\\" in view.text:
        walled = view.text.replace('"', WALL)
        builder, at = Builder(view), 0
        for match in _BACKSLASH.finditer(view.text):
            start, end = match.span()
            builder.add(walled[at:start], at, start)
            if match["hex"] or match["octal"]:
                for text, left, right in _bytes(match):
                    builder.add(text, left, right)
            else:
                builder.add(_unescaped(match), start, end)
            at = end
        builder.add(walled[at:], at, len(walled))
        yield builder.view()


def _unescaped(match: re.Match[str]) -> str:
    if match["one"]:
        return _CONTROL.get(match["one"], match["one"])
    if match["unit"]:
        return chr(int(match["unit"], 16))
    if match["high"]:
        return chr(0x10000 + ((int(match["high"], 16) & 0x3FF) << 10 | int(match["low"], 16) & 0x3FF))
    code = int(match["braces"] or match["long"] or "110000", 16)
    return chr(code) if code < 0x110000 else ""


def _bytes(match: re.Match[str]) -> Iterator[tuple[str, int, int]]:
    """Up to four byte escapes in a row: the UTF-8 characters they spell, each with its place."""
    digits = re.findall(r"[0-9a-fA-F]{2,3}", match[0])
    raw = bytes(int(number, 16 if match["hex"] else 8) for number in digits)
    yield from _characters(raw, match.start(), 4)


_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_PLUS = re.compile(r"(?<=[A-Za-z0-9)])\+(?=[A-Za-z0-9(])")
_FORM = re.compile(rf"{_PERCENT.pattern}|\+")
_OUTSIDE = re.compile(r"[\s;,\"'`|)]|&[\w.%-]{1,80}=")


def percents(view: View) -> Iterator[View]:
    """One level of RFC 3986 percent-encoding; where there is a plus, also as a form has it, for a space.

    A separator that isn't encoded belongs to the level outside: after an encoded run an edge stands before it.
    """
    text = view.text
    if "%" not in text or not _PERCENT.search(text):
        if "+" in text and _PLUS.search(text):  # a form whose text needs no other escape
            yield rewritten(view, _PLUS, lambda _: " ", tokens_only=True)
        return
    for pattern in (_PERCENT, _FORM) if "+" in text else (_PERCENT,):
        builder, at = Builder(view), 0
        for match in pattern.finditer(text):
            _up_to(builder, text, at, match.start())
            if match[0] == "+":
                builder.add(" ", *match.span())
            else:
                for char, left, right in _characters(bytes.fromhex(match[0].replace("%", "")), match.start(), 3):
                    builder.add(char, left, right)
            at = match.end()
        _up_to(builder, text, at, len(text))
        yield builder.view()


def _up_to(builder: Builder, text: str, start: int, end: int) -> None:
    outside = _OUTSIDE.search(text, start, end) if start else None
    if outside:
        builder.keep(start, outside.start())
        builder.add(EDGE, outside.start(), outside.start())
        start = outside.start()
    builder.keep(start, end)


_CHARACTER = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|[\x00-\xff]", re.DOTALL
)


def _characters(raw: bytes, start: int, width: int) -> Iterator[tuple[str, int, int]]:
    """The characters that escaped bytes spell, each byte ``width`` raw characters wide."""
    for match in _CHARACTER.finditer(raw):
        try:
            text = match[0].decode()
        except UnicodeDecodeError:
            text = match[0].decode("latin-1")
        yield text, start + width * match.start(), start + width * match.end()


_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ENTITY_OR_QUOTE = re.compile(_ENTITY.pattern + '|"')


def entities(view: View) -> Iterator[View]:
    """One level of HTML and XML character references; a bare quote is an attribute's and becomes a wall."""
    if "&" in view.text and _ENTITY.search(view.text):
        yield rewritten(view, _ENTITY_OR_QUOTE, lambda match: WALL if match[0] == '"' else _entity(match[0]))


@lru_cache(maxsize=512)
def _entity(reference: str) -> str:
    from html import unescape  # 3 ms of tables that most texts never need

    return unescape(reference)


# Letters and digits are never encoded. A soft line break looks like the padding of base64 at a line's end: what
# follows mustn't look like a line of its own.
_QUOTED = re.compile(
    r"(?P<chars>(?:=(?:[0-2189A-F][0-9A-F]|3[A-F]|40|5[B-F]|60|7[B-F]))+)"
    r"|(?P<soft>(?<!=)=\r?\n(?:|[ \t]+(?=[\w+/.-]{0,80}(?:[0-9]|[a-z][A-Z]|=[0-9A-F]{2})))"
    r"(?![\w.-]{1,80}+[ \t]*(?::|=(?!(?:[0-2189A-F][0-9A-F]|3[A-F]|40|5[B-F]|60|7[B-F]))))(?=[A-Za-z0-9=]))"
)


def quoted_printable(view: View) -> Iterator[View]:
    """RFC 2045 6.7: ``=5F`` and soft line breaks, in a text that shows either a break or an encoded ``=``."""
    text = view.text
    if "=3D" not in text and not any(match["soft"] for match in _QUOTED.finditer(text) if "=" in text):
        return
    builder, at = Builder(view), 0
    for match in _QUOTED.finditer(text):
        builder.keep(at, match.start())
        if match["chars"]:
            for char, left, right in _characters(bytes.fromhex(match[0].replace("=", "")), match.start(), 3):
                builder.add(char, left, right)
        at = match.end()
    builder.keep(at, len(text))
    yield builder.view()


_ODD = re.compile(
    "(?P<hidden>\x1b\\[[0-?]{0,32}[ -/]{0,8}[@-~]|\x1b\\][^\x07\x1b]{0,256}(?:\x07|\x1b\\\\)"
    "|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]+)|(?P<bytes>[\udc80-\udcff]+)|(?P<beyond>[^\x00-\x7f\ud800-\udfff\ue000]+)"
)
_LATIN, _ALIKE = (
    "aceiopsxyjABCEHIJKMOPSTXABEZHIKMNOPTYXovdqwh",
    "асеіорѕхујАВСЕНІЈКМОРЅТХΑΒΕΖΗΙΚΜΝΟΡΤΥΧονԁԛԝһ",
)
_LOOK_ALIKES = str.maketrans(_ALIKE, _LATIN)


def fold(text: str) -> str:
    """Compatibility forms and look-alike letters brought back to Latin."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_LOOK_ALIKES)


def visible(view: View) -> Iterator[View]:
    """What a reader sees: no zero-width, control and colour codes; letters that look Latin as the Latin ones."""
    text = view.text
    if text.isascii() and text.isprintable():
        return
    if _ODD.search(text):
        builder, at = Builder(view), 0
        for match in _ODD.finditer(text):
            builder.keep(at, match.start())
            if match["bytes"]:  # bytes that were no UTF-8: most often Latin-1
                builder.add("".join(chr(ord(c) - 0xDC00) for c in match[0]), *match.span())
            elif match["beyond"]:
                for place, char in enumerate(match[0], match.start()):
                    builder.add(_folded(char), place, place + 1)
            at = match.end()
        builder.keep(at, len(text))
        yield builder.view()


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    return "" if _ODD.match(char).lastgroup == "hidden" else fold(char)  # type: ignore[union-attr]


_TABLE_FIELD = re.compile(
    r'(?P<open>(?:^|(?<=[,;\t]))")(?P<inside>(?:[^"]|"")*+)(?P<close>")(?=[,;\t\r\n]|\Z)', re.MULTILINE
)
_DOUBLED = re.compile(r"""'\\''|'"'"'|(?<=[^\s=:,(\[{>'"])(?:""|'')(?=[^\s,;)\]}<'"])|\]\]\]\]><!\[CDATA\[>|\\\|""")


def doubled_quotes(view: View) -> Iterator[View]:
    """A delimiter inside its own delimiters, as SQL, CSV, YAML, the shell, XML and Markdown tables write it."""
    text = view.text
    if ("'" in text or '""' in text or "]]]]" in text or "\\|" in text) and _DOUBLED.search(text):
        yield rewritten(view, _DOUBLED, lambda match: _SINGLE.get(match[0][0], match[0][0]))


_SINGLE = {"]": "]]>", "\\": "|"}


def table_fields(view: View) -> Iterator[View]:
    """The quoted fields of CSV that hold quotes: those outside become walls (RFC 4180)."""
    text = view.text
    if '""' not in text:
        return
    builder, at = Builder(view), 0
    for field in _TABLE_FIELD.finditer(text):
        start, end = field.span("inside")
        if '""' not in field["inside"]:
            continue
        builder.keep(at, start - 1)
        builder.add(WALL, start - 1, start)
        at = start
        while (quote := text.find('""', at, end)) >= 0:
            builder.keep(at, quote + 1)
            at = quote + 2
        builder.keep(at, end)
        builder.add(WALL, end, end + 1)
        at = end + 1
    if at:
        builder.keep(at, len(text))
        yield builder.view()
