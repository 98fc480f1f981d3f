"""SBOMs as components and edges: CycloneDX JSON 1.4-1.6 (ECMA-424) and SPDX JSON 2.3 (ISO/IEC 5962)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from .shapes import mapping, sequence

_PURL = re.compile(r"pkg:(?P<type>[A-Za-z0-9.+-]+)/(?P<path>[^@?#]+)(?:@(?P<version>[^?#]+))?")
_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
#: Kinds of CycloneDX components that a package manager installs: they have a version and a purl.
_INSTALLED = ("library", "framework")
_SPDX_NOWHERE = ("NOASSERTION", "NONE")


@dataclass(frozen=True, slots=True)
class Component:
    """One entry; ``system`` is npm, pypi, ..., from its purl, or empty."""

    name: str
    version: str
    purl: str
    installed: bool
    ref: str = ""

    @property
    def system(self) -> str:
        found = _PURL.match(self.purl)
        return {"golang": "go"}.get(found["type"].lower(), found["type"].lower()) if found else ""

    def names(self) -> set[str]:
        """As the entry says, and as its purl says: either may lie."""
        found = _PURL.match(self.purl)
        return {normal(name, self.system) for name in (self.name, unquote(found["path"]) if found else "") if name}

    def versions(self) -> set[str]:
        found = _PURL.match(self.purl)
        return {v for v in (self.version, unquote(found["version"] or "") if found else "") if v}


@dataclass(frozen=True, slots=True)
class Bom:
    """``roots`` are the digests that its subject names, ``problems`` what is wrong with its shape."""

    format: str
    components: tuple[Component, ...]
    roots: frozenset[str]
    has_root: bool
    problems: tuple[str, ...]


def normal(name: str, system: str) -> str:
    """Names as the registry compares them: PEP 503 for Python, lower case for npm."""
    if system == "pypi":
        return re.sub(r"[-_.]+", "-", name).lower()
    return name.lower() if system == "npm" else name


def read(data: Any) -> Bom:
    """An SBOM as JSON data.

    Raises:
        ValueError: it is neither CycloneDX nor SPDX 2.
    """
    if isinstance(data, dict) and data.get("bomFormat") == "CycloneDX":
        return _cyclonedx(data)
    if isinstance(data, dict) and str(data.get("spdxVersion", "")).startswith("SPDX-2."):
        return _spdx(data)
    raise ValueError("neither CycloneDX JSON (bomFormat) nor SPDX 2 JSON (spdxVersion)")


def _cyclonedx(data: dict[str, Any]) -> Bom:
    root = mapping(mapping(data.get("metadata")).get("component"))
    rows = list(_nested(data.get("components")))
    refs = [
        str(r["bom-ref"])
        for r in (*rows, *_nested([root]), *_nested(data.get("services"), "services"))
        if "bom-ref" in r
    ]
    problems = [f"bom-ref {ref!r} stands twice" for ref in sorted(_twice(refs))]
    known = set(refs)
    for row in filter(None, map(mapping, sequence(data.get("dependencies")))):
        for ref in (row.get("ref"), *sequence(row.get("dependsOn")), *sequence(row.get("provides"))):
            if ref not in known:
                problems += [f"dependencies name {ref!r}, which is no component"]
    components = tuple(
        Component(
            _group(row), _text(row, "version"), _text(row, "purl"), row.get("type") in _INSTALLED, _text(row, "bom-ref")
        )
        for row in rows
    )
    own = {k: v for k, v in root.items() if k != "components"}
    return Bom("CycloneDX", components, frozenset(_DIGEST.findall(unquote(repr(own)))), bool(root), _unique(problems))


def _spdx(data: dict[str, Any]) -> Bom:
    packages = [mapping(row) for row in sequence(data.get("packages"))]
    edges = [mapping(row) for row in sequence(data.get("relationships"))]
    described = {str(name) for name in sequence(data.get("documentDescribes"))}
    for edge in edges:
        kind, ends = edge.get("relationshipType"), (str(edge.get("spdxElementId")), str(edge.get("relatedSpdxElement")))
        if "SPDXRef-DOCUMENT" in ends and kind in ("DESCRIBES", "DESCRIBED_BY"):
            described.add(ends[1] if kind == "DESCRIBES" else ends[0])
    ids = [
        _text(row, "SPDXID")
        for key in ("packages", "files", "snippets")
        for row in map(mapping, sequence(data.get(key)))
    ]
    known = {*ids, "SPDXRef-DOCUMENT"}
    ends_of = [(str(edge.get(key)), edge) for edge in edges for key in ("spdxElementId", "relatedSpdxElement")]
    lost = [end for end, _ in ends_of if end not in known] + sorted(described - known)
    problems = [
        f"relationships name {end!r}, which is no element" for end in lost
        if end not in _SPDX_NOWHERE and not end.startswith("DocumentRef-")
    ]  # fmt: skip
    problems += [f"SPDXID {name!r} stands twice" for name in sorted(_twice(ids))]
    components, roots, has_root = [], set(), False
    for row in packages:
        if _text(row, "SPDXID") in described:
            has_root = True
            roots |= set(_DIGEST.findall(unquote(repr(row))))
            continue
        purls = [
            _text(mapping(ref), "referenceLocator")
            for ref in sequence(row.get("externalRefs"))
            if mapping(ref).get("referenceType") == "purl"
        ]
        installed = bool(purls) or row.get("primaryPackagePurpose") in ("LIBRARY", "FRAMEWORK")
        name, version = _text(row, "name"), _text(row, "versionInfo")
        components.append(Component(name, version, purls[0] if purls else "", installed, _text(row, "SPDXID")))
    return Bom("SPDX", tuple(components), frozenset(roots), has_root, _unique(problems))


def content_problems(bom: Bom) -> Iterator[str]:
    """Why an SBOM that every schema calls valid lists nothing, or not what it says."""
    if not bom.components:
        yield f"it is empty: no {bom.format} component but the image itself"
    if not bom.has_root:
        said = "metadata.component" if bom.format == "CycloneDX" else "a DESCRIBES relationship"
        yield f"it doesn't say what it describes ({said})"
    yield from bom.problems
    for row in bom.components:
        lacks = [key for key in ("name", "version", "purl") if not getattr(row, key)]
        if row.installed and lacks:
            yield f"component {row.name or row.ref or '?'!r} has no {' and no '.join(lacks)}"


def _nested(rows: Any, key: str = "components") -> Iterator[dict[str, Any]]:
    """Components within components; the stack is ours, as depth is the author's choice."""
    todo = [mapping(row) for row in reversed(sequence(rows))]
    while todo:
        row = todo.pop()
        if row:
            yield row
            todo += [mapping(child) for child in reversed(sequence(row.get(key)))]


def _group(row: dict[str, Any]) -> str:
    group, name = _text(row, "group"), _text(row, "name")
    return f"{group}/{name}" if group and not name.startswith(group + "/") else name


def _twice(names: list[str]) -> set[str]:
    seen: set[str] = set()
    return {name for name in names if name in seen or seen.add(name)}  # type: ignore[func-returns-value]


def _unique(problems: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(problems))


def _text(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""
