"""Corpus rows into vectors: a row is a class, its values and expansions times the ways to send them are the vectors."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from ...corpora import Row, read
from ...data import data_dir
from ...globbing import some_matching
from ...model import NAME, Spec, UsageError
from ...suggest import did_you_mean
from .model import JUDGES, Vector, VectorClass
from .shapes import DEFAULT_VIAS, SHAPES, VIAS, filled, octets
from .spellings import IPV4, IPV6, bracketed, spelled

SECTIONS = ("classes",)
SEVERITIES = ("critical", "high", "medium", "low")
INVARIANTS = ("deny-private", "deny-unlisted", "dns-pinning", "host-consistency", "no-smuggling", "no-header-leak")
NEEDS = ("terminate", "tenants", "methods", "allow-ports")


class ClassRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of ``classes``. ``values`` are the attacks by name; ``addresses`` with ``spellings`` make more of them."""

    id: str
    invariant: str
    statement: str
    source: str
    severity: str
    shape: str
    modes: list[str] = field(default_factory=lambda: ["allow", "deny"])
    judge: list[str] = []
    needs: list[str] = []
    via: list[str] = []
    values: dict[str, Any] = {}
    addresses: dict[str, str] = {}
    spellings: list[str] = []
    zone: dict[str, Any] = {}
    permit: list[str] = []
    refused: list[str] = []
    untrusted: list[str] = []
    secrets: list[str] = []
    times: int = 1
    settle: float = 0.012
    #: Globs of the values that lead nowhere but to this machine by any reading: these run where no network of ours can be made.
    loopback: list[str] = []


def load(spec: Spec) -> list[VectorClass]:
    """Every class there is: shipped, registered, and the manifest's own. Raises UsageError."""
    folders = [data_dir("corpora") / "egress", *spec.corpora]
    files = [path for folder in folders for path in sorted(folder.glob("*.yaml"))]
    for pattern in spec.options.extra:
        files += some_matching(spec.root, pattern, option="extra", location=spec.at("extra"))
    classes = [made for path in files for made in load_file(path)]
    seen: dict[str, VectorClass] = {}
    for one in classes:
        if one.id in seen:
            raise UsageError(f"class {one.id!r} stands twice: first at {seen[one.id].location}", one.location)
        seen[one.id] = one
    return classes


def load_file(path: Path) -> list[VectorClass]:
    return [vector_class(row) for row in read(path, SECTIONS)]


def vector_class(row: Row) -> VectorClass:
    """A row as a class. Raises UsageError with its place."""
    try:
        data = msgspec.convert(dict(row.data), ClassRow)
    except msgspec.ValidationError as error:
        raise UsageError(f"{row.id or 'a class'}: {error}", row.location) from None
    _check(data, row)
    vectors = tuple(_vectors(data, row))
    if not vectors:
        raise UsageError(f"{data.id} makes no vector", row.location)
    return VectorClass(
        data.id, data.invariant, data.statement, data.source, data.severity, tuple(data.modes), tuple(data.judge), tuple(data.needs),
        vectors, row.location,
    )  # fmt: skip


def _check(data: ClassRow, row: Row) -> None:
    known = {
        "invariant": ([data.invariant], INVARIANTS), "severity": ([data.severity], SEVERITIES), "shape": ([data.shape], SHAPES),
        "modes": (data.modes, ("allow", "deny")), "judge": (data.judge, JUDGES), "needs": (data.needs, NEEDS),
        "spellings": (data.spellings, {**IPV4, **IPV6}),
    }  # fmt: skip
    if data.shape in VIAS:
        known["via"] = (data.via, VIAS[data.shape])
    for key, (given, allowed) in known.items():
        for word in given:
            if word not in allowed:
                raise UsageError(f"{data.id}: {key} {word!r} is unknown{did_you_mean(word, allowed)}", row.location)
    for name in (data.id, *data.values, *data.addresses):
        if not NAME.match(name):
            raise UsageError(f"{name!r} can't be an id: lower-case letters, digits, '.', '_', '-'", row.location)
    if data.addresses and data.shape == "raw":
        raise UsageError(f"{data.id}: addresses belong to the shapes authority and dns", row.location)


def _vectors(data: ClassRow, row: Row) -> Iterator[Vector]:
    ways = data.via or DEFAULT_VIAS[data.shape]
    for (name, value), via in itertools.product(_values(data).items(), ways):
        zone = filled(dict(data.zone))
        if data.shape == "dns":
            zone = {**zone, **filled({"{allowed}": value})}
        value = filled(value)
        steps = SHAPES[data.shape](octets(value) if data.shape == "authority" and name in data.values else value, via)
        if data.times > 1:
            steps = [step for _ in range(data.times) for step in ({"open": True}, *steps)]
        yield Vector(
            f"{data.id}/{name}/{via}", (steps,), zone, tuple(filled(data.refused)), tuple(filled(data.untrusted)), tuple(data.permit),
            tuple(data.secrets), needs_ipv6="[" in str(value) and ":" in str(value), needs_terminate=via in ("in-tls", "in-tunnel"), settle=data.settle,
            loopback=any(fnmatchcase(name, pattern) for pattern in data.loopback),
        )  # fmt: skip


def _values(data: ClassRow) -> Mapping[str, Any]:
    values = dict(data.values)
    for name, address in data.addresses.items():
        for spelling in data.spellings or ["plain"]:
            key = name if spelling == "plain" else f"{name}-{spelling}"
            if data.shape == "dns":
                literal = address if spelling == "plain" else spelled(address, spelling).strip("[]")
                values[key] = {"aaaa": [literal]} if ":" in literal else {"a": [literal]}
            else:
                values[key] = bracketed(address) if spelling == "plain" else spelled(address, spelling)
    return values
