"""Lock files as packages with versions: what an image built from them holds at run time.

Development, optional and other platforms' packages are left out, as an image may lack them. A format that doesn't say
is walked from the manifest beside it; without that, every package counts.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...model import UsageError
from ...scan.packages import extract
from ...scan.text import Text
from ...strict_yaml import loads
from .sbom import normal

KNOWN = ("package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "uv.lock", "poetry.lock")
_NPM_KEY = re.compile(r"/?(?P<name>(?:@[^/@]+/)?[^@/]+)[@/](?P<version>[^(_]+)")


@dataclass(frozen=True, slots=True)
class Package:
    """A package that a lock file installs; ``version`` is empty where it comes from no registry."""

    system: str
    name: str
    version: str
    line: int


def read(path: Path) -> list[Package]:
    """What the lock file installs at run time.

    Raises:
        ValueError: the file can't be understood.
    """
    raw = path.read_bytes()
    reader = _READERS.get(path.name)
    if reader is None:
        raise ValueError(f"isn't one of {', '.join(KNOWN)}")
    system = "pypi" if path.name in ("uv.lock", "poetry.lock") else "npm"
    try:
        rows = dict.fromkeys(reader(raw, path.parent))
    except (KeyError, TypeError, AttributeError, UsageError, RecursionError) as error:
        raise ValueError(f"can't be read as {path.name} ({type(error).__name__})") from None
    lines = _lines(path.name, raw)
    return [Package(system, normal(n, system), v, lines.get(normal(n, system), 1)) for n, v in rows]


def _lines(name: str, raw: bytes) -> dict[str, int]:
    """Where each package stands: the scanner's own reading of lock files."""
    found: dict[str, int] = {}
    offset, line = 0, 1
    for package, start, _, system in sorted(extract(Text(name, raw)), key=lambda f: f[1]):
        line, offset = line + raw.count(b"\n", offset, start), start
        found.setdefault(normal(package, system), line)
    return found


_Rows = Iterator[tuple[str, str]]


def _npm(raw: bytes, folder: Path) -> _Rows:
    data = json.loads(raw)
    if "packages" not in data:
        yield from _npm_v1(data.get("dependencies", {}))
        return
    for where, row in data["packages"].items():
        if "node_modules/" not in where or row.get("link") or _left_out(row):
            continue
        yield row.get("name") or where.rpartition("node_modules/")[2], _plain(row.get("version"))


def _npm_v1(rows: dict[str, Any]) -> _Rows:
    for name, row in rows.items():
        if not _left_out(row):
            yield name, _plain(row.get("version"))
            yield from _npm_v1(row.get("dependencies", {}))


def _left_out(row: dict[str, Any]) -> bool:
    return any(row.get(key) for key in ("dev", "optional", "devOptional", "extraneous"))


def _pnpm(raw: bytes, folder: Path) -> _Rows:
    data = loads(raw, shown_as="pnpm-lock.yaml").data or {}
    rows = data.get("packages") or {}
    edges = data.get("snapshots") or rows
    importers = data.get("importers") or {".": data}
    starts = [
        _pnpm_key(name, found)
        for importer in importers.values()
        for name, found in ((importer or {}).get("dependencies") or {}).items()
    ]
    links = {
        k.removeprefix("/"): [_pnpm_key(n, v) for n, v in ((row or {}).get("dependencies") or {}).items()]
        for k, row in edges.items()
    }
    for key in _reach(starts, links):
        if match := _NPM_KEY.match(key):
            row = rows.get(key.partition("(")[0]) or {}
            yield row.get("name") or match["name"], _plain(row.get("version") or match["version"])


def _pnpm_key(name: str, found: Any) -> str:
    version = str(found["version"] if isinstance(found, dict) else found)
    if version.startswith(("link:", "file:")):
        return ""
    if version.startswith("/"):
        return version[1:]
    return version if re.match(r"@?[a-zA-Z].*@\d", version) else f"{name}@{version}"


def _yarn(raw: bytes, folder: Path) -> _Rows:
    entries: dict[str, tuple[str, str, list[str]]] = {}
    for block in re.split(r"\n(?=\S)", raw.decode("utf-8", "replace")):
        head, _, body = block.lstrip("\n").partition("\n")
        version = re.search(r'^  version:? "?([^"\n]+)', body, re.MULTILINE)
        if head.startswith("#") or not version or "@workspace:" in head:
            continue
        needs = re.search(r"^  dependencies:\n((?:    .*\n?)+)", body, re.MULTILINE)
        pairs = re.findall(r'^    "?([^"\s:]+)"?:? "?([^"\n]+)', needs[1], re.MULTILINE) if needs else []
        specs = [spec.strip().strip('"') for spec in head.rstrip(":").strip('"').split(",")]
        for spec in specs:
            name = re.sub(r"(?<=.)@.*", "", spec)
            entries[spec.replace("@npm:", "@")] = (
                name,
                version[1],
                [f"{n}@{v.removeprefix('npm:')}" for n, v in pairs],
            )
    wanted = _beside(folder)
    links = {spec: entry[2] for spec, entry in entries.items()}
    chosen = _reach([f"{n}@{v}" for n, v in wanted.items()], links) if wanted is not None else entries
    yield from ((entries[spec][0], _plain(entries[spec][1])) for spec in chosen if spec in entries)


def _beside(folder: Path) -> dict[str, str] | None:
    try:
        data = json.loads((folder / "package.json").read_bytes())
    except (OSError, ValueError):
        return None
    return None if "workspaces" in data else dict(data.get("dependencies", {}))


def _uv(raw: bytes, folder: Path) -> _Rows:
    rows = _toml(raw).get("package", [])
    local = [row for row in rows if {"editable", "virtual", "directory"} & dict(row.get("source", {})).keys()]
    versions = {row["name"]: str(row.get("version", "")) for row in rows}
    links = {row["name"]: [d["name"] for d in row.get("dependencies", []) if "marker" not in d] for row in rows}
    names = _reach([row["name"] for row in local], links) if local else versions
    own = {row["name"] for row in local}
    yield from (
        (row["name"], str(row.get("version", "")))
        for row in rows
        if row["name"] in set(names) - own and not row.get("resolution-markers")
    )


def _poetry(raw: bytes, folder: Path) -> _Rows:
    for row in _toml(raw).get("package", []):
        groups = row.get("groups", [row.get("category", "main")])
        if "main" in groups and not row.get("optional") and not row.get("markers"):
            yield row["name"], _plain(row.get("version"))


def _toml(raw: bytes) -> dict[str, Any]:
    return tomllib.loads(raw.decode("utf-8"))


def _reach(starts: Iterable[str], links: dict[str, list[str]]) -> list[str]:
    seen: dict[str, None] = {}
    todo = [name for name in starts if name]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen[name] = None
            todo += [child for child in links.get(name, ()) if child]
    return list(seen)


def _plain(version: Any) -> str:
    """A registry's version, or nothing for a URL or a path."""
    said = str(version or "")
    return said if re.match(r"v?\d[\w.+!-]*\Z", said) else ""


_READERS: dict[str, Callable[[bytes, Path], _Rows]] = {
    "package-lock.json": _npm, "npm-shrinkwrap.json": _npm, "pnpm-lock.yaml": _pnpm, "yarn.lock": _yarn,
    "uv.lock": _uv, "poetry.lock": _poetry,
}  # fmt: skip
