"""What an array's keywords refuse: counts, equal items, and what stands at each position."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any

from . import witness
from .facets import or_any, unproven
from .schema import Node, anything
from .view import View

if TYPE_CHECKING:
    from .compare import Box, Change, Comparer


def arrays(comparer: Comparer, producer: Node, consumer: Node, sent: View, read: View) -> list[Change]:
    """Everything about arrays."""
    found = lengths(comparer, producer, consumer, sent, read)
    if sent.max_items == 0:
        return found
    for index in range(max(len(sent.prefix), len(read.prefix)) + 1):
        if sent.max_items is not None and index >= sent.max_items:
            break
        last = index >= len(sent.prefix) and index >= len(read.prefix)
        mine = sent.prefix[index] if index < len(sent.prefix) else sent.items
        theirs = read.prefix[index] if index < len(read.prefix) else read.items
        if theirs is None:
            continue
        changes = comparer.compare(mine or anything(producer), theirs)
        found += comparer.nested(changes, "items" if last else str(index), _put(sent, index, comparer))
    return found


def _put(sent: View, index: int, comparer: Comparer) -> Callable[[Any], Box]:
    """The shortest array with a value at one position."""

    def put(value: Any) -> Box:
        filled: list[Any] = []
        for place in range(max(index + 1, min(sent.min_items, 1000))):
            schema = sent.prefix[place] if place < len(sent.prefix) else sent.items
            options = [place] if schema is None else witness.some(schema, comparer.role)
            if place != index and not options:
                return ()
            if place == index:
                filled.append(value)
            else:
                filled.append(options[place % len(options)] if sent.unique else options[0])
        return (filled,)

    return put


def lengths(comparer: Comparer, producer: Node, consumer: Node, sent: View, read: View) -> list[Change]:
    """Stricter counts of an array's items, and uniqueness."""
    from .compare import Change

    claims: list[tuple[str, str, Callable[[list[Any]], bool]]] = []
    if read.min_items > sent.min_items:
        text = f"{sent.min_items} items may be sent, {read.min_items} are wanted"
        claims.append(("min-items", text, lambda v: len(v) < read.min_items))
    if read.max_items is not None and (sent.max_items is None or sent.max_items > read.max_items):
        most = read.max_items
        kind = "max-items" if sent.max_items is not None else "max-items-set"
        claims.append((kind, f"{or_any(sent.max_items)} items may be sent, {most} are taken", lambda v: len(v) > most))
    if read.unique and not sent.unique and (sent.max_items is None or sent.max_items > 1):
        claims.append(("unique-items", "equal items are sent where all must differ", lambda v: len(v) > 1))
    if not claims:
        return []
    found = []
    takes = comparer.accepts(consumer)
    place = comparer.new(producer, consumer)
    values = witness.Again(
        v for v in islice(witness.valid_samples(producer, comparer.role, hints=read), 60) if isinstance(v, list)
    )
    for kind, sentence, refuses in claims:
        hit = next(([value] for value in values if refuses(value) and not takes(value)), None)
        if hit:
            found.append(Change(kind, (), place, sentence, (hit[0],)))
        elif unproven(comparer, producer, consumer):
            found.append(Change("unknown", (), place, sentence, certain=False))
    return found
