"""Plain YAML data into typed structs, with every mistake at its ``file:line:column``."""

from __future__ import annotations

import re
import typing
from typing import Any, TypeVar

import msgspec

from .model import UsageError
from .strict_yaml import Document, YamlPath
from .suggest import did_you_mean

T = TypeVar("T")

_AT = re.compile(r" - at `(?:key in )?\$?(?P<path>[^`]*)`\Z")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>[^`]*)`")
_MISSING = re.compile(r"Object missing required field `(?P<field>[^`]*)`")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")


def convert(document: Document, path: YamlPath, into: type[T], data: Any) -> T:
    """Turn ``data``, which stands at ``path``, into a struct.

    Raises:
        UsageError: names the place, what was expected, and the nearest known key.
    """
    try:
        return msgspec.convert(data, into)
    except msgspec.ValidationError as error:
        raise _explain(document, path, into, str(error)) from None


def _explain(document: Document, base: YamlPath, into: Any, text: str) -> UsageError:
    found = _AT.search(text)
    message = text[: found.start()] if found else text
    steps: list[str | int] = []
    for name, index in _STEP.findall(found["path"] if found else ""):
        if index == "...":  # msgspec doesn't say which key of a mapping: the mapping is near enough
            break
        steps.append(int(index) if index else name)
    here = (*base, *steps)
    shown = ".".join(map(str, here)) or "the file"
    if unknown := _UNKNOWN.match(message):
        field = unknown["field"]
        return UsageError(
            f"unknown key {field!r}{did_you_mean(field, _fields(into, steps))}", document.at(*here, field)
        )
    if missing := _MISSING.match(message):
        return UsageError(f"{shown} needs the key {missing['field']!r}", document.at(*here))
    words = message.endswith("got `str`") and message.startswith("Expected `array")
    mend = f" ({here[-1]}: [one, after, the, other])" if words and here else ""
    return UsageError(f"{shown}: {message[:1].lower()}{message[1:]}{mend}", document.at(*here))


def _fields(into: Any, steps: list[str | int]) -> list[str]:
    """Names of the fields of the struct that ``steps`` lead to, for did-you-mean."""
    for step in steps:
        struct = _struct(into)
        if isinstance(step, str):
            into = {f.encode_name: f.type for f in msgspec.structs.fields(struct)}.get(step) if struct else None
        else:
            into = next(iter(typing.get_args(into)), None)
    struct = _struct(into)
    return [f.encode_name for f in msgspec.structs.fields(struct)] if struct else []


def _struct(into: Any) -> type[msgspec.Struct] | None:
    """The struct inside ``X``, ``X | None`` or ``Annotated[X, ...]``."""
    if isinstance(into, type) and issubclass(into, msgspec.Struct):
        return into
    return next((s for s in map(_struct, typing.get_args(into)) if s is not None), None)
