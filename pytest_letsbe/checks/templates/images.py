"""The images that a result pulls, and whether each is pinned by digest."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from ...scan import surfaces
from ...scan.text import Text
from .compose import services
from .shape import Invalid, Shape, walk
from .shapes import shape

_PINNED = re.compile(r".+@sha256:[0-9a-f]{64}\Z")
_PULLS = frozenset({"run", "create", "pull"})
#: Options of docker run that take no value.
_FLAGS = re.compile(
    r"-(?:[dit]+|q|P)\Z|--(?:rm|detach|init|interactive|tty|privileged|read-only|quiet|no-healthcheck|publish-all|sig-proxy)\Z"
)


def unpinned(kind: str, text: str) -> Iterator[tuple[str, int]]:
    """(reference, line) of every image that a tag or nothing names."""
    for name, line in images(kind, text):
        if not _PINNED.match(name):
            yield name, line


def images(kind: str, text: str) -> Iterator[tuple[str, int]]:
    """Every image of a result with its line."""
    try:
        tree = shape(kind, text)
    except Invalid:
        return
    if kind == "compose":
        for _, keys, _ in services(tree):
            if "image" in keys and "build" not in keys:  # with `build` it is the name of what is built
                yield keys["image"].text, keys["image"].line
    elif kind == "dockerfile":
        yield from _dockerfile(text)
    elif kind == "yaml":
        yield from _kubernetes(tree)
    if kind in ("shell", "systemd", "cloud-init"):
        yield from _commands(text)


def _dockerfile(text: str) -> Iterator[tuple[str, int]]:
    stages = {name.lower() for name in re.findall(r"(?im)^\s*FROM\s.*\sAS\s+(\S+)", text)} | {"scratch"}
    raw = text.encode()
    every = (found.start() for found in re.finditer(rb"(?m)^", raw))
    seen: set[int] = set()
    for place in surfaces.extract("image", Text("Dockerfile", raw), every):
        if place.start not in seen and place.name.lower() not in stages and not place.name.isdigit():
            seen.add(place.start)
            yield place.name, raw.count(b"\n", 0, place.start) + 1


def _kubernetes(tree: Shape) -> Iterator[tuple[str, int]]:
    for document in tree.children:
        names = {child.name for child in document.children}
        if {"apiVersion", "kind"} <= names or {"on", "jobs"} <= names:
            for path, node in walk(document):
                parts = path.split(".")
                if node.name in ("image", "container") and node.kind == "str" and "spec" in {*parts, "spec"}:
                    yield node.text, node.line
                elif node.name == "uses" and node.text.startswith("docker://"):
                    yield node.text.removeprefix("docker://"), node.line


def _commands(text: str) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(re.sub(r"\\\n", "  ", text).split("\n"), 1):
        if line.lstrip().startswith("#"):
            continue
        for found in re.finditer(
            r"\b(?:docker|podman|nerdctl)[\"',]*\s+(?:(?:image|container)\s+)?(?P<rest>[^\n;|&]+)", line
        ):
            try:
                words = shlex.split(found["rest"].replace(",", " ").replace("]", " "), comments=True)
            except ValueError:
                continue
            if words and words[0] in _PULLS and (name := _image_of(words[1:])):
                yield name, number


def _image_of(words: list[str]) -> str | None:
    takes = False
    for word in words:
        if takes:
            takes = False
        elif word.startswith("-"):
            takes = "=" not in word and not _FLAGS.match(word)
        else:
            return None if word.startswith("$") else word
    return None
