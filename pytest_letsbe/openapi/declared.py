"""What schemas declare and no single value shows: discriminators, encodings of text, extensible enums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .schema import Node, Part, Union
from .view import View

if TYPE_CHECKING:
    from .compare import Change, Comparer


#: What 3.0 writes instead.
_OLDER = {"contentEncoding": "byte", "contentMediaType": "binary"}


def declared(comparer: Comparer, producer: Node, consumer: Node, sent: View, read: View) -> list[Change]:
    """Breaks by rule of one pair of schemas."""
    old, new = (producer, consumer) if comparer.role == "request" else (consumer, producer)
    place = comparer.new(producer, consumer)
    found = [_content(key, sent, read, place) for key in ("contentEncoding", "contentMediaType")]
    found.append(_discriminator(old, new, place))
    if comparer.role == "request":
        found.append(_extensible(old, new, place))
    return [change for change in found if change is not None]


def _content(key: str, sent: View, read: View, place: Any) -> Change | None:
    """How text is to be decoded (JSON Schema validation, 8): another way reads other bytes."""
    from .compare import Change

    was, now = sent.content.get(key), read.content.get(key)
    if now is None or was == now or "string" not in sent.types & read.types:
        return None
    if was is None and _OLDER[key] in sent.formats:
        return None  # what 3.0 calls by a format (OpenAPI 3.1, 4.8.14.5: migrating binary descriptions)
    return Change("content", (), place, f"{key} {was or 'none'} is sent where {now} is read")


def _discriminator(old: Node, new: Node, place: Any) -> Change | None:
    """Which property tells the branches apart, and by which values (OpenAPI 3.1, 4.8.25)."""
    from .compare import Change

    before, after = _said(old, "discriminator"), _said(new, "discriminator")
    if not isinstance(before, dict) or not isinstance(after, dict):
        return None
    if before.get("propertyName") != after.get("propertyName"):
        said = f"the discriminator was {before.get('propertyName')!r} and is {after.get('propertyName')!r}"
        return Change("discriminator", (), place, said)
    was, now = before.get("mapping"), after.get("mapping")
    if isinstance(was, dict) and isinstance(now, dict):
        names = {name for item in new.flat if isinstance(item, Union) for name in item.names}
        gone = sorted(key for key in was.keys() - now.keys() if _last(was[key]) in names and key != _last(was[key]))
        if gone:
            return Change(
                "mapping-deleted", (), place, f"the discriminator's value {gone[0]!r} names no schema any more"
            )
        moved = sorted(key for key in was.keys() & now.keys() if _last(was[key]) != _last(now[key]))
        if moved:
            return Change("mapping", (), place, f"the discriminator's value {moved[0]!r} names another schema")
    return None


def _last(reference: Any) -> str:
    return str(reference).rsplit("/", 1)[-1]


def _extensible(old: Node, new: Node, place: Any) -> Change | None:
    """Values that a server understood (Zalando's API guidelines, rule 112)."""
    from .compare import Change

    before, after = _said(old, "x-extensible-enum"), _said(new, "x-extensible-enum")
    if not isinstance(before, list) or not isinstance(after, list):
        return None
    gone = [value for value in before if value not in after]
    return (
        Change("extensible-enum", (), place, f"{', '.join(map(repr, gone))} isn't understood any more")
        if gone
        else None
    )


def _said(schema: Node, keyword: str) -> Any:
    """The first of the schema's parts that says the keyword."""
    for item in schema.flat:
        part: Part = item.owner if isinstance(item, Union) else item
        if part.has(keyword):
            return part.get(keyword)
    return None
