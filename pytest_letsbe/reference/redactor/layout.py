"""Readings that put back together what layout pulled apart: margins, wrapped lines, string concatenation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import personal, vendors
from .escapes import WALL
from .view import Builder, View, rewritten

_MARGIN = re.compile(
    r"^[ \t]*(?:(?:>[ \t]?){1,8}|[+|*][ \t]?|-(?:(?!-)[ \t]?|(?=-{5}[BE]))|\#{1,6}[ \t]|//[ \t]?)", re.MULTILINE
)


def margins(view: View) -> Iterator[View]:
    """Without what stands before each line in a diff, a quoted mail, a comment."""
    if "\n" in view.text and _MARGIN.search(view.text):
        yield rewritten(view, _MARGIN, lambda _: "", scattered=True)


_JOINT = re.compile(
    r"""(?P<q>\\*["'`\ue000])"""
    r"(?:[ \t]*(?:[+.&]|\|\||<>)[ \t]*(?:\\?\r?\n[ \t]*)?|[ \t]+|[ \t]*\\?\r?\n[ \t]*(?:[+.&][ \t]*)?)"
    r"(?P=q)(?=[^,:\])}\s]|[ ]\S)"
)


def concatenations(view: View) -> Iterator[View]:
    """String literals joined by the operator of some language, or by standing side by side, as one literal."""
    text = view.text
    if ('"' in text or "'" in text or "`" in text or WALL in text) and _JOINT.search(text):
        yield rewritten(view, _JOINT, lambda _: "")


_BREAK = re.compile(r"[ \t]*\r?\n[ \t]*(?:[+>|#*-][ \t]?)?")
_RUN_BACK = re.compile(r"[\w+/=.@:~%$-]{3,400}+")
_HEAD = re.compile(r"(?P<run>(?:[\w+/.@~%$-]|:(?=[\w/])){2,400}+={0,2})(?![=:])")
_TELLING = re.compile(r"[0-9]|[a-z][A-Z]|[A-Z]{4}")


def wrapped(view: View) -> Iterator[View]:
    """Tokens that a terminal or a mail client broke over lines: the end of one line and the start of the next.

    Only ends that look like a token's are joined, and a token that is whole needs no next line: every word at a line's
    end would run into the next one otherwise.
    """
    text = view.text
    builder, newline = Builder(view, tokens_only=True), text.find("\n")
    while newline >= 0:
        at = newline + 1
        end = newline - (text[newline - 1 : newline] == "\r")
        left = _RUN_BACK.match(text[max(0, end - 400) : end][::-1])
        if left is not None and _TELLING.search(left[0][::-1]):
            at = _chain(builder, text, end - left.end(), end)
        newline = text.find("\n", max(at, newline + 1))
    if builder:
        yield builder.view()


def _chain(builder: Builder, text: str, start: int, end: int) -> int:
    """Add a token's first part and the lines it goes on in; return where it ends."""
    at = end
    while (gap := _BREAK.match(text, at)) and (part := _telling(_HEAD, text, gap.end())):
        if at == end:
            if _is_whole(text[start:end], part["run"]):
                return end
            builder.keep(start, end)
        builder.keep(*part.span("run"))
        at = part.end("run")
    if at > end:
        builder.part(at)
    return at


def _telling(pattern: re.Pattern[str], text: str, at: int) -> re.Match[str] | None:
    match = pattern.match(text, at)
    return match if match and (match[0][0] == "@" or _TELLING.search(match[0])) else None


def _is_whole(left: str, right: str) -> bool:
    """Whether either part is whole already, and the other could be something else."""
    if "://" not in left and any(finding.start == 0 for finding in personal.emails(right)):
        return True
    return len(right) < 16 and any(finding.end == len(left) for finding in vendors.find(left))
