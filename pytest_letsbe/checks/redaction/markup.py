"""XML and multipart bodies taken apart into plain lists, for comparing two of them."""

from __future__ import annotations

import re
from xml.parsers import expat


def xml_events(text: str) -> list[list[str]] | str:
    """Start tags with their attributes, texts and end tags in order; or what is wrong, in a few words."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    found: list[list[str]] = []

    def start(name: str, attributes: list[str]) -> None:
        found.append(["<", name, *attributes])

    def end(name: str) -> None:
        if found[-1][0] == "<":  # nothing at all may stand where a secret stood
            data("")
        found.append([">", name])

    def data(piece: str) -> None:
        # A CDATA section that was split to hold ]]> is one text.
        if found and found[-1][0] == "text":
            found[-1][1] += piece
        else:
            found.append(["text", piece])

    parser.ordered_attributes = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        return expat.ErrorString(error.code) or "not well-formed"
    return found


def multipart_parts(text: str, parameters: str) -> list[tuple[str, str]] | None:
    """``(head, body)`` of each part (RFC 2046 5.1), or None when the closing boundary is missing."""
    match = re.search(r"boundary=\"?([^\";]+)", parameters)
    boundary = match[1].strip() if match else text.partition("\n")[0].strip().removeprefix("--")
    pieces = re.split(rf"(?:^|\r?\n)--{re.escape(boundary)}(--)?[ \t]*(?:\r?\n|\Z)", text)
    if pieces[-2:-1] != ["--"]:
        return None
    parts = []
    for piece in pieces[2:-1:2]:
        head, blank, body = piece.replace("\r\n", "\n").partition("\n\n")
        if not blank:
            return None
        parts.append((head, body))
    return parts
