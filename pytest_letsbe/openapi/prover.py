"""The only module that knows jsonschema-rs: set algebra on schemas, and its validator.

``covers`` answers YES only when every value of the other schema is admitted; anything it can't model is UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from ..model import UsageError

Answer: TypeAlias = Literal["yes", "no", "unknown"]
Predicate: TypeAlias = Callable[[Any], bool]

#: Above this many characters the set algebra isn't asked: it may outgrow its cases.
MAX_SIZE = 200_000


def covers(consumer: dict[str, Any], producer: dict[str, Any]) -> Answer:
    """Whether the consumer's schema admits every value that the producer's does."""
    rs = _library()
    if len(repr(consumer)) + len(repr(producer)) > MAX_SIZE:
        return "unknown"
    try:
        wide, narrow = rs.canonicalize(consumer), rs.canonicalize(producer)
        if narrow.satisfiability() == rs.canonical.Satisfiability.NO:
            return "yes"
        answer = wide.covers(narrow)
    except (ValueError, rs.ReferencingError):
        return "unknown"
    if answer == rs.canonical.Containment.YES:
        return "yes"
    return "no" if answer == rs.canonical.Containment.NO else "unknown"


def difference(producer: dict[str, Any], consumer: dict[str, Any]) -> dict[str, Any] | None:
    """A schema of the values that the producer's admits and the consumer's refuses; None when it can't be said."""
    rs = _library()
    try:
        found = rs.canonicalize(producer).subtract(rs.canonicalize(consumer)).to_json_schema()
    except (ValueError, rs.ReferencingError):
        return None
    return found if isinstance(found, dict) else None


def predicate(schema: dict[str, Any]) -> Predicate | None:
    """A quick validator; None when the schema isn't one it takes."""
    rs = _library()
    try:
        return rs.Draft202012Validator(schema, validate_formats=True).is_valid  # type: ignore[no-any-return]
    except (ValueError, rs.ReferencingError):
        return None


def _library() -> Any:
    try:
        import jsonschema_rs
    except ImportError:
        raise UsageError("comparing schemas needs jsonschema-rs: pip install 'pytest-letsbe[contract]'") from None
    return jsonschema_rs
