"""When two values of JSON are the same: order of keys means nothing, types do, 1 and 1.0 are one number."""

from __future__ import annotations

import json
import re
from typing import Any


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal. JavaScript has no 1.0, so numbers are compared by value; true is no 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == other
    if isinstance(one, str) and isinstance(other, str):
        return one == other or _well_formed(one) == _well_formed(other)
    return type(one) is type(other) and bool(one == other)


def _well_formed(text: str) -> str:
    """Half of a surrogate pair is no character: parsers of Go and Rust read U+FFFD for it, or refuse it."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def compact(value: Any) -> str:
    """JSON on one line, keys as they stand."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def size(value: Any) -> int:
    """Bytes of its compact JSON in UTF-8, which is what ``args_bytes`` bounds."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return len(text.encode("utf-8", "surrogatepass"))
