"""Streams put back together: the deltas of server-sent events and JSON lines joined, path by path."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator

_DATA = re.compile(r"^data:[ \t]?(.*)$|^([{\[].*)$", re.MULTILINE)
_LIMIT = 20_000


def events(text: str) -> list[str]:
    """The payload of each event: ``data:`` lines (WHATWG HTML 9.2) or, without them, JSON lines."""
    return [(m[1] if m[1] is not None else m[2]).rstrip("\r") for m in _DATA.finditer(text)]


def _strings(node: object, path: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict) and depth < 32:
        # Interleaved blocks carry their number beside the delta, so it belongs to the path.
        number = node.get("index")
        here = f"{path}#{number}" if isinstance(number, int) else path
        for name, child in node.items():
            yield from _strings(child, f"{here}/{name}", depth + 1)
    elif isinstance(node, list) and depth < 32:
        for place, child in enumerate(node):
            yield from _strings(child, f"{path}/{place}", depth + 1)


def deltas(text: str, _: str) -> Iterator[tuple[str, str]]:
    """All strings at one path of a stream's events, in order, as one text: what the model really said."""
    if "data:" not in text and "\n{" not in text:
        return
    said: dict[str, list[str]] = defaultdict(list)
    payloads = events(text)
    if len(payloads) < 2:
        return
    for payload in payloads[:_LIMIT]:
        try:
            node = json.loads(payload)
        except (ValueError, RecursionError):
            said[""].append(payload)
            continue
        # `delta.content` and `message.content` of one stream are rarely one text: the path keeps them apart.
        for path, piece in _strings(node, ""):
            said[path].append(piece)
    yield "deltas", "\n".join("".join(pieces) for pieces in said.values())
