"""The documents of a build as real tools write them: CycloneDX, SPDX, SLSA provenance, a lock file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


def cyclonedx(name: str, digest: str, listed: Mapping[str, str], edges: Sequence[str]) -> dict[str, Any]:
    """An SBOM of npm packages; ``edges`` are dependencies beyond them."""
    rows = [
        {"bom-ref": f"npm:{n}", "type": "library", "name": n, "version": v, "purl": purl(n, v)}
        for n, v in listed.items()
    ]
    root = {"bom-ref": "image", "type": "container", "name": name, "version": digest}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": root},
        "components": rows,
        "dependencies": [{"ref": "image", "dependsOn": [*(f"npm:{n}" for n in listed), *edges]}],
    }


def spdx(name: str, digest: str, listed: Mapping[str, str], edges: Sequence[str]) -> dict[str, Any]:
    """The same as SPDX 2.3."""
    rows = [{"SPDXID": "SPDXRef-image", "name": name, "versionInfo": digest, "downloadLocation": "NOASSERTION"}]
    for package, version in listed.items():
        reference = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl"}
        row = {"SPDXID": f"SPDXRef-{package}", "name": package, "versionInfo": version}
        rows.append({**row, "externalRefs": [{**reference, "referenceLocator": purl(package, version)}]})  # type: ignore[dict-item]
    ends = [("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-image")]
    ends += [("SPDXRef-image", "CONTAINS", f"SPDXRef-{package}") for package in (*listed, *edges)]
    keys = ("spdxElementId", "relationshipType", "relatedSpdxElement")
    return {
        "spdxVersion": "SPDX-2.3",
        "SPDXID": "SPDXRef-DOCUMENT",
        "dataLicense": "CC0-1.0",
        "name": "hub",
        "packages": rows,
        "relationships": [dict(zip(keys, end, strict=True)) for end in ends],
    }


def provenance(builder: str, source: str, ref: str, commit: str, workflow: str) -> dict[str, Any]:
    """An SLSA v1 predicate."""
    asked = {"repository": source, "ref": ref, "path": workflow}
    return {
        "buildDefinition": {
            "buildType": "https://git.example.test/letsbe/build/v1",
            "externalParameters": {"workflow": asked},
            "resolvedDependencies": [{"uri": f"git+{source}@{ref}", "digest": {"gitCommit": commit}}],
        },
        "runDetails": {"builder": {"id": builder}},
    }


def package_lock(packages: Mapping[str, str]) -> str:
    """npm's lock file, version 3, with one package for development."""
    rows: dict[str, Any] = {"": {"name": "hub", "dependencies": dict(packages)}}
    rows |= {f"node_modules/{name}": {"version": version} for name, version in packages.items()}
    rows["node_modules/vitest"] = {"version": "2.1.8", "dev": True}
    return json.dumps({"name": "hub", "lockfileVersion": 3, "packages": rows}, indent=1) + "\n"


def purl(name: str, version: str) -> str:
    """A package URL of npm."""
    return f"pkg:npm/{name.replace('@', '%40')}@{version}"
