"""Image references in compose files, Kubernetes manifests, Dockerfiles and scripts, and which name a digest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ...globbing import matching, shown_below
from ...scan.surfaces import extract
from ...scan.text import Text

USUAL = (
    "Dockerfile*", "Containerfile*", "*.Dockerfile", "*/Dockerfile*", "compose*.y*ml", "docker-compose*.y*ml",
    "*/compose*.y*ml", "*/docker-compose*.y*ml", "k8s/**/*.y*ml", "kubernetes/**/*.y*ml", "deploy/**/*.y*ml",
)  # fmt: skip
_DIGEST = re.compile(r"@(?P<digest>sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})\Z")
_DEFAULT = re.compile(r"\$\{(?P<name>\w+)(?::?[-=](?P<default>[^}]*))?\}|\$(?P<bare>\w+)")
_SET_ELSEWHERE = re.compile(r"(?:\A|@)(?:\$\w+|\$\{\w+(?::?\?[^}]*)?\})\Z|@\{\{.*\}\}\Z")
_MAX = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Pin:
    """A reference as it is pulled, where it stands, and whether an image is built on it (``base``)."""

    path: str
    line: int
    image: str
    base: bool

    @property
    def digest(self) -> str:
        found = _DIGEST.search(self.image)
        return found["digest"] if found else ""

    @property
    def repository(self) -> str:
        return re.sub(r":[^/:@]*\Z", "", self.image.partition("@")[0])

    @property
    def pinned(self) -> bool:
        """By digest; a variable that stands for all of it, or for its digest, is judged where it is set."""
        return bool(self.digest) or bool(
            re.search(r"(?:\A|@)(?:\$\w+|\$\{\w+(?::?\?[^}]*)?\})\Z|@\{\{.*\}\}\Z", self.image)
        )


def files(root: Path, globs: Sequence[str]) -> tuple[list[str], list[str]]:
    """Paths that the globs name, and the globs that name none."""
    found: dict[str, None] = {}
    lost = []
    for glob in globs:
        paths = [
            p
            for p in matching(root, glob, option="pins", location=None)
            if p.is_file() and not p.name.endswith(".dockerignore") and "node_modules" not in p.parts
        ]
        lost += [] if paths else [glob]
        found.update((shown_below(root, path), None) for path in paths)
    return list(found), lost


def is_dockerfile(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return name.startswith(("dockerfile", "containerfile")) or name.endswith((".dockerfile", ".containerfile"))


def read(root: Path, path: str) -> list[Pin]:
    """Every reference of one file.

    Raises:
        ValueError: it is too large or can't be read.
    """
    try:
        raw = (root / path).read_bytes()
    except OSError as error:
        raise ValueError(f"can't be read: {error.strerror}") from None
    if len(raw) > _MAX:
        raise ValueError(f"is larger than {_MAX:,} bytes")
    if is_dockerfile(path):
        return [Pin(path, line, image, True) for line, image in _dockerfile(raw.decode("utf-8", "replace"))]
    if path.endswith((".yml", ".yaml", ".json")):
        try:
            nodes = list(yaml.compose_all(raw.decode("utf-8", "replace"), Loader=yaml.SafeLoader))
            found = [pair for node in nodes for pair in _yaml(node)]
            return [Pin(path, line, _with_default(image, {}), False) for line, image in found]
        except (yaml.YAMLError, RecursionError):
            pass  # a template: its lines are read as text
    text = Text(path, raw)
    starts = [0, *(found.end() for found in re.finditer(rb"\n", raw))]
    places = {p.start: p for p in extract("image", text, starts) if len(p.name) == p.end - p.start}
    return [Pin(path, raw.count(b"\n", 0, at) + 1, place.name, False) for at, place in sorted(places.items())]


def _dockerfile(text: str) -> Iterator[tuple[int, str]]:
    """``FROM``, ``COPY --from=`` and ``RUN --mount=from=``; stages and ``scratch`` are no images."""
    stages: set[str] = set()
    values: dict[str, str] = {}
    for line, words in _instructions(text):
        verb = words[0].upper()
        flags = [word for word in words[1:] if word.startswith("--")]
        rest = [word for word in words[1:] if not word.startswith("--")]
        if verb == "ARG" and not stages:
            values.update((name, value.strip("\"'")) for name, eq, value in (w.partition("=") for w in rest) if eq)
        elif verb == "FROM" and rest:
            image = _with_default(rest[0], values)
            if image.lower() not in stages and image != "scratch":
                yield line, image
            stages.add(rest[2].lower() if len(rest) > 2 and rest[1].upper() == "AS" else f"#{len(stages)}")
        elif verb in ("COPY", "ADD", "RUN"):
            for flag in flags:
                found = re.search(r"(?:^--from=|[=,]from=)([^,\s]+)", flag)
                image = _with_default(found[1], values) if found else ""
                if image and image.lower() not in stages and not image.isdigit():
                    yield line, image


def _instructions(text: str) -> Iterator[tuple[int, list[str]]]:
    """Instructions with their first line; lines that end in a backslash go on, comments between them don't count."""
    whole, first = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        first = first if whole else number
        whole += " " + bare.removesuffix("\\")
        if not bare.endswith("\\"):
            yield first, whole.split()
            whole = ""
    if whole.split():
        yield first, whole.split()


def _with_default(image: str, values: dict[str, str]) -> str:
    """Variables as the build or compose would fill them in where nobody sets them."""

    def fill(found: re.Match[str]) -> str:
        name = found["name"] or found["bare"]
        return values.get(name) or found["default"] or found[0]

    return _DEFAULT.sub(fill, image.strip("\"'"))


def _yaml(node: Any) -> Iterator[tuple[int, str]]:
    """Values of ``image`` keys; a compose service with ``build`` names what it makes, and pulls nothing."""
    todo, seen = [node], set()
    while todo:
        here = todo.pop()
        if here is None or id(here) in seen:
            continue
        seen.add(id(here))
        if isinstance(here, yaml.SequenceNode):
            todo += reversed(here.value)
        elif isinstance(here, yaml.MappingNode):
            pairs = {key.value: value for key, value in here.value if isinstance(key, yaml.ScalarNode)}
            todo += [value for _, value in reversed(here.value)]
            image = pairs.get("image")
            if isinstance(image, yaml.ScalarNode) and image.value and "build" not in pairs:
                yield image.start_mark.line + 1, image.value
            elif isinstance(image, yaml.MappingNode):
                yield from _helm(image)


def _helm(node: Any) -> Iterator[tuple[int, str]]:
    """``image: {registry, repository, tag, digest}``, as charts take their values."""
    parts = {k.value: v.value for k, v in node.value if isinstance(v, yaml.ScalarNode)}
    if parts.get("repository"):
        name = "/".join(filter(None, (parts.get("registry"), parts["repository"])))
        tag = f":{parts['tag']}" if parts.get("tag") else ""
        yield node.start_mark.line + 1, name + (f"@{parts['digest']}" if parts.get("digest") else tag)


def unpinned(pins: Iterable[Pin]) -> list[Pin]:
    """References that a registry may answer with other bytes tomorrow."""
    return [pin for pin in pins if not pin.pinned]
