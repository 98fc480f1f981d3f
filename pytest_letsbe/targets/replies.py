"""Reads what a target replied, and says in a sentence what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Never

from .base import Hello, Output, Refused, Reply, Unsupported
from .excerpt import Quote, excerpt, one_line

KINDS = ("output", "unsupported", "error")


class ReplyError(Exception):
    """A reply that breaks the protocol; the message finishes the sentence "target x ..."."""

    def __init__(self, what: str, data: bytes) -> None:
        super().__init__(what)
        self.what = what
        self.evidence = Quote(f"it begins {excerpt(data)}")


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


# json, not msgspec: a lone surrogate ("\ud800") in a reply is legal JSON, and a redactor may well echo one.
_decode = json.JSONDecoder(parse_constant=_no_constant).decode


def parse_json(data: bytes) -> Any:
    """Strict JSON: UTF-8 without a byte order mark, no NaN. Raises ReplyError."""
    try:
        return _decode(data.decode())
    except UnicodeDecodeError:
        raise ReplyError("sent bytes that are not UTF-8", data) from None
    except RecursionError:
        raise ReplyError("sent JSON that is nested too deeply", data) from None
    except ValueError:
        raise ReplyError("sent what is not JSON", data) from None


def parse_reply(line: bytes) -> tuple[int, Reply]:
    """The request's id and the reply to it. Raises ReplyError."""
    message = parse_json(line)
    if type(message) is not dict:
        raise ReplyError("sent JSON that is not an object", line)
    number = message.get("id")
    if type(number) is not int:  # True == 1, and 1.0 == 1: neither is an id we sent
        raise ReplyError("sent a reply without an integer `id`", line)
    kinds = [kind for kind in KINDS if kind in message]
    if len(kinds) != 1:
        found = " and ".join(f"`{kind}`" for kind in kinds) or "none"
        raise ReplyError(f"sent a reply that must hold one of `output`, `unsupported`, `error` and holds {found}", line)
    kind = kinds[0]
    value = message[kind]
    if kind == "output":
        if type(value) is not dict:
            raise ReplyError("sent a reply whose `output` is not an object", line)
        return number, Output(value)
    if type(value) is not str:
        raise ReplyError(f"sent a reply whose `{kind}` is not a string", line)
    return number, Unsupported(value) if kind == "unsupported" else Refused(value)


def read_hello(value: Mapping[str, Any], label: str) -> Hello:
    """The output of ``hello``; a target may leave out what it doesn't know. Raises ValueError."""
    name = value.get("name", label)
    version = value.get("version", "?")
    ops = value.get("ops")
    if not (isinstance(name, str) and isinstance(version, str)):
        raise ValueError("answered hello with a `name` or `version` that is not a string")
    if ops is None:
        return Hello(one_line(name), one_line(version), None)
    if not (isinstance(ops, list) and all(isinstance(op, str) for op in ops)):
        raise ValueError("answered hello with `ops` that is not a list of strings")
    return Hello(one_line(name), one_line(version), frozenset(ops))
