"""Two parsed documents compared: the same shape and keys, and every leaf that held no secret unchanged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from ...model import LetsbeError

#: Says whether a leaf of the input held the secret.
Touched: TypeAlias = Callable[[str], bool]


class Broken(LetsbeError):
    """An output that doesn't parse any more; the message says so in a sentence."""


def load_json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Broken(f"it is no JSON any more: {str(error).partition(': line')[0]}") from None
    except RecursionError:
        raise Broken("it is nested too deeply to be read") from None


def same_node(before: object, after: object, touched: Touched, at: str = "$") -> str | None:
    """Mappings with the same keys in order, lists of one length, untouched leaves equal, touched texts still texts."""
    if isinstance(before, dict):
        if not isinstance(after, dict):
            return f"{at} is no mapping any more"
        return same_keys(list(before), list(after), touched, at) or first(
            same_node(old, new, touched, f"{at}.{key}")
            for (key, old), new in zip(before.items(), after.values(), strict=True)
        )
    if isinstance(before, list):
        if not isinstance(after, list):
            return f"{at} is no list any more"
        if len(before) != len(after):
            return f"{at} has {len(after)} items where it had {len(before)}"
        return first(
            same_node(old, new, touched, f"{at}[{place}]")
            for place, (old, new) in enumerate(zip(before, after, strict=True))
        )
    if isinstance(before, str) and touched(before):
        return _same_text(before, after, touched, at)
    if not isinstance(before, str) and before is not None and touched(str(before)):
        return f"{at} became a container" if isinstance(after, (dict, list)) else None
    if _is_number(before) and _is_number(after) and before == after:
        return None  # 1.0 and 1 are the same number of JSON
    if type(before) is not type(after):
        return f"{at} held no secret and turned from {type(before).__name__} into {type(after).__name__}"
    return None if before == after else f"{at} held no secret and changed"


def _is_number(node: object) -> bool:
    return isinstance(node, (int, float)) and not isinstance(node, bool)


def _same_text(before: str, after: object, touched: Touched, at: str) -> str | None:
    """A text that held the secret stays a text; JSON inside it stays JSON unless all of it was replaced."""
    if not isinstance(after, str):
        return f"{at} is no text any more"
    if before[:1] in ("{", "[") and before[:1] == after[:1]:
        try:
            inner = json.loads(before)
        except ValueError:
            return None
        try:
            return same_node(inner, json.loads(after), touched, f"{at} (JSON in a text)")
        except ValueError:
            return f"the JSON in the text at {at} is broken"
    return None


def same_keys(before: Sequence[object], after: Sequence[object], touched: Touched, at: str) -> str | None:
    if len(before) != len(after):
        lost = [key for key in before if key not in after]
        named = f": {lost[0]!r} is gone" if lost and not touched(str(lost[0])) else ""
        return f"{at} has {len(after)} keys where it had {len(before)}{named}"
    for old, new in zip(before, after, strict=True):
        if old != new and not touched(str(old)):
            return f"the key {old!r} of {at} changed"
    return None


def first(found: Iterator[str | None]) -> str | None:
    return next((sentence for sentence in found if sentence is not None), None)
