"""Corpus files into rows: plain data, each with the place it stands at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import strict_yaml
from .data import data_dir
from .model import Location, UsageError
from .suggest import did_you_mean

#: Keys of a corpus file that are no list of rows.
_HEADER = frozenset({"version", "corpus"})


@dataclass(frozen=True, slots=True)
class Row:
    """``section`` is the list it stands in (``kinds``, ``texts``, ``carriers``)."""

    corpus: str
    section: str
    data: Mapping[str, object]
    location: Location

    @property
    def id(self) -> str:
        return str(self.data.get("id", ""))


def read(path: Path, sections: Sequence[str], *, shown_as: str | None = None) -> list[Row]:
    """The rows of one corpus file; ids are unique within a section.

    Raises:
        UsageError: the file isn't a corpus, with ``file:line:column``.
    """
    document = strict_yaml.load(path, shown_as=shown_as or _shown(path))
    data = document.data
    if not isinstance(data, dict):
        raise UsageError(
            f"a corpus file is a mapping with `version: 1` and one of {', '.join(sections)}", document.at()
        )
    if data.get("version") != 1:
        raise UsageError("needs `version: 1`", document.at("version"))
    for key in data:
        if key not in _HEADER and key not in sections:
            raise UsageError(f"unknown key {key!r}{did_you_mean(key, {*_HEADER, *sections})}", document.at(key))
    rows = [row for section in sections for row in _rows(document, section, path)]
    if not rows:
        raise UsageError("holds no row: it proves nothing", document.at())
    return rows


def _rows(document: strict_yaml.Document, section: str, path: Path) -> Iterator[Row]:
    rows = document.data.get(section) or []
    if not isinstance(rows, list):
        raise UsageError(f"{section} must be a list of rows", document.at(section))
    seen: dict[str, Location] = {}
    for index, data in enumerate(rows):
        where = document.at(section, index)
        if not isinstance(data, dict):
            raise UsageError("a row is a mapping with an id", where)
        row = Row(str(document.data.get("corpus", path.stem)), section, data, where)
        if row.id in seen:
            raise UsageError(f"id {row.id!r} stands twice: first at {seen[row.id]}", where)
        seen[row.id] = where
        yield row


def find(name: str, check: str, folders: Sequence[Path], location: Location) -> Path:
    """The file of the corpus ``name``: shipped, or in a folder that another package registered."""
    places = [*folders, data_dir("corpora") / check]
    for folder in places:
        if (folder / f"{name}.yaml").is_file():
            return folder / f"{name}.yaml"
    known = {file.stem for folder in places if folder.is_dir() for file in folder.glob("*.yaml")}
    raise UsageError(f"no corpus is called {name!r}{did_you_mean(name, known)}", location)


def _shown(path: Path) -> str:
    """``corpora/redaction/secrets.yaml``, wherever the installation keeps it."""
    shipped = data_dir("corpora")
    if path.is_relative_to(shipped):
        return f"corpora/{path.relative_to(shipped).as_posix()}"
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
