"""Where a value ends, in whatever syntax it stands."""

from __future__ import annotations

import re

from .escapes import WALL
from .runs import base64_end

Span = tuple[int, int]

QUOTES = "\"'`" + WALL

_QUOTED = {
    '"': re.compile(r'(?:[^"\\\n\ue000\ue001]|\\.|"")*+', re.DOTALL),
    "'": re.compile(r"(?:[^'\\\n\ue000\ue001]|\\.|'')*+", re.DOTALL),
    "`": re.compile(r"(?:[^`\\\n\ue000\ue001]|\\.)*+", re.DOTALL),
    WALL: re.compile(r"[^\n\ue000\ue001]*+"),
}
# A literal over several lines must close properly, and braces tell that the quote belongs to something else.
_LINES = {
    '"': re.compile(r'(?:[^"\\{}\ue000\ue001]|\\.){0,8000}+(?="(?:\s|[,;)\]}>&|]|\Z))', re.DOTALL),
    "'": re.compile(r"(?:[^'\\{}\ue000\ue001]|\\.){0,8000}+(?='(?:\s|[,;)\]}>&|]|\Z))", re.DOTALL),
}
_TRIPLE = re.compile(r'"""(?P<double>.{0,8000}?)"""|' + r"'''(?P<single>.{0,8000}?)'''", re.DOTALL)


def quoted(text: str, at: int) -> Span:
    """The inside of the string literal that opens at ``at``; to the end of the line when it isn't closed."""
    quote = text[at]
    triple = _TRIPLE.match(text, at) if text.startswith(quote * 3, at) else None
    if triple is not None:
        return triple.span(triple.lastgroup or 0)
    match = _QUOTED[quote].match(text, at + 1)
    end = match.end() if match else at + 1
    if text[end : end + 1] == "\n" and quote in _LINES and (lines := _LINES[quote].match(text, at + 1)):
        end = lines.end()
    return at + 1, end


_STOP = r"(?=[\s\"'`<>\ue000\ue001]|\Z)"
# A separator ends a value only when something follows that looks like the next field or the end. One pass: a pattern
# that looks at the whole run first would cost the square on a run of fields.
_BARE = re.compile(
    r"(?:[^\s\"'`<>&?;,|\\\ue000\ue001]++|[&?](?![\w.%-]{1,80}=|amp;)"
    rf"|;(?![\w .-]{{1,40}}=|{_STOP})|,(?![\w.-]{{1,40}}[=:]|[a-z]{{2,20}}{_STOP}|{_STOP})|\\(?:\\|(?![nrt])))++"
)
_OPENER = {")": "(", "]": "[", "}": "{"}


def bare(text: str, at: int) -> Span | None:
    """A value without quotes: to white space, a quote, the next field."""
    match = _BARE.match(text, at)
    if match is None:
        return None
    end = match.end()
    while end > at and text[end - 1] in "&.,;:)]}\\":
        if text.find(_OPENER.get(text[end - 1], "\n"), at, end) >= 0:
            break
        end -= 1
    return (at, end) if end > at else None


_NEXT_FIELD = re.compile(
    r"&[\w.%-]+=|[ \t]+(?:--?[A-Za-z]|[\w.-]{1,40}[=:]|\()|[\"'`<>|,;\ue000\ue001\r\n]|\\[nr\"']|\Z"
)
_LONGEST_PHRASE = 400


def words(text: str, at: int) -> Span | None:
    """A pass-phrase: to the next field, a quote or the end of the line."""
    match = _NEXT_FIELD.search(text, at, at + _LONGEST_PHRASE)
    end = match.start() if match else min(len(text), at + _LONGEST_PHRASE)
    while end > at and text[end - 1] in " \t.":
        end -= 1
    return (at, end) if end > at else None


_SPACED_HEX = re.compile(r"[0-9a-fA-F]{2}(?:[ :][0-9a-fA-F]{2}){5,}(?![\w:])")


def spaced_hex(text: str, at: int) -> Span | None:
    """Bytes as ``od`` and ``openssl`` print them."""
    match = _SPACED_HEX.match(text, at)
    return match.span() if match else None


_NUMBER = re.compile(r"[+(]{0,2}[0-9][0-9 ().\-/]{4,28}[0-9][A-Za-z]?(?![A-Za-z0-9])")


def number(text: str, at: int) -> Span | None:
    """A number in groups, with the letter that some end with."""
    match = _NUMBER.match(text, at)
    return match.span() if match else None


_LINE_END = re.compile(r"[\n\ue000\ue001]|\Z")
_NOT_VALUE = re.compile(r"[ \t]+(?:[#;]|//|[\w.-]{1,40}=[^=\s])|</|\]\]>")


def line(text: str, at: int) -> Span | None:
    """To the end of the line, without a comment, another field, the comma of a list."""
    match = _LINE_END.search(text, at)
    end = match.start() if match else len(text)
    for stop in (_NOT_VALUE.search(text, at, end), _closing_quote(text, at, end)):
        if stop is not None:
            end = min(end, stop.start())
    while end > at and text[end - 1] in " \t\r,;":
        end -= 1
    return (at, end) if end > at else None


_CLOSING = {quote: re.compile(rf"{quote}(?=\s|[,;)\]}}]|\Z)") for quote in "\"'"}


def _closing_quote(text: str, at: int, end: int) -> re.Match[str] | None:
    """A quote that closes a string which was opened before the value."""
    for quote, closing in _CLOSING.items():
        if text.count(quote, at, end) % 2 and (match := closing.search(text, at, end)):
            return match
    return None


_INDENTED = re.compile(r"(?P<indent>[ \t]*)(?P<rest>[^\n]*)(?:\n|\Z)")


def block(text: str, at: int, name_line: int) -> Span | None:
    """The lines of a YAML block scalar: all that follow and stand further right than their name."""
    name = _INDENTED.match(text, name_line)
    place = text.find("\n", at) + 1
    if name is None or not place:
        return None
    first, end = -1, place
    while place < len(text) and (row := _INDENTED.match(text, place)):
        if row["rest"].strip():
            if len(row["indent"]) <= len(name["indent"]):
                break
            first = row.start("rest") if first < 0 else first
            end = row.start("rest") + len(row["rest"].rstrip())
        place = row.end()
    return (first, end) if first >= 0 else None


_SCHEME = re.compile(r"(?:Basic|Bearer|Token|Digest|Negotiate|ApiKey|AWS4-HMAC-SHA256)[ \t]+(?=\S)", re.IGNORECASE)


def scheme(text: str, at: int) -> int:
    """Past the name of an authentication scheme, if one stands there."""
    match = _SCHEME.match(text, at)
    return match.end() if match else at


_BASE64_LINE = re.compile(r"[A-Za-z0-9+/_-]{60,}")
#: Nothing shorter is half a token.
_HALF = 8
# All three classes, or a long run of hex: no word, name or date begins a line so.
_GOES_ON = re.compile(
    r"\r?\n[ \t]*(?P<part>(?=[\w+/-]{0,400}[a-z])(?=[\w+/-]{0,400}[A-Z])(?=[\w+/-]{0,400}[0-9])[\w+/-]{10,400}+={0,2}"
    r"|(?=[0-9]{0,16}[a-f])[0-9a-f]{16,64}+)(?![=:\w-])"
)


def over_lines(text: str, span: Span) -> Span:
    """The value and the lines that it goes on in: base64 as ``base64`` wraps it, a token that a terminal broke."""
    if _BASE64_LINE.fullmatch(text, *span):
        return span[0], base64_end(text, *span)
    if span[1] - span[0] >= _HALF and (part := _GOES_ON.match(text, span[1])):
        return span[0], part.end("part")
    return span
