"""The statements of a SQL file with their lines, and the comments before and inside each."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

#: PostgreSQL's lexical structure (documentation, section 4.1): strings, quoted names, dollar quotes, comments.
_TOKEN = re.compile(
    r"""(?P<line>--[^\n]*)|(?P<block>/\*)|(?P<escape>\b[eE]'(?:[^'\\]|\\.|'')*')|(?P<string>'(?:[^']|'')*')
    |(?P<name>"(?:[^"]|"")*")|(?P<dollar>\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$)|(?P<end>;)""",
    re.VERBOSE | re.DOTALL,
)
_BLOCK = re.compile(r"/\*|\*/")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment without its marks."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: where it starts and ends (1-based lines), its text without comments, the comments it owns.

    It owns what stands between the end of the statement before and its own end, the rest of that line included.
    """

    line: int
    last: int
    text: str
    comments: tuple[Comment, ...]


def statements(source: str) -> list[Statement]:
    """The statements in order; a file's last comments belong to its last statement (or to an empty one)."""
    starts = [0, *(match.end() for match in re.finditer("\n", source))]

    def line_of(place: int) -> int:
        return bisect_right(starts, place)

    found: list[Statement] = []
    parts: list[str] = []
    comments: list[Comment] = []
    begin: int | None = None
    place = 0
    while place < len(source):
        match = _TOKEN.search(source, place)
        until = match.start() if match else len(source)
        parts.append(source[place:until])
        if begin is None and parts[-1].strip():
            begin = place + len(parts[-1]) - len(parts[-1].lstrip())
        if match is None:
            break
        place = _end_of(source, match)
        if match.lastgroup in ("line", "block"):
            comment = Comment(line_of(until), source[until:place].strip("-/* \t\n"))
            if begin is None and found and comment.line == found[-1].last:
                last = found[-1]  # behind the semicolon, on the same line
                found[-1] = Statement(last.line, last.last, last.text, (*last.comments, comment))
            else:
                comments.append(comment)
            parts.append(" ")
        elif match.lastgroup == "end":
            if begin is not None:
                found.append(Statement(line_of(begin), line_of(until), "".join(parts).strip(), tuple(comments)))
                comments = []
            parts, begin = [], None
        else:
            begin = until if begin is None else begin
            parts.append(source[until:place])
    if begin is not None or comments:
        last_line = line_of(max(len(source.rstrip()) - 1, 0))
        first = line_of(begin) if begin is not None else comments[0].line
        found.append(Statement(first, last_line, "".join(parts).strip(), tuple(comments)))
    return found


def _end_of(source: str, match: re.Match[str]) -> int:
    """Where the token ends; one that never does ends with the file."""
    if match.lastgroup == "dollar":
        found = source.find(match.group(), match.end())
        return len(source) if found < 0 else found + len(match.group())
    if match.lastgroup == "block":
        depth, place = 1, match.end()
        while depth:
            mark = _BLOCK.search(source, place)
            if mark is None:
                return len(source)
            depth += 1 if mark.group() == "/*" else -1
            place = mark.end()
        return place
    return match.end()
