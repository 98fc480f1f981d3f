"""Streams put back together: what a model said over many events, as one text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .view import Builder, View

_PAYLOAD = re.compile(r"^(?:data:[ \t]?(\{.*)|(\{.*))$", re.MULTILINE)
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|[{}\[\],:]|[^\s"{}\[\],:]+')
#: Fields of JSON lines that hold pieces of one text; a log's messages are texts of their own.
_PIECES = frozenset(
    [
        "content",
        "text",
        "delta",
        "partial_json",
        "arguments",
        "reasoning",
        "reasoning_content",
        "thinking",
        "refusal",
        "transcript",
        "completion",
        "response",
        "output",
        "chunk",
        "token",
        "generated_text",
    ]
)

Place = tuple[int, int]


def deltas(view: View) -> Iterator[View]:
    """One view with the strings that stand at one path of a stream's events, joined in order, path after path."""
    text = view.text
    if text.count("data:") < 2 and "\n{" not in text:
        return
    payloads = list(_PAYLOAD.finditer(text))
    if len(payloads) < 2:
        return
    said: dict[tuple[str, ...], list[Place]] = {}
    for payload in payloads:
        event = payload[1] is not None
        for path, place in _strings(text, *payload.span(1 if event else 2)):
            if event or path[-1] in _PIECES:
                said.setdefault(path, []).append(place)
    builder = Builder(view, scattered=True)
    for places in said.values():
        if len(places) > 1 and len({text[start:end] for start, end in places}) > 1:
            for start, end in places:
                builder.keep(start, end)
            builder.part(places[-1][1])
    if builder:
        yield builder.view()


def _strings(text: str, start: int, end: int) -> Iterator[tuple[tuple[str, ...], Place]]:
    """Path and place of each string value of a JSON text, however deep, also when the text is cut off."""
    path: list[str] = []
    names: list[str] = []
    name, expects_name = "", False
    for match in _TOKEN.finditer(text, start, end):
        char = match[0][0]
        if char == '"':
            if expects_name:
                name = match[1]
            else:
                yield (*path[-8:], name), match.span(1)
        elif char in "{[":
            path.append(name)
            names.append(char)
            name, expects_name = "", char == "{"
        elif char in "}]":
            if names:
                names.pop()
                name = path.pop()
            expects_name = False
        elif char == ",":
            expects_name = bool(names) and names[-1] == "{"
        elif char == ":":
            expects_name = False
        elif name == "index" and path:
            # Interleaved blocks carry their number beside the delta, so it belongs to the path.
            path[-1] += f"#{match[0]}"
