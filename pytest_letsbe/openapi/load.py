"""Read an OpenAPI document (JSON or YAML, any number of files) as plain data, and say where each value stands.

YAML is read with YAML 1.2 scalars, since ``no`` is a country and ``200`` a status key. Lines are looked up when a
finding needs one, so that a document of eleven megabytes costs nothing but its parsing.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any, TypeAlias
from urllib.parse import unquote, urljoin

import yaml

from ..model import Location, UsageError
from .locate import Pointer, items, json_place, yaml_place

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # a PyYAML built without libyaml: slower, same result
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

#: Reads a file by its name; raises ``OSError`` when there is none.
Read: TypeAlias = Callable[[str], bytes]

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 400
MAX_NODES = 3_000_000

_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")


@dataclass(eq=False)
class File:
    """One parsed file. ``shown`` is its name in findings."""

    name: str
    shown: str
    text: str
    data: Any
    tree: yaml.Node | None = None
    #: Where the children of a container begin, for those that were looked into.
    offsets: dict[Pointer, dict[str, tuple[int, int]]] = field(default_factory=dict)

    @cached_property
    def lines(self) -> list[int]:
        """Where each line begins."""
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def at(self, pointer: Pointer) -> Location:
        """The line of a value, or of its nearest ancestor that exists; 1-based."""
        try:
            if self.tree:
                return Location(self.shown, *yaml_place(self.tree, pointer))
            offset = json_place(self.text, self.offsets, pointer)
        except (ValueError, IndexError, RecursionError):
            return Location(self.shown, 1, 1)
        line = bisect_right(self.lines, offset)
        return Location(self.shown, line, offset - self.lines[line - 1] + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A value inside a file."""

    file: File
    pointer: Pointer
    value: Any

    def __truediv__(self, key: str | int) -> Place:
        """The child at ``key``; its value is None when there is none."""
        value: Any = None
        if isinstance(self.value, dict):
            value = self.value.get(key)
        elif isinstance(self.value, list) and str(key).isdecimal() and int(key) < len(self.value):
            value = self.value[int(key)]
        return Place(self.file, (*self.pointer, str(key)), value)

    def get(self, key: str, kind: type = object) -> Any:
        """The child's plain value when it is of this kind, else an empty one (or None)."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        if isinstance(value, kind):
            return value
        return kind() if kind in (dict, list, str) else None

    def location(self) -> Location:
        return self.file.at(self.pointer)


@dataclass(eq=False)
class Document:
    """A whole description: its first file, and the others it refers to."""

    root: File
    read: Read
    files: dict[str, File] = field(default_factory=dict)
    #: References that lead nowhere, each said once.
    dangling: dict[str, Place] = field(default_factory=dict)
    #: Files that were referred to and can't be read, with the reason.
    unreadable: dict[str, str] = field(default_factory=dict)
    #: What was worked out about its schemas, by whoever did; it goes when the document goes.
    memo: dict[Any, Any] = field(default_factory=dict)

    @cached_property
    def version(self) -> tuple[int, int]:
        """``(3, 1)``; a document that doesn't say is read as 3.1, the larger language."""
        data = self.root.data if isinstance(self.root.data, dict) else {}
        found = re.match(r"(\d+)\.(\d+)", str(data.get("openapi", data.get("swagger", ""))))
        return (int(found[1]), int(found[2])) if found else (3, 1)

    @property
    def top(self) -> Place:
        return Place(self.root, (), self.root.data)

    def follow(self, place: Place, limit: int = 32) -> Place:
        """Where the chain of ``$ref`` ends. A reference that leads nowhere ends in an empty object."""
        while isinstance(place.value, dict) and isinstance(place.value.get("$ref"), str):
            limit -= 1
            target = self.target(place, place.value["$ref"]) if limit else None
            if target is None:
                self.dangling.setdefault(place.value["$ref"], place)
                return Place(place.file, place.pointer, {})
            place = target
        return place

    def target(self, place: Place, reference: str) -> Place | None:
        """The value that ``reference``, written at ``place``, names; None when there is none."""
        name, _, fragment = reference.partition("#")
        file: File | None = place.file
        if name:
            file = self._file(place.file.name, unquote(name))
        if file is None:
            return None
        found = Place(file, (), file.data)
        if not fragment:
            return found
        if not fragment.startswith("/"):
            return _anchor(file, fragment)
        for part in fragment[1:].split("/"):
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            if not (isinstance(found.value, dict) and key in found.value) and not isinstance(found.value, list):
                return None
            found = found / key
        return found

    def _file(self, base: str, name: str) -> File | None:
        if "://" in name:
            return None
        full = urljoin(base, name) if "://" in base else normpath(PurePosixPath(base).parent / name)
        if full not in self.files and full not in self.unreadable:
            try:
                self.files[full] = parse(self.read(full), full)
            except (OSError, ValueError) as error:  # ValueError: a name that no file can have
                self.unreadable[full] = f"{full}: can't be read: {getattr(error, 'strerror', None) or error}"
            except UsageError as error:
                self.unreadable[full] = str(error)
        return self.files.get(full)


def load(path: Path | str) -> Document:
    """Read a document and, when asked for, the files it refers to.

    Raises:
        UsageError: names the file, and the line where it can't be read.
    """
    return load_with(str(path), lambda name: Path(name).read_bytes())


def load_with(name: str, read: Read) -> Document:
    """``load`` for documents that stand elsewhere, such as in a commit."""
    try:
        raw = read(name)
    except OSError as error:
        raise UsageError(f"can't be read: {error.strerror or error}", Location(name)) from None
    root = parse(raw, name)
    document = Document(root, read, {name if "://" in name else normpath(PurePosixPath(name)): root})
    if not isinstance(root.data, dict):
        raise UsageError("is no OpenAPI document: an object with 'openapi' and 'paths' is expected", Location(name))
    if not {"openapi", "swagger", "paths", "webhooks", "components"} & root.data.keys():
        raise UsageError("is no OpenAPI document: it has neither 'openapi' nor 'paths'", Location(name))
    return document


def parse(raw: bytes, name: str) -> File:
    """Parse one file; ``UsageError`` with ``file:line:column`` when it can't be."""
    if len(raw) > MAX_BYTES:
        raise UsageError(f"is {len(raw):,} bytes; {MAX_BYTES:,} is the most we read", Location(name))
    text = raw.decode("utf-8-sig", "replace")
    if text.lstrip()[:1] in ("{", "["):
        try:
            return File(name, name, text, json.loads(text, strict=False))
        except RecursionError:
            raise UsageError("is nested too deep", Location(name)) from None
        except ValueError:
            pass  # flow YAML, or JSON that is off: the YAML parser says where
    try:
        node = yaml.compose(text, Loader=_Loader) if _shallow(text) else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = Location(name, mark.line + 1, mark.column + 1) if mark else Location(name)
        raise UsageError(f"is neither JSON nor YAML: {error.problem or error.context}", where) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise UsageError(f"is neither JSON nor YAML: {str(error).splitlines()[0]}", Location(name)) from None
    if node is None:
        raise UsageError("is empty, or nested too deep", Location(name))
    return File(name, name, text, _Builder(name).value(node, 0), node)


def _shallow(text: str) -> bool:
    depth = most = 0
    for found in re.finditer(r"[\[{\]}]", text) if text.count("[") + text.count("{") > MAX_DEPTH else ():
        depth += 1 if found[0] in "[{" else -1
        most = max(most, depth)
    return most <= MAX_DEPTH and "\n" + " " * 2 * MAX_DEPTH not in text


class _Builder:
    def __init__(self, name: str) -> None:
        self.name = name
        self.nodes = 0

    def value(self, node: yaml.Node, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            where = Location(self.name, node.start_mark.line + 1, node.start_mark.column + 1)
            raise UsageError("expands to more than we read (an alias bomb, or an alias to itself?)", where)
        if isinstance(node, yaml.ScalarNode):
            return scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, depth + 1) for child in node.value]
        return {key: self.value(child, depth + 1) for key, child in items(node)}


def scalar(node: yaml.ScalarNode) -> Any:
    """The value of a scalar as YAML 1.2 reads it."""
    text = str(node.value)
    if node.style in ('"', "'", "|", ">") or node.tag.endswith(":binary"):
        return text
    if text in ("true", "false", "True", "False", "TRUE", "FALSE"):
        return text.lower() == "true"
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if _INT.match(text) and len(text) < 400:
        return int(text)
    return float(text) if _FLOAT.match(text) else text


def _anchor(file: File, name: str) -> Place | None:
    stack = [Place(file, (), file.data)]
    while stack:
        place = stack.pop()
        if isinstance(place.value, dict):
            if place.value.get("$anchor") == name or place.value.get("$dynamicAnchor") == name:
                return place
            stack += [place / key for key in place.value]
        elif isinstance(place.value, list):
            stack += [place / index for index in range(len(place.value))]
    return None
