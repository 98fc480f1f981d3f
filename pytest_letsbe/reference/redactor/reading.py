"""All the readings of a text: decoders applied breadth first, never twice to the same one, within a budget."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeAlias

from . import escapes, layout, runs
from .deltas import deltas
from .view import View

Decoder: TypeAlias = Callable[[View], Iterator[View]]

#: A secret in a form body in a tool call in a stream is four deep; its own encodings come on top.
DEPTH = 6
#: No text is read in more ways than this, nor at more than this many times its length.
MOST, TIMES, AT_LEAST = 96, 12, 100_000

#: Reading a text without its margins twice over only eats into it; escapes are undone level by level.
ONCE = (deltas, escapes.visible, escapes.quoted_printable, layout.concatenations, layout.margins, layout.wrapped)

#: Escapes first: they are what a text is most often written in.
DECODERS: tuple[Decoder, ...] = (
    escapes.backslashes,
    deltas,
    escapes.percents,
    escapes.entities,
    escapes.visible,
    escapes.doubled_quotes,
    escapes.table_fields,
    runs.base64_runs,
    runs.hex_runs,
    runs.base32_runs,
    escapes.quoted_printable,
    layout.concatenations,
    layout.margins,
    layout.wrapped,
)


def readings(text: str) -> Iterator[View]:
    """The text itself, then everything it can be read as, nearest first."""
    queue, budget = deque([View(text)]), max(AT_LEAST, TIMES * len(text))
    seen: set[object] = {(text, 0, len(text))}
    while queue:
        view = queue.popleft()
        yield view
        if view.depth >= DEPTH:
            continue
        for decode in DECODERS:
            if decode in view.used:
                continue
            for child in decode(view):
                if not child.text or (key := _key(child)) in seen:
                    continue
                budget -= len(child.text)
                if budget < 0 or len(seen) >= MOST:
                    yield from queue
                    return
                seen.add(key)
                child.used = {*view.used, decode} if decode in ONCE else view.used
                queue.append(child)


def _key(view: View) -> object:
    """What tells readings apart: the same text from elsewhere is another one."""
    length = len(view.text)
    return view.text, view.raw(0, 1)[0][0], view.raw(length - 1, length)[-1][1]
