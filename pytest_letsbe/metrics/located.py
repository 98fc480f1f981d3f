"""JSON files into structs, with every mistake at its ``file:line``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

import msgspec

from .. import strict_yaml
from ..model import Location, UsageError
from ..structs import convert

T = TypeVar("T")


def read(path: Path) -> bytes:
    """Raises ``UsageError`` for a file that can't be read."""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: can't be read: {getattr(error, 'strerror', None) or error}") from None


def decode(raw: bytes, into: type[T], shown_as: str, first_line: int = 1) -> T:
    """JSON into a struct; ``first_line`` is the line of the file that ``raw`` begins at.

    Raises:
        UsageError: it isn't JSON, or not of this shape; at ``file:line``, and ``:column`` where it is one document.
    """
    try:
        return msgspec.json.decode(raw, type=into)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _explain(raw, into, shown_as, first_line, error) from None


def _explain(raw: bytes, into: type[T], shown_as: str, first_line: int, error: Exception) -> UsageError:
    """Only for what is wrong already: JSON is YAML too, and the strict YAML reader knows where everything stands."""
    try:
        data = json.loads(raw)
    except json.JSONDecodeError as wrong:
        return UsageError(f"isn't JSON: {wrong.msg}", Location(shown_as, first_line + wrong.lineno - 1, wrong.colno))
    except (ValueError, RecursionError):
        return UsageError("isn't JSON that can be read", Location(shown_as, first_line))
    try:
        document = strict_yaml.loads(raw, shown_as=shown_as)
        convert(document, (), into, data)
    except UsageError as found:
        if found.location is None or first_line > 1:  # a line of its own: the column says little
            sentence = str(found).removeprefix(f"{found.location}: ")
            return UsageError(sentence, Location(shown_as, first_line))
        return found
    return UsageError(str(error), Location(shown_as, first_line))
