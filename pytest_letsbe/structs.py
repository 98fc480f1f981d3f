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
    if message == "Invalid RFC3339 encoded date":
        return UsageError(f"{shown}: takes a date such as 2027-01-31", document.at(*here))
    if message.startswith("Invalid enum value") and (allowed := _allowed(into, steps)):
        got = message.removeprefix("Invalid enum value ").strip("'")
        hint = did_you_mean(got, allowed) if len(allowed) > 1 else f" (known: {allowed[0]})"
        return UsageError(f"{shown}: can't be {got!r}{hint}", document.at(*here))
    words = message.endswith("got `str`") and message.startswith("Expected `array")
    mend = f" ({here[-1]}: [one, after, the, other])" if words and here else ""
    return UsageError(f"{shown}: {message[:1].lower()}{message[1:]}{mend}", document.at(*here))


def _fields(into: Any, steps: list[str | int]) -> list[str]:
    """Names of the fields of the struct that ``steps`` lead to, for did-you-mean."""
    return list(_fields_of(_type_at(into, steps)))


def _allowed(into: Any, steps: list[str | int]) -> list[str]:
    """What may stand in the field that ``steps`` lead to, when it is one of a few words."""
    return [str(word) for word in _words(_type_at(into, steps)) if word is not None]


def _type_at(into: Any, steps: list[str | int]) -> Any:
    """The type of what ``steps`` lead to, None where they lead nowhere."""
    for step in steps:
        into = _fields_of(into).get(step) if isinstance(step, str) else next(iter(typing.get_args(into)), None)
    return into


def _fields_of(into: Any) -> dict[str, Any]:
    struct = _struct(into)
    return {f.encode_name: f.type for f in msgspec.structs.fields(struct)} if struct else {}


def _words(kind: Any) -> typing.Iterator[object]:
    if typing.get_origin(kind) is typing.Literal:
        yield from typing.get_args(kind)
        return
    for part in typing.get_args(kind):
        yield from _words(part)


def _struct(into: Any) -> type[msgspec.Struct] | None:
    """The struct inside ``X``, ``X | None`` or ``Annotated[X, ...]``."""
    if isinstance(into, type) and issubclass(into, msgspec.Struct):
        return into
    return next((s for s in map(_struct, typing.get_args(into)) if s is not None), None)
