"""JSON of strangers: what isn't the expected shape is empty, and no error."""

from __future__ import annotations

from typing import Any


def mapping(value: Any) -> dict[str, Any]:
    """The value, where it is an object."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """The value, where it is a list."""
    return value if isinstance(value, list) else []
