"""Workflow files into workflows, jobs and steps, each value at its line; odd shapes never raise here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from pathlib import PurePosixPath
from typing import Any

from ...model import Location
from ...strict_yaml import Document, YamlPath


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """A list as it is, one value as a list of it, nothing as an empty one."""
    return value if isinstance(value, list) else [] if value is None else [value]


def text(value: Any) -> str:
    """A scalar as its text; YAML's booleans as ``true`` and ``false``."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None or isinstance(value, dict | list) else str(value)


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a job."""

    job: Job = field(repr=False)
    index: int
    data: Mapping[str, Any] = field(repr=False)

    @property
    def path(self) -> YamlPath:
        return (*self.job.path, "steps", self.index)

    @property
    def run(self) -> str:
        return text(self.data.get("run"))

    @property
    def uses(self) -> str:
        return text(self.data.get("uses"))

    @property
    def name(self) -> str:
        return text(self.data.get("name")) or text(self.data.get("id"))

    @property
    def shell(self) -> str:
        """The shell it runs in, from the step, the job's defaults or the workflow's; empty for the server's."""
        for holder in (self.data, _run_defaults(self.job.data), _run_defaults(self.job.workflow.data)):
            if shell := text(holder.get("shell")):
                return shell
        return ""

    def at(self, key: str | None = None) -> Location:
        return self.job.workflow.at(*self.path, *([key] if key else []))

    def at_run_line(self, number: int) -> Location:
        """The place of line ``number`` (from 0) of ``run``; a block scalar begins below its key."""
        where = self.at("run")
        lines = self.job.workflow.lines
        head = lines[where.line - 1] if where.line <= len(lines) else ""
        if head.split("#")[0].rstrip().rstrip("+-0123456789").endswith(("|", ">")):
            line = where.line + 1 + number
            raw = lines[line - 1] if line <= len(lines) else ""
            return Location(where.path, line, len(raw) - len(raw.lstrip()) + 1)
        return where


@dataclass(frozen=True, eq=False)
class Job:
    """One job of a workflow."""

    workflow: Workflow = field(repr=False)
    id: str
    data: Mapping[str, Any] = field(repr=False)

    @property
    def path(self) -> YamlPath:
        return ("jobs", self.id)

    @property
    def name(self) -> str:
        return text(self.data.get("name"))

    @property
    def uses(self) -> str:
        """The reusable workflow that it calls."""
        return text(self.data.get("uses"))

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(text(need) for need in sequence(self.data.get("needs")))

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        found = sequence(self.data.get("steps"))
        return tuple(Step(self, index, step) for index, step in enumerate(found) if isinstance(step, dict))

    @cached_property
    def cells(self) -> list[dict[str, Any]]:
        """The combinations of its matrix; one empty combination without a matrix, or with one made at run time."""
        matrix = mapping(mapping(self.data.get("strategy")).get("matrix"))
        axes = {k: v for k, v in matrix.items() if k not in ("include", "exclude") and isinstance(v, list)}
        size = 1
        for values in axes.values():
            size *= len(values)
        if size > 256:  # the server's own limit
            return [{}]
        cells = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())] if axes else []
        excluded = [mapping(e) for e in sequence(matrix.get("exclude"))]
        cells = [c for c in cells if not any(e and all(c.get(k) == v for k, v in e.items()) for e in excluded)]
        for extra in (mapping(e) for e in sequence(matrix.get("include"))):
            joined = [c for c in cells if all(k not in axes or c.get(k) == v for k, v in extra.items())]
            for cell in joined:
                cell.update(extra)
            if not joined:
                cells.append(dict(extra))
        return cells or [{}]

    @property
    def labels(self) -> tuple[str, ...]:
        """Runner labels; those of every cell where the matrix names them."""
        wanted = self.data.get("runs-on")
        raw = sequence(mapping(wanted).get("labels") if isinstance(wanted, dict) else wanted)
        found: list[str] = []
        for label in map(text, raw):
            found += [filled(label, cell) for cell in self.cells] if "matrix." in label else [label]
        return tuple(dict.fromkeys(found))

    @property
    def environment(self) -> str:
        wanted = self.data.get("environment")
        return text(mapping(wanted).get("name") if isinstance(wanted, dict) else wanted)

    def at(self, *path: str | int) -> Location:
        return self.workflow.at(*self.path, *path)

    def at_needs(self) -> Location:
        """Where what it waits for is written, or would be."""
        return self.at("needs") if self.needs else self.at()


@dataclass(frozen=True, eq=False)
class Workflow:
    """One workflow file. ``path`` is relative to the root, with ``/``."""

    path: str
    document: Document = field(repr=False)
    source: str = field(default="", repr=False)

    @property
    def data(self) -> Mapping[str, Any]:
        return mapping(self.document.data)

    @property
    def file(self) -> str:
        return PurePosixPath(self.path).name

    @property
    def stem(self) -> str:
        return PurePosixPath(self.path).stem

    @property
    def name(self) -> str:
        """What the server calls it: its ``name``, or the file's."""
        return text(self.data.get("name")) or self.file

    @cached_property
    def lines(self) -> list[str]:
        return self.source.splitlines()

    @cached_property
    def triggers(self) -> dict[str, Mapping[str, Any]]:
        """Event to its filters, of all three ways to write ``on``."""
        on = self.data.get("on")
        if isinstance(on, dict):
            return {event: mapping(filters) for event, filters in on.items()}
        return {text(event): {} for event in sequence(on)}

    @cached_property
    def jobs(self) -> dict[str, Job]:
        return {
            key: Job(self, key, data) for key, data in mapping(self.data.get("jobs")).items() if isinstance(data, dict)
        }

    def steps(self) -> Iterator[Step]:
        for job in self.jobs.values():
            yield from job.steps

    def at(self, *path: str | int) -> Location:
        return self.document.at(*path)


def filled(template: str, cell: Mapping[str, Any]) -> str:
    """``${{ matrix.x }}`` replaced by the cell's value."""
    return re.sub(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}", lambda m: text(cell[m[1]]) if m[1] in cell else m[0], template)


def strings(value: Any, path: YamlPath = ()) -> Iterator[tuple[YamlPath, str]]:
    """Every text below a value, with the place it stands at."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from strings(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from strings(child, (*path, index))
    elif isinstance(value, str):
        yield path, value


def _run_defaults(data: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(mapping(data.get("defaults")).get("run"))
