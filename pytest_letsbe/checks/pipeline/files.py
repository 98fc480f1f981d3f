"""Image names in Dockerfiles, compose files and Kubernetes manifests of the repo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ...model import Location
from ...scan.enumerate import files, read
from ...scan.stats import Stats

#: What stands there is an example, a fixture, or somebody else's.
_ASIDE = frozenset(
    {"node_modules", "vendor", "third_party", "tests", "test", "fixtures", "testdata", "examples", "docs"}
)
_DOCKERFILE = re.compile(r"(?:.*\.)?(?:Dockerfile|Containerfile)(?:\..*)?\Z", re.IGNORECASE)
_COMPOSE = re.compile(r"(?:docker-)?compose[\w.-]*\.ya?ml\Z", re.IGNORECASE)
_IMAGE = re.compile(r"^(?P<head>\s*(?:-\s+)?image:\s*)(?P<quote>['\"]?)(?P<image>[^\s'\"#]+)(?P=quote)\s*(?:#.*)?$")
_FROM = re.compile(r"^\s*FROM\s+(?:--\S+\s+)*(?P<image>\S+)(?:\s+AS\s+(?P<stage>\S+))?", re.IGNORECASE)
_ARG = re.compile(r"^\s*ARG\s+(?P<name>\w+)=[\"']?(?P<value>[^\s\"']+)", re.IGNORECASE)
_MOST = 1_000_000


def image_lines(root: Path) -> Iterator[tuple[Location, str]]:
    """Every image such a file names, with its place; stages of the same Dockerfile are no images."""
    for entry in files(root, Stats()):
        path = PurePosixPath(entry.path)
        if _ASIDE & set(path.parts[:-1]) or path.suffix.lower() == ".md":
            continue
        dockerfile = bool(_DOCKERFILE.match(path.name))
        if not dockerfile and path.suffix.lower() not in (".yml", ".yaml"):
            continue
        if path.parts[0] in (".gitea", ".github", ".forgejo") and "workflows" in path.parts:
            continue
        raw = read(root, entry.path, _MOST)
        if isinstance(raw, bytes):
            source = raw.decode("utf-8", "replace")
            if dockerfile:
                yield from _stages(entry.path, source)
            elif _COMPOSE.match(path.name) or re.search(r"^apiVersion:\s", source, re.MULTILINE):
                yield from _declared(entry.path, source)


def _stages(path: str, source: str) -> Iterator[tuple[Location, str]]:
    stages: set[str] = set()
    arguments: dict[str, str] = {}
    for number, line in enumerate(source.splitlines(), 1):
        if found := _ARG.match(line):
            arguments[found["name"]] = found["value"]
        if found := _FROM.match(line):
            image = re.sub(r"\$\{?(\w+)\}?", lambda m: arguments.get(m[1], m[0]), found["image"])
            if image.lower() not in stages:
                yield Location(path, number, found.start("image") + 1), image
            if found["stage"]:
                stages.add(found["stage"].lower())


def _declared(path: str, source: str) -> Iterator[tuple[Location, str]]:
    lines = source.splitlines()
    for number, line in enumerate(lines, 1):
        found = _IMAGE.match(line)
        if found and not _built(lines, number - 1):
            yield Location(path, number, found.start("image") + 1), found["image"]


def _built(lines: list[str], index: int) -> bool:
    """Whether a service of a compose file builds its image: the name is what it will be called."""
    indent = len(lines[index]) - len(lines[index].lstrip(" -"))
    for step in (-1, 1):
        at = index + step
        while 0 <= at < len(lines):
            raw = lines[at]
            own = len(raw) - len(raw.lstrip(" -"))
            if raw.strip() and own < indent:
                break
            if own == indent and re.match(r"[\s-]*build:", raw):
                return True
            at += step
    return False
