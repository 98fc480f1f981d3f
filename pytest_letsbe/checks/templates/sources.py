"""The templates of a repo: which engine reads each, what it becomes, and which are only parts of others."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ...model import Location, UsageError
from ...scan import enumerate as tree
from ...scan.globs import matches_any
from ...scan.stats import Stats
from .options import TemplatesOptions
from .variables import Declarations, read, refuse_unknown_outputs

Engine = Literal["jinja", "envsubst", "plain"]
_ENDINGS: dict[str, Engine] = {".j2": "jinja", ".jinja": "jinja", ".jinja2": "jinja", ".tmpl": "envsubst"}
_ENDINGS[".envsubst"] = "envsubst"
_UNITS = (".service", ".timer", ".socket", ".mount", ".path", ".target", ".slice")
_MOST = 2_000_000
_REFERENCE = re.compile(r"\{%-?\s*(?:include|extends|import|from)\s+(?P<list>[^%]*)")


@dataclass(frozen=True, slots=True)
class Template:
    """One template; ``name`` is the path without the engine's ending, ``mode`` octal or None."""

    path: str
    name: str
    text: str = field(repr=False)
    engine: Engine
    kind: str
    mode: int | None


@dataclass(frozen=True, eq=False)
class Place:
    """One manifest's templates, read once for all its cases; ``parts`` are rendered inside others only."""

    root: Path
    options: TemplatesOptions
    declared: Declarations
    templates: tuple[Template, ...]
    parts: tuple[Template, ...] = ()

    @property
    def sources(self) -> dict[str, str]:
        return {one.path: one.text for one in (*self.templates, *self.parts)}


def gather(root: Path, options: TemplatesOptions, where: Location) -> Place:
    """Everything that the globs name.

    Raises:
        UsageError: the declarations are off, or a template isn't text.
    """
    declared = read(root, options.variables, where)
    found = []
    for entry in tree.files(root, Stats()):
        if entry.path == declared.path or not matches_any(entry.path, options.files):
            continue
        if matches_any(entry.path, options.exclude):
            continue
        raw = tree.read(root, entry.path, _MOST)
        if not isinstance(raw, bytes):
            raise UsageError(f"is {raw} and no template: name it in `exclude`", Location(entry.path))
        try:
            found.append(_template(entry.path, raw.decode("utf-8"), declared))
        except UnicodeDecodeError:
            raise UsageError("isn't UTF-8 text and no template: name it in `exclude`", Location(entry.path)) from None
    refuse_unknown_outputs(declared, [one.path for one in found])
    named = {name for one in found if one.engine == "jinja" for name in _references(one.text)}
    parts = tuple(one for one in found if one.engine == "jinja" and _is_part(one, named, declared))
    return Place(root, options, declared, tuple(one for one in found if one not in parts), parts)


def _template(path: str, text: str, declared: Declarations) -> Template:
    ending = next((end for end in _ENDINGS if path.endswith(end)), "")
    name = path.removesuffix(ending)
    output = declared.outputs.get(path)
    kind = output.kind if output and isinstance(output.kind, str) else _kind(name, text)
    mode = int(output.mode, 8) if output and isinstance(output.mode, str) else None
    return Template(path, name, text, _ENDINGS.get(ending, "plain"), kind, mode)


def _references(text: str) -> list[str]:
    return [name for found in _REFERENCE.finditer(text) for name in re.findall(r"[\"']([^\"']+)[\"']", found["list"])]


def _is_part(one: Template, named: set[str], declared: Declarations) -> bool:
    if one.path in declared.outputs:
        return False
    return one.name.rpartition("/")[2].startswith("_") or any(
        one.path == name or one.path.endswith(f"/{name.removeprefix('./')}") for name in named
    )


def _kind(name: str, text: str) -> str:
    """The format, by the output's name and then by its first line."""
    base = name.rpartition("/")[2].lower()
    yaml = base.endswith((".yaml", ".yml"))
    first = text.lstrip("\n").partition("\n")[0]
    rules = (
        ("cloud-init", first.startswith("#cloud-config") or base == "user-data" or (yaml and "cloud-" in base)),
        ("compose", yaml and "compose" in base),
        ("yaml", yaml),
        ("json", base.endswith(".json")),
        ("systemd", base.endswith(_UNITS)),
        ("shell", base.endswith((".sh", ".bash")) or bool(re.match(r"#!.*\b(?:ba|da|k)?sh\b", first))),
        ("env", base == "env" or base.startswith(".env") or base.endswith(".env")),
        ("dockerfile", base.startswith(("dockerfile", "containerfile")) or base.endswith(".dockerfile")),
        ("nginx", base.endswith((".conf", ".nginx")) and "nginx" in name.lower()),
    )
    return next((kind for kind, applies in rules if applies), "text")
