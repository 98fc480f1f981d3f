"""Templates: literal text with ``{generator:argument}`` pieces and ``«cores»``.

``{{`` and ``}}`` stand for braces. Without marks the whole value is the core.
"""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass
from functools import lru_cache

from ....model import Location, UsageError
from ....suggest import did_you_mean
from .context import CORE_CLOSES, CORE_OPENS, ArgumentError, Context, Generator
from .generators import GENERATORS

TOKEN = re.compile(
    r"(?P<brace>\{\{|\}\})"
    r"|\{(?P<name>[a-z0-9_]+)(?::(?P<arg>[^{}«»]*))?\}"
    r"|(?P<mark>[«»])"
    r"|(?P<text>[^{}«»]+)"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A generator and its argument; literal text is a piece without a generator."""

    text: str
    generator: Generator | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Filled:
    """A filled template. It never prints its text."""

    value: str
    cores: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<filled:len={len(self.value)}>"


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was read and found sound; only its arguments are judged later, when it is filled."""

    source: str
    pieces: tuple[Piece, ...]
    marked: bool
    location: Location | None = None

    def fill(self, rng: random.Random) -> Filled:
        ctx = Context(rng)
        for piece in self.pieces:
            if piece.generator is None:
                ctx.write(piece.text)
                continue
            name, _, arg = piece.text.partition(":")
            try:
                ctx.write(piece.generator(ctx, arg))
            except ArgumentError as error:
                raise UsageError(f"template: {{{name}}} {error}", self.location) from None
        cores = tuple(ctx.cores) if self.marked else (ctx.value,)
        if not all(core.strip() for core in cores):
            raise UsageError("template: a core between « and » is empty", self.location)
        return Filled(ctx.value, cores)

    def literals(self) -> list[str]:
        """The stretches of literal text, across marks."""
        stretches = [""]
        for piece in self.pieces:
            if piece.generator is not None:
                stretches.append("")
            elif piece.text not in (CORE_OPENS, CORE_CLOSES):
                stretches[-1] += piece.text
        return [text for text in stretches if text]


@lru_cache(maxsize=4096)
def compile_template(template: str, location: Location | None = None) -> Template:
    """Read a template.

    Raises:
        UsageError: it is unbalanced, or names a generator that doesn't exist.
    """
    pieces: list[Piece] = []
    depth, at = 0, 0
    while at < len(template):
        token = TOKEN.match(template, at)
        if token is None:
            wanted = "write {name}, {name:arg} or double it"
            raise UsageError(f"template: a single {template[at]!r} at character {at + 1}; {wanted}", location)
        if token["mark"]:
            depth += 1 if token["mark"] == CORE_OPENS else -1
            if depth not in (0, 1):
                raise UsageError(f"template: {token['mark']} at character {at + 1} has no partner", location)
        pieces.append(_piece(token, location))
        at = token.end()
    if depth:
        raise UsageError(f"template: {CORE_OPENS} without {CORE_CLOSES}", location)
    if not pieces:
        raise UsageError("template: it is empty", location)
    return Template(template, tuple(pieces), any(piece.text == CORE_OPENS for piece in pieces), location)


def _piece(token: re.Match[str], location: Location | None) -> Piece:
    name = token["name"]
    if name is None:
        return Piece(token["text"] or token["mark"] or token["brace"][0])
    if name not in GENERATORS:
        raise UsageError(f"template: no generator {name!r}{did_you_mean(name, GENERATORS)}", location)
    return Piece(f"{name}:{token['arg'] or ''}", GENERATORS[name])


def seeded(name: str, seed: int) -> random.Random:
    """The random source of one filling: the same name and seed give the same text for ever."""
    digest = hashlib.sha256(f"letsbe|{name}|{seed}".encode()).digest()
    return random.Random(int.from_bytes(digest, "big"))  # noqa: S311  # fakes must be reproducible, not secret


def fill(template: str, name: str, seed: int, location: Location | None = None) -> Filled:
    """Fill a template under the name of its corpus row."""
    return compile_template(template, location).fill(seeded(name, seed))
