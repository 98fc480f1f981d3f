"""What a generator may see while a template is filled: the seeded random source and the text made so far."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")

CORE_OPENS, CORE_CLOSES = "«", "»"


class ArgumentError(ValueError):
    """A generator can't work with what stands after its colon."""


class Context:
    """One filling of one template.

    Checksums look back: ``core`` is the text since the last ``«`` (all of it in a template without marks), ``value``
    the whole text so far. Pieces that belong together (``x`` and ``d`` of one key) share it through ``once``.
    """

    __slots__ = ("_start", "_things", "cores", "rng", "value")

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.value = ""
        self.cores: list[str] = []
        self._start = 0
        self._things: dict[str, Any] = {}

    def __repr__(self) -> str:  # it holds half a secret
        return f"<Context len={len(self.value)}>"

    @property
    def core(self) -> str:
        return self.value[self._start :]

    def write(self, text: str) -> None:
        """Append text. A generator's may hold ``»...«``: a border that isn't secret, such as an escaped newline."""
        head, *tail = text.split(CORE_CLOSES)
        self._open_and_append(head)
        for rest in tail:
            self.cores.append(self.core)
            self._open_and_append(rest)

    def _open_and_append(self, text: str) -> None:
        before, mark, after = text.partition(CORE_OPENS)
        self.value += before
        if mark:
            self._start = len(self.value)
            self.value += after

    def once(self, name: str, make: Callable[[random.Random], T]) -> T:
        """The thing of that name in this filling, made at its first use."""
        if name not in self._things:
            self._things[name] = make(self.rng)
        thing: T = self._things[name]
        return thing

    def rest_of(self, whole: str) -> str:
        """What ``whole`` still lacks after the public head that the template has written already."""
        if not whole.startswith(self.value):
            raise ArgumentError(f"the text before it must be the value's own head, such as {whole[:3]!r}")
        return whole[len(self.value) :]


Generator: TypeAlias = Callable[[Context, str], str]


def count(arg: str, *, least: int = 1, most: int = 4096) -> int:
    """The length that stands after a generator's colon."""
    if not arg.isascii() or not arg.isdigit() or not least <= int(arg) <= most:
        raise ArgumentError(f"needs a length from {least} to {most}, such as {{name:32}}, not {arg!r}")
    return int(arg)


def one_of(arg: str, table: dict[str, T]) -> T:
    """The entry of ``table`` that stands after a generator's colon."""
    if arg not in table:
        raise ArgumentError(f"needs one of {', '.join(sorted(table))}, not {arg!r}")
    return table[arg]


def no_argument(arg: str) -> None:
    if arg:
        raise ArgumentError(f"takes no argument, not {arg!r}")
