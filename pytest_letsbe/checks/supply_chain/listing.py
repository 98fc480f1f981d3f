"""Rules about SBOMs: signed, about the image, complete against the lock files, without what is banned."""

from __future__ import annotations

from collections.abc import Iterator

from ...model import CheckFailure, Location
from ...scan import rows
from ...scan.globs import name_pattern
from ...scan.surfaces import ecosystem
from . import locks
from .finding import Finding
from .sbom import Component, content_problems
from .scene import Listed, Scene, hexes, line_of


def attested(scene: Scene) -> Iterator[Finding]:
    """An SBOM of each image is a signed statement, or its hash stands in one."""
    for image in scene.images:
        found = scene.sboms_of(image)
        if not found:
            yield Finding(f"{image} has no SBOM: neither attached, nor attested, nor named in checks.supply-chain.sbom")
        elif not any(scene.attests(one, image) for one in found):
            notes = tuple(f"{one.shown}: {_unsigned(one)}" for one in found)
            yield Finding(
                f"the SBOM of {image} is vouched for by nobody: no signed statement about the image holds it",
                notes=notes,
            )
        for one in scene.sboms:
            if one.path and found and len(scene.images) == 1 and not scene.attests(one, image):
                yield Finding("its hash stands in no signed statement about the image", line_of(one))


def _unsigned(one: Listed) -> str:
    if one.claim is None:
        return "it isn't a statement"
    return one.claim.problem or (
        "its signature is of no allowed key" if not one.claim.signers else "it speaks about another image"
    )


def about(scene: Scene) -> Iterator[Finding]:
    """An SBOM that names digests of its subject names those of the image."""
    for image in scene.images:
        for one in scene.sboms_of(image):
            roots = one.bom.roots if one.bom else frozenset()
            if roots and not roots & hexes(image):
                other = ", ".join(f"sha256:{r[:12]}..." for r in sorted(roots)[:2])
                yield Finding(f"the SBOM {one.shown} of {image} describes {other}", line_of(one, *roots))
            if not roots and not scene.attests(one, image):
                yield Finding(f"the SBOM {one.shown} doesn't say which image it describes", line_of(one))


def content(scene: Scene) -> Iterator[Finding]:
    """An SBOM lists something, each entry by name, version and purl, and its edges end at entries."""
    for one in _judged(scene):
        if one.bom is None:
            yield Finding(f"the SBOM {one.shown} doesn't count: {one.problem}", line_of(one))
            continue
        for problem in content_problems(one.bom):
            yield Finding(f"the SBOM {one.shown} doesn't hold: {problem}", line_of(one))


def covered(scene: Scene) -> Iterator[Finding]:
    """Every package that the lock files install at run time is in an SBOM, in its version."""
    have: dict[tuple[str, str], set[str]] = {}
    for one in _judged(scene):
        for row in one.bom.components if one.bom else ():
            for name in row.names():
                have.setdefault((row.system, name), set()).update(row.versions())
    for name in scene.lockfiles:
        path = scene.root / name
        if not path.is_file():
            raise CheckFailure(
                f"the lock file {name} doesn't exist",
                evidence=["mend: commit it, or mend checks.supply-chain.lockfiles"],
            )
        try:
            wanted = locks.read(path)
        except ValueError as error:
            yield Finding(str(error), Location(name))
            continue
        for package in wanted:
            versions = have.get((package.system, package.name), have.get(("", package.name)))
            where = Location(name, package.line)
            if versions is None:
                yield Finding(f"{package.name} {package.version} is installed, and in no SBOM", where)
            elif package.version and package.version.removeprefix("v") not in {v.removeprefix("v") for v in versions}:
                said = ", ".join(sorted(versions)) or "no version"
                yield Finding(f"{package.name} {package.version} is installed, the SBOM says {said}", where)


def banned(scene: Scene) -> Iterator[Finding]:
    """No component is one that the ``references`` corpora ban, by its name or by its purl."""
    rules = [rule for rule in rows.shipped("references") if rule.kind in ("package", "image") and not rule.paths]
    table = [(rule, ecosystem(glob)) for rule in rules if rule.severity == "error" for glob in rule.names]
    for one in scene.sboms:  # those that nobody signed as well
        for row in one.bom.components if one.bom else ():
            for rule, (system, glob) in table:
                if rule.kind == _kind(row) and (not row.system or system in ("", row.system)) and any(
                    name_pattern(glob).match(name) for name in row.names()
                ):  # fmt: skip
                    notes = (f"rule {rule.id}", rule.mend)
                    yield Finding(
                        f"{row.name} {row.version} is in the image: {rule.statement}",
                        line_of(one, row.purl, row.name),
                        notes,
                    )
                    break


def _kind(row: Component) -> str:
    return "image" if row.system in ("oci", "docker") else "package"


def _judged(scene: Scene) -> list[Listed]:
    found = {id(one): one for image in scene.images for one in scene.sboms_of(image)}
    if not found:
        raise CheckFailure(
            f"no SBOM of {scene.options.layout} to judge",
            evidence=["mend: cosign attest --type cyclonedx ..., or name the file in checks.supply-chain.sbom"],
        )
    return list(found.values())
