"""All the texts that one text may be read as: decoders applied breadth first, within a budget."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from . import binary, decoders, sse
from .decoders import squash

#: ``(text, squashed text) -> (name, decoded)`` pairs.
Decoder: TypeAlias = Callable[[str, str], Iterator[tuple[str, str]]]

#: A secret in a form body in a tool call in a stream is four deep; its own encoding is the fifth step.
DEPTH = 5
#: No output may make us read more than this many views, nor more characters than a multiple of its own.
MAX_VIEWS = 256
#: Shorter ASCII can't hold eight characters in any encoding: base64 takes eleven.
SHORTEST = 11
_TIMES, _AT_LEAST = 16, 400_000

_ALWAYS: tuple[Decoder, ...] = (
    decoders.backslashes,
    decoders.utf_16,
    sse.deltas,
    decoders.percents,
    decoders.entities,
    decoders.look_alikes,
    binary.base64_runs,
    binary.hex_runs,
    binary.base32_runs,
    decoders.quoted_printable,
    decoders.concatenations,
    decoders.margins,
)


class View(NamedTuple):
    """One reading of a text, and the decoders that led to it."""

    text: str
    squashed: str
    chain: tuple[str, ...]


def decoders_for(value: str) -> tuple[Decoder, ...]:
    """Two decoders only matter to values with a quote or a space in them."""
    extra: tuple[Decoder, ...] = ()
    if any(quote in value for quote in "'\">"):
        extra += (decoders.doubled_quotes,)
    if any(char.isspace() for char in value):
        extra += (decoders.pluses,)
    return _ALWAYS + extra


def views(
    text: str, chain: tuple[str, ...] = (), steps: tuple[Decoder, ...] = _ALWAYS, depth: int = DEPTH
) -> Iterator[View]:
    """The text itself, then everything it decodes to, nearest first; never the same text twice."""
    seen = {text}
    budget = max(_AT_LEAST, _TIMES * len(text))
    queue = deque([View(text, squash(text), chain)])
    while queue:
        view = queue.popleft()
        yield view
        if len(view.chain) >= depth or (len(view.text) < SHORTEST and view.text.isascii()):
            continue
        for step in steps:
            for name, decoded in step(view.text, view.squashed):
                if len(decoded) < 4 or decoded in seen:
                    continue
                budget -= len(decoded)
                if budget < 0 or len(seen) >= MAX_VIEWS:
                    yield from queue
                    return
                seen.add(decoded)
                queue.append(View(decoded, squash(decoded), (*view.chain, name)))
