"""A node of a result's tree, and what is said of a text that has none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


class Invalid(Exception):
    """A result that its format's parser refuses."""

    def __init__(self, sentence: str, line: int = 1) -> None:
        super().__init__(sentence)
        self.line = line


@dataclass(frozen=True, slots=True)
class Shape:
    """A node: ``kind`` is map, list, or a leaf's type; ``name`` its key or step, ``text`` a leaf's value."""

    kind: str
    name: str = ""
    text: str = ""
    children: tuple[Shape, ...] = ()
    line: int = 1
    #: Whether a leaf's value is compared too, and not only that it is one leaf.
    exact: bool = True


def walk(node: Shape, path: str = "") -> Iterator[tuple[str, Shape]]:
    """Every node with its path from the root, in order."""
    here = f"{path}.{node.name}".strip(".")
    yield here, node
    for child in node.children:
        yield from walk(child, here)
