"""The pairs of documents that the differ is measured with: rows of ``pairs/*.yaml`` made into whole descriptions."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pytest_letsbe.openapi.load import Document, load_with, parse

FOLDER = Path(__file__).parent / "pairs"


@dataclass(frozen=True)
class Pair:
    """``verdict``: break (a witness exists), rule, ok, or any (not counted)."""

    name: str
    old: Any
    new: Any
    verdict: str

    @property
    def breaking(self) -> bool:
        return self.verdict in ("break", "rule")


def document(data: Any, name: str) -> Document:
    return load_with(name, lambda _: json.dumps(data, indent=1).encode())


def rows(name: str) -> Any:
    path = FOLDER / name
    return parse(path.read_bytes(), str(path)).data


@cache
def all_pairs() -> list[Pair]:
    found = [*_documents("documents.yaml"), *_documents("adversary.yaml")]
    for name, version in (("schemas.yaml", "3.1.0"), ("openapi30.yaml", "3.0.3")):
        found += _schemas(name, version)
    return [pair for pair in found if pair.verdict != "any"]


def _schemas(file: str, version: str) -> Iterator[Pair]:
    for group, listed in rows(file).items():
        for name, old, new, asked, answered in listed:
            for verdict, make in ((asked, in_request), (answered, in_response)):
                place = make.__name__.removeprefix("in_")
                yield Pair(
                    f"{version[:3]} {group}: {name}, in a {place}", make(old, version), make(new, version), verdict
                )


def _documents(file: str) -> Iterator[Pair]:
    groups = rows(file)
    base = groups.pop("base")
    for group, listed in groups.items():
        for name, old, new, verdict in listed:
            first = merged(base, old)
            second = merged(base, new)
            yield Pair(f"{group}: {name}", first, second, verdict)


def merged(base: Any, patch: Any) -> Any:
    """A JSON merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    out = copy.deepcopy(base) if isinstance(base, dict) else {}
    for key, value in patch.items():
        if value is None:
            out.pop(key, None)
        else:
            out[key] = merged(out.get(key), value)
    return out


def in_request(schema: Any, version: str = "3.1.0") -> Any:
    return _around(
        {
            "requestBody": {"content": {"application/json": {"schema": schema}}},
            "responses": {"200": {"description": "ok"}},
        },
        version,
    )


def in_response(schema: Any, version: str = "3.1.0") -> Any:
    return _around(
        {"responses": {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}}, version
    )


def _around(operation: Any, version: str) -> Any:
    return {"openapi": version, "info": {"title": "t", "version": "1"}, "paths": {"/things": {"post": operation}}}
