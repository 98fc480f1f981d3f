"""YAML as people mean it: YAML 1.2 scalars, no duplicate keys, and the line of every value.

PyYAML keeps the last of duplicate keys and reads ``no`` as False, ``010`` as 8 and ``12:30:00`` as 45000
(YAML 1.1). Here only ``true``/``false``, ``null``/``~``, and plain numbers are anything but text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from .model import Location, UsageError

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # a PyYAML built without libyaml: slower, same result
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

#: A place in a document: keys and indices from the root.
YamlPath: TypeAlias = tuple[str | int, ...]

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 64

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TAG = "tag:yaml.org,2002:"
_SCALARS = {"str", "int", "float", "bool", "null", "timestamp", "value"}


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: plain data, and where each key and value stands."""

    path: str
    data: Any
    marks: dict[YamlPath, tuple[int, int]]

    def at(self, *path: str | int) -> Location:
        """The location of a value, or of its nearest ancestor that has one."""
        while path and path not in self.marks:
            path = path[:-1]
        line, column = self.marks.get(path, (1, 1))
        return Location(self.path, line, column)


def load(path: Path, *, shown_as: str | None = None, merge: bool = False) -> Document:
    """Read a file; ``UsageError`` with ``file:line:column`` for anything that isn't one clear document.

    ``merge`` reads merge keys (``<<``), for files of formats that have them.
    """
    name = shown_as or str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"can't be read: {error.strerror}", Location(name)) from None
    return loads(raw, shown_as=name, merge=merge)


def loads(raw: bytes | str, *, shown_as: str, merge: bool = False) -> Document:
    """Parse bytes or text, see ``load``."""
    data = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
    if len(data) > MAX_BYTES:
        raise UsageError(f"is {len(data):,} bytes; {MAX_BYTES:,} is the most we read", Location(shown_as))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError("isn't UTF-8 text", Location(shown_as, line)) from None
    _refuse_deep_nesting(text, shown_as)
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = Location(shown_as, mark.line + 1, mark.column + 1) if mark else Location(shown_as)
        raise UsageError(f"isn't valid YAML: {error.problem or error.context}", where) from None
    except yaml.YAMLError as error:  # a character YAML forbids
        raise UsageError(f"isn't valid YAML: {str(error).splitlines()[0]}", Location(shown_as)) from None
    reader = _Reader(shown_as, merge=merge)
    return Document(shown_as, None if node is None else reader.value(node, ()), reader.marks)


def _refuse_deep_nesting(text: str, shown_as: str) -> None:
    # libyaml's composer recurses in C: ten thousand '[' would end the process, not raise. Scanning tokens is
    # flat, and quick only where it's needed: a document that can't be deep is let through by its counts.
    if text.count("[") + text.count("{") + text.count("- ") <= MAX_DEPTH and "\n" + " " * MAX_DEPTH not in text:
        return
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    mark = event.start_mark
                    where = Location(shown_as, mark.line + 1, mark.column + 1) if mark else Location(shown_as)
                    raise UsageError(f"is nested deeper than {MAX_DEPTH} levels", where)
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.YAMLError as error:
        if "nesting depth" in str(error):  # newer libyaml has a limit of its own, and reads ahead of its events
            raise UsageError(f"is nested deeper than {MAX_DEPTH} levels", Location(shown_as)) from None
        return  # compose says it better


class _Reader:
    def __init__(self, name: str, *, merge: bool = False) -> None:
        self.name = name
        self.merge = merge
        self.marks: dict[YamlPath, tuple[int, int]] = {}
        self._open: set[int] = set()
        self._nodes = 0

    def value(self, node: yaml.Node, path: YamlPath) -> Any:
        self._nodes += 1
        if self._nodes > 1_000_000:
            raise self.error("expands to more than a million values (an alias bomb?)", node)
        self.marks.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node)
        if id(node) in self._open:
            raise self.error("holds an alias to itself", node)
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.value(child, (*path, index)) for index, child in enumerate(node.value)]
            return self.mapping(node, path)
        finally:
            self._open.discard(id(node))

    def mapping(self, node: yaml.Node, path: YamlPath) -> dict[str, Any]:
        result: dict[str, Any] = {}
        first: dict[str, int] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _TAG + "merge":
                if not self.merge:
                    raise self.error("merge keys (<<) aren't read here: write the keys out", key_node)
                merged = self.merged(value_node, path) | merged
                continue
            if not isinstance(key_node, yaml.ScalarNode):
                raise self.error("a key must be plain text", key_node)
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in result:
                raise self.error(f"key {key!r} stands twice: first at line {first[key]}", key_node)
            first[key] = line
            # A key's place is where a reader looks for it, also when the value starts on the next line.
            self.marks[(*path, key)] = (line, key_node.start_mark.column + 1)
            result[key] = self.value(value_node, (*path, key))
        return merged | result

    def merged(self, node: yaml.Node, path: YamlPath) -> dict[str, Any]:
        """What ``<<:`` brings in; of several mappings the first that has a key wins (yaml.org/type/merge.html)."""
        found = self.value(node, path)
        parts = found if isinstance(found, list) else [found]
        if not all(isinstance(part, dict) for part in parts):
            raise self.error("a merge key (<<) takes a mapping, or a list of them", node)
        return {key: value for part in reversed(parts) for key, value in part.items()}

    def scalar(self, node: yaml.ScalarNode) -> Any:
        text = str(node.value)
        if node.tag.removeprefix(_TAG) not in _SCALARS:
            raise self.error(f"tag {node.tag!r} isn't read here", node)
        if node.style in ('"', "'", "|", ">"):
            return text
        if text in ("true", "false"):
            return text == "true"
        if text in ("", "~", "null"):
            return None
        if _INT.match(text):
            return int(text) if len(text) <= 400 else text
        if _FLOAT.match(text):
            return float(text)
        if _DATE.match(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                raise self.error(f"{text} is no date of the calendar", node) from None
        return text

    def error(self, message: str, node: yaml.Node) -> UsageError:
        return UsageError(message, Location(self.name, node.start_mark.line + 1, node.start_mark.column + 1))
