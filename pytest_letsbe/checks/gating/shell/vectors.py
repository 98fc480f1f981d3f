"""Rows of the gating corpora: vectors, look-alikes, and programs that run or write through their arguments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from ....corpora import Row
from ....model import NAME, Location, UsageError
from ....suggest import did_you_mean
from .render import PLAIN, render

Text = Annotated[str, Meta(min_length=1)]
R = TypeVar("R", bound=Struct)


class _Vector(Struct, frozen=True, forbid_unknown_fields=True):
    id: Text
    what: Text
    command: Text
    plain: Literal["exec", "write"]
    source: Text
    setup: str = ""
    needs: list[str] = []
    platform: str = ""
    notes: str = ""
    tier: Literal["must", "strict"] = "must"


class _Lookalike(Struct, frozen=True, forbid_unknown_fields=True):
    id: Text
    command: Text
    why: Text
    setup: str = ""
    needs: list[str] = []


class _Program(Struct, frozen=True, forbid_unknown_fields=True):
    id: Text
    runs: list[Text] | Literal["anything"] = []
    writes: list[Text] | Literal["anything"] = []
    source: Text = ""
    also: list[Text] = []


@dataclass(frozen=True, slots=True)
class Vector:
    """A command line that has a denied effect and hides it.

    ``strict`` ones are innocent in themselves: the folder they run in is hostile. ``setup`` is a script that
    makes this folder. ``needs`` names programs, or files by their path, without which it can't run.
    """

    id: str
    kind: str
    what: str
    command: str
    plain: str
    source: str
    setup: str
    needs: tuple[str, ...]
    strict: bool
    location: Location

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.id}"

    @property
    def plain_command(self) -> str:
        return PLAIN[self.plain]


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A harmless command line that looks like an attack; a good gate may let it run, and none has to."""

    id: str
    command: str
    why: str
    setup: str
    needs: tuple[str, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class Program:
    """A program that runs others or writes files through its arguments.

    ``runs`` and ``writes`` are arguments that do it, as the policy's rule sees them: words joined by one space.
    Empty arguments stand for any: the program does it whatever it is given.
    """

    names: tuple[str, ...]
    runs: tuple[str, ...]
    writes: tuple[str, ...]
    anything: bool
    source: str
    location: Location


def parse_vector(row: Row) -> Vector:
    """Raises UsageError: a key is off, a hole unknown, or nothing in it can have the effect."""
    read = _read(row, _Vector)
    for text in (read.command, read.setup):
        _rendered(text, read.plain, row)
    if not re.search("«(sentinel|plain)", read.command + read.setup):
        raise UsageError(f"{read.id}: neither command nor setup holds «sentinel» or «plain»", row.location)
    return Vector(
        read.id,
        row.corpus,
        read.what,
        _rendered(read.command, read.plain, row),
        read.plain,
        read.source,
        _rendered(read.setup, read.plain, row),
        tuple(read.needs),
        read.tier == "strict",
        row.location,
    )


def parse_lookalike(row: Row) -> Lookalike:
    """Raises UsageError: a key is off, or a hole unknown."""
    read = _read(row, _Lookalike)
    command, setup = _rendered(read.command, "exec", row), _rendered(read.setup, "exec", row)
    return Lookalike(read.id, command, read.why, setup, tuple(read.needs), row.location)


def parse_program(row: Row) -> Program:
    """Raises UsageError: a key is off, or the row says of no argument that it runs or writes."""
    read = _read(row, _Program)
    if not read.runs and not read.writes:
        raise UsageError(f"{read.id}: needs `runs` or `writes`: arguments that do it, or `anything`", row.location)
    if not read.source:
        raise UsageError(f"{read.id}: needs a `source`", row.location)
    runs = () if read.runs == "anything" else tuple(read.runs)
    writes = () if read.writes == "anything" else tuple(read.writes)
    anything = "anything" in (read.runs, read.writes)
    return Program((read.id, *read.also), runs, writes, anything, read.source, row.location)


def _rendered(template: str, plain: str, row: Row) -> str:
    try:
        return render(template, plain)
    except ValueError as error:
        raise UsageError(f"{row.id}: {error}", row.location) from None


def _read(row: Row, into: type[R]) -> R:
    try:
        read = msgspec.convert(dict(row.data), into)
    except msgspec.ValidationError as error:
        raise UsageError(_sentence(row.data, str(error), into), row.location) from None
    if not NAME.match(row.id) or "/" in row.id:
        raise UsageError(f"id {row.id!r}: lower-case letters, digits, '.', '_' and '-'", row.location)
    return read


def _sentence(data: Any, message: str, into: type[Struct]) -> str:
    known = [field.encode_name for field in msgspec.structs.fields(into)]
    for key in data:
        if key not in known:
            return f"unknown key {key!r}{did_you_mean(key, known)}"
    return message[:1].lower() + message[1:]
