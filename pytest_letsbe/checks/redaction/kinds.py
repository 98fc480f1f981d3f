"""Corpus rows become kinds of secret and benign texts, or a usage error that names the row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...model import NAME, Location, UsageError
from ...suggest import did_you_mean
from .model import Kind
from .synth import Template, compile_template, fill, synthesise

KIND_FIELDS = ("id", "title", "template", "key", "bare", "source")
BENIGN_FIELDS = ("id", "template", "why")
KEY = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*\Z")
RUN = re.compile(r"[A-Za-z0-9+/_-]{16,}")
RANDOM_LOOK = re.compile(r"(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])|[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Benign:
    """A text that a good redactor leaves alone, byte for byte; ``why`` says what it only looks like."""

    id: str
    template: str
    why: str
    media_type: str | None
    location: Location

    def render(self, seed: int) -> str:
        return fill(self.template, self.id, seed, self.location).value


def parse_kind(row: Mapping[str, object], location: Location, corpus: str) -> Kind:
    """Validate one row of ``kinds``.

    Raises:
        UsageError: a key is unknown, missing or of the wrong type, the template is off, or it holds a literal secret.
    """
    check_keys(row, KIND_FIELDS, location)
    kind = Kind(
        id=_text(row, "id", location),
        title=_text(row, "title", location),
        template=_text(row, "template", location),
        key=_text(row, "key", location),
        bare=_flag(row, "bare", location),
        corpus=corpus,
        source=_text(row, "source", location),
        location=location,
    )
    _check_id(kind.id, location)
    if not KEY.match(kind.key):
        raise UsageError(f"{kind.id}: key {kind.key!r} must be UPPER_SNAKE, such as GITHUB_TOKEN", location)
    reject_literals(compile_template(kind.template, location))
    synthesise(kind, 0)
    return kind


def parse_benign(row: Mapping[str, object], location: Location) -> Benign:
    """Validate one row of ``texts``.

    Raises:
        UsageError: as for a kind; and a benign text marks no core.
    """
    check_keys(row, BENIGN_FIELDS, location, optional=("media_type",))
    media_type = _text(row, "media_type", location) if "media_type" in row else None
    benign = Benign(
        _text(row, "id", location), _text(row, "template", location), _text(row, "why", location), media_type, location
    )
    _check_id(benign.id, location)
    template = compile_template(benign.template, location)
    if template.marked:
        raise UsageError(f"{benign.id}: a benign text holds no secret, so it has no « »", location)
    reject_literals(template)
    benign.render(0)
    return benign


def check_keys(
    row: Mapping[str, object], required: Iterable[str], location: Location, optional: Iterable[str] = ()
) -> None:
    """Every required key is there, and none that nobody knows."""
    needed = tuple(required)
    known = (*needed, *optional)
    for key in row:
        if key not in known:
            raise UsageError(f"unknown key {key!r}{did_you_mean(str(key), known)}", location)
    for key in needed:
        if key not in row:
            raise UsageError(f"key {key!r} is missing", location)


def reject_literals(template: Template) -> None:
    """A corpus holds templates only: a literal that looks random would trip every scanner that reads the repository."""
    for text in template.literals():
        for run in RUN.findall(text):
            if RANDOM_LOOK.match(run):
                raise UsageError(
                    f"template: the literal {run[:4]}... ({len(run)} characters) looks like a secret;"
                    " corpora hold templates only, so write {alnum:20}, {hex:40} or another generator",
                    template.location,
                )


def _check_id(id: str, location: Location) -> None:
    if not NAME.match(id) or "/" in id:
        raise UsageError(f"id {id!r}: lower-case letters, digits, '.', '_' and '-' only", location)


def _text(row: Mapping[str, object], key: str, location: Location) -> str:
    value = row[key]
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{key!r} must be a text, not {_spelt(value)}", location)
    return value


def _flag(row: Mapping[str, object], key: str, location: Location) -> bool:
    value = row[key]
    if not isinstance(value, bool):
        raise UsageError(f"{key!r} must be true or false, not {_spelt(value)}", location)
    return value


def _spelt(value: object) -> str:
    if isinstance(value, str):
        return "a text" if value.strip() else "an empty text"
    return "nothing" if value is None else type(value).__name__
