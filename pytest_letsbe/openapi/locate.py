"""The line and column of a value in YAML or JSON text, found when it is asked for."""

from __future__ import annotations

import re
from json.decoder import JSONDecoder, scanstring  # type: ignore[attr-defined]
from typing import Any, TypeAlias

import yaml

#: Keys and indices from the root of a file.
Pointer: TypeAlias = tuple[str, ...]
#: Where the children of containers begin: their keys, and their values.
Offsets: TypeAlias = dict[Pointer, dict[str, tuple[int, int]]]

_SPACE = re.compile(r"[ \t\r\n]*")


def items(node: Any) -> list[tuple[str, yaml.Node]]:
    """Keys and values of a mapping; merge keys first, so that a key written out wins."""
    merged: dict[str, yaml.Node] = {}
    own: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if key.tag.endswith(":merge"):
            for part in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                merged = {**dict(items(part)), **merged} if isinstance(part, yaml.MappingNode) else merged
        elif isinstance(key, yaml.ScalarNode):
            own[str(key.value)] = value
    return list({**merged, **own}.items())


def yaml_place(node: Any, pointer: Pointer) -> tuple[int, int]:
    mark = node.start_mark
    for step in pointer:
        if isinstance(node, yaml.SequenceNode) and step.isdecimal() and int(step) < len(node.value):
            node = node.value[int(step)]
            mark = node.start_mark
            continue
        children = dict(items(node)) if isinstance(node, yaml.MappingNode) else {}
        if step not in children:
            break
        keys = [key for key, _ in node.value if str(key.value) == step]
        node = children[step]
        mark = keys[-1].start_mark if keys else node.start_mark
    return mark.line + 1, mark.column + 1


def json_place(text: str, offsets: Offsets, pointer: Pointer) -> int:
    """The offset of a value, or of its key.

    Walks the text, skipping what isn't on the way with the C scanner; each container is walked once.
    """
    here = shown = _skip(text, 0)
    for depth, step in enumerate(pointer):
        prefix = pointer[:depth]
        if prefix not in offsets:
            offsets[prefix] = _children(text, here)
        found = offsets[prefix].get(step)
        if found is None:
            break
        shown, here = found
    return shown


def _children(text: str, here: int) -> dict[str, tuple[int, int]]:
    """Where each key (or element) of a container, and its value, begins."""
    decoder = JSONDecoder(strict=False)
    found: dict[str, tuple[int, int]] = {}
    opened = text[here]
    here = _skip(text, here + 1)
    index = 0
    while opened in "{[" and text[here] not in "}]":
        start = here
        key = str(index)
        if opened == "{":
            key, here = scanstring(text, here + 1, False)
            here = _skip(text, _skip(text, here) + 1)
        found[key] = (start, here)
        _, here = decoder.raw_decode(text, here)
        here = _skip(text, here)
        if text[here] == ",":
            here = _skip(text, here + 1)
        index += 1
    return found


def _skip(text: str, here: int) -> int:
    found = _SPACE.match(text, here)
    return found.end() if found else here
