"""Whether a document is still the same document after redaction: its shape, keys and every leaf that held no secret."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Callable, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import TypeAlias
from urllib.parse import parse_qsl

import yaml

from .markup import multipart_parts, xml_events
from .sse import events
from .trees import Broken, Touched, first, load_json, same_keys, same_node

_Compare: TypeAlias = Callable[[str, str, Touched, str], str | None]

try:
    from yaml import CSafeLoader as _Yaml
except ImportError:  # a PyYAML built without libyaml
    from yaml import SafeLoader as _Yaml  # type: ignore[assignment]


def same_structure(before: str, after: str, media_type: str | None, touched: Touched) -> str | None:
    """What broke between the input and the output, in a sentence, or None.

    ``touched(leaf)`` says whether a leaf of the input held the secret: such leaves may become any other text. Layout
    (white space of JSON, the order of nothing else) may change. A media type without a grammar here is always the same.
    """
    name, _, parameters = (media_type or "").lower().partition(";")
    name = name.strip()
    compare = _BY_TYPE.get(name) or next((c for end, c in _BY_SUFFIX.items() if name.endswith(end)), None)
    if compare is None:
        return None
    try:
        return compare(before, after, touched, parameters)
    except Broken as broken:
        return str(broken)
    except (ValueError, yaml.YAMLError):
        return None  # the input itself was no such document


def _json(before: str, after: str, touched: Touched, _: str) -> str | None:
    return same_node(json.loads(before), load_json(after), touched)


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _json_lines(before: str, after: str, touched: Touched, _: str) -> str | None:
    old, new = _lines(before), _lines(after)
    if len(old) > 2 and sum(map(touched, old)) == 0:  # a stream: the secret is cut across its lines
        return _same_stream(old, new)
    if len(old) != len(new):
        return f"it has {len(new)} lines where it had {len(old)}"
    return first(
        same_node(json.loads(a), load_json(b), touched, f"line {number}")
        for number, (a, b) in enumerate(zip(old, new, strict=True), 1)
    )


def _same_stream(old: Sequence[str], new: Sequence[str]) -> str | None:
    """Deltas may be joined or cut anew; each event stays JSON with the keys of some event of the input."""
    if not new:
        return "no event is left"
    if old[-1] == "[DONE]" and new[-1] != "[DONE]":
        return "the last event isn't [DONE] any more"
    shapes = {_shape(json.loads(payload)) for payload in old if payload != "[DONE]"}
    for number, payload in enumerate(new, 1):
        if payload == "[DONE]":
            continue
        if _shape(load_json(payload)) not in shapes:
            return f"event {number} has keys that no event had before"
    return None


def _shape(node: object) -> object:
    return tuple(node) if isinstance(node, dict) else type(node).__name__


_LINE_END = re.compile(r"\r\n|\n|\r")
_SSE_FIELDS = frozenset({"data", "event", "id", "retry", ""})


def _event_stream(before: str, after: str, _: Touched, __: str) -> str | None:
    """WHATWG HTML 9.2: every line is a known field or a comment, the events' names keep their order."""
    for number, line in enumerate(_LINE_END.split(after), 1):
        if line and line.partition(":")[0] not in _SSE_FIELDS:
            return f"line {number} is no field of an event stream"
    if not after.endswith(("\n\n", "\r\n\r\n")) and before.endswith(("\n\n", "\r\n\r\n")):
        return "the last event isn't closed by an empty line"
    if _event_names(before) != _event_names(after):
        return "an event's name changed or moved"
    return _same_stream(events(before), events(after))


def _event_names(text: str) -> list[str]:
    """The names of events in order, each series of one name once."""
    return [name for name, _ in groupby(line for line in _LINE_END.split(text) if line.startswith("event:"))]


def _yaml(before: str, after: str, touched: Touched, _: str) -> str | None:
    try:
        new = list(yaml.load_all(after, Loader=_Yaml))
    except yaml.YAMLError as error:
        raise Broken(f"it is no YAML any more: {getattr(error, 'problem', None) or 'a forbidden character'}") from None
    return same_node(list(yaml.load_all(before, Loader=_Yaml)), new, touched)


def _toml(before: str, after: str, touched: Touched, _: str) -> str | None:
    try:
        return same_node(tomllib.loads(before), tomllib.loads(after), touched)
    except tomllib.TOMLDecodeError as error:
        raise Broken(f"it is no TOML any more: {str(error).partition(' (')[0]}") from None


def _table(before: str, after: str, touched: Touched, _: str) -> str | None:
    try:
        old, new = (list(csv.reader(io.StringIO(text, newline=""), strict=True)) for text in (before, after))
    except csv.Error as error:
        raise Broken(f"it is no CSV any more: {error}") from None
    return same_node(old, new, touched, "the table")


def _form(before: str, after: str, touched: Touched, _: str) -> str | None:
    old, new = (parse_qsl(text, keep_blank_values=True) for text in (before, after))
    return _same_pairs(old, new, touched, "the form")


def _same_pairs(
    old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]], touched: Touched, at: str
) -> str | None:
    return same_keys([key for key, _ in old], [key for key, _ in new], touched, at) or first(
        f"{key!r} in {at} held no secret and changed" if a != b and not touched(a) else None
        for (key, a), (_, b) in zip(old, new, strict=True)
    )


def _headers(text: str) -> tuple[str, list[tuple[str, str]]]:
    start, *lines = text.replace("\r\n", "\n").partition("\n\n")[0].split("\n")
    for line in lines:
        if ":" not in line:
            raise Broken("a line among the header fields is none")
    return start, [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]


def _http(before: str, after: str, touched: Touched, _: str) -> str | None:
    (line, old), (start, new) = _headers(before), _headers(after)
    if not re.search(r"\n\r?\n", after) and re.search(r"\n\r?\n", before):
        return "the header isn't closed by an empty line"
    if line != start and not touched(line):
        return "the first line of the message changed"
    return _same_pairs(old, new, touched, "the header")


def _multipart(before: str, after: str, touched: Touched, parameters: str) -> str | None:
    old, new = (multipart_parts(text, parameters) for text in (before, after))
    if new is None or old is None:
        return "the parts aren't closed by the boundary any more"
    return same_node([list(part) for part in old], [list(part) for part in new], touched, "the parts")


def _xml(before: str, after: str, touched: Touched, _: str) -> str | None:
    old, new = xml_events(before), xml_events(after)
    if isinstance(new, str):
        return f"it is no XML any more: {new}"
    return same_node(old, new, touched, "the tree") if not isinstance(old, str) else None


_BY_TYPE: MappingProxyType[str, _Compare] = MappingProxyType(
    {
        "application/json": _json,
        "application/x-ndjson": _json_lines,
        "application/jsonl": _json_lines,
        "text/event-stream": _event_stream,
        "application/xml": _xml,
        "text/xml": _xml,
        "application/yaml": _yaml,
        "application/x-yaml": _yaml,
        "text/yaml": _yaml,
        "application/toml": _toml,
        "text/csv": _table,
        "application/x-www-form-urlencoded": _form,
        "multipart/form-data": _multipart,
        "message/http": _http,
    }
)
_BY_SUFFIX: MappingProxyType[str, _Compare] = MappingProxyType({"+json": _json, "+xml": _xml, "+yaml": _yaml})
