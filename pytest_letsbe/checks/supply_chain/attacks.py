"""Attacks on a signed layout and what belongs to it, each with the invariant that must tell."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .plan import REPOSITORY, Built, Plan

OTHER = "sha256:" + "7e" * 32


@dataclass(frozen=True, slots=True)
class Attack:
    """One realistic fault: a sentence, the invariant that catches it, and the edit of the plan."""

    sentence: str
    expected: str
    edit: Callable[[Plan], None]


def _set(**parts: Any) -> Callable[[Plan], None]:
    """An edit that sets attributes; ``files`` and ``options`` are added to."""

    def edit(plan: Plan) -> None:
        for name, value in parts.items():
            before = getattr(plan, name)
            setattr(plan, name, {**before, **value} if name in ("files", "options") else value)

    return edit


def _after(step: Callable[[Path, Built], None]) -> Callable[[Plan], None]:
    return lambda plan: plan.after.append(step)


def _swap_layer(layout: Path, built: Built) -> None:
    manifest = json.loads((layout / "blobs/sha256" / built.digest[7:]).read_bytes())
    path = layout / "blobs/sha256" / manifest["layers"][0]["digest"][7:]
    path.write_bytes(path.read_bytes()[::-1])


def _lose_layer(layout: Path, built: Built) -> None:
    manifest = json.loads((layout / "blobs/sha256" / built.digest[7:]).read_bytes())
    (layout / "blobs/sha256" / manifest["layers"][0]["digest"][7:]).unlink()


def _empty_index(layout: Path, built: Built) -> None:
    (layout / "index.json").write_text('{"schemaVersion": 2, "manifests": []}', encoding="utf-8")


def _rebuild(layout: Path, built: Built) -> None:
    from .factory import build

    build(built.folder / "second", tag="v1.4.0-again")


def _built_again(plan: Plan) -> None:
    plan.options["rebuild"] = "second/dist/oci"
    plan.after.append(_rebuild)


def _cut_file(plan: Plan) -> None:
    """The attested SBOM is fine; the file that people read isn't the one that was signed."""
    plan.options["sbom"] = "sbom.json"
    plan.files["sbom.json"] = json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []})


_K8S = "apiVersion: v1\nkind: Pod\nspec:\n  initContainers:\n    - {{name: wait, image: {image}}}\n"
_SCAN = {"descriptor": {"timestamp": "2020-01-01T00:00:00Z"}, "matches": []}
_REPORT = {"vulnerabilities": {"reports": ["grype.json"]}}
_GRAVE = {
    "descriptor": {"timestamp": datetime.now(UTC).isoformat()},
    "matches": [
        {
            "vulnerability": {"id": "CVE-2026-0001", "severity": "Critical"},
            "artifact": {"name": "zod", "version": "3.24.1"},
        }
    ],
}
_STALE = [{"id": "CVE-2026-0001", "owner": "hub", "until": "2020-01-01", "reason": "no way in"}]

ATTACKS: Mapping[str, Attack] = {
    "no-image": Attack("The layout is empty.", "liveness", _after(_empty_index)),
    "digest-swapped": Attack("A layer was replaced under its digest.", "layout-digests", _after(_swap_layer)),
    "layer-lost": Attack("A layer is gone.", "layout-digests", _after(_lose_layer)),
    "unsigned": Attack(
        "Nobody signed the image; its SBOM and provenance are signed.", "signed", _set(signed_digest=None)
    ),
    "attested-only": Attack(
        "A signed statement about the image is there, and none that approves of it.",
        "signed",
        _set(signed_digest=None, sbom_by_hash=True),
    ),
    "another-key": Attack("A key signed that nobody allowed.", "signed", _set(signed_by="another")),
    "signature-of-another-image": Attack("The signature is one of another image.", "signed", _set(signed_digest=OTHER)),
    "signature-transplanted": Attack(
        "A good signature of another image hangs on this one.", "subject", _set(signed_digest=OTHER)
    ),
    "sbom-unsigned": Attack(
        "The SBOM lies beside the image and nobody vouches for it.", "sbom-attested", _set(sbom_signed_by=None)
    ),
    "sbom-another-key": Attack(
        "A key that nobody allowed attests the SBOM.", "sbom-attested", _set(sbom_signed_by="another")
    ),
    "sbom-file-edited": Attack("The SBOM file isn't the one that was signed.", "sbom-attested", _cut_file),
    "sbom-transplanted": Attack(
        "The SBOM's statement speaks about another image.", "sbom-attested", _set(sbom_about=OTHER)
    ),
    "sbom-of-another-image": Attack("The SBOM describes another image.", "sbom-subject", _set(sbom_root=OTHER)),
    "sbom-empty": Attack("The SBOM lists nothing, and every schema calls it valid.", "sbom-content", _set(listed={})),
    "sbom-dangling": Attack("The SBOM's edges end nowhere.", "sbom-content", _set(edges=["ghost"])),
    "sbom-no-version": Attack(
        "A component has no version.", "sbom-content", _set(listed={"fastify": "5.2.0", "zod": ""})
    ),
    "lock-dependency-missing": Attack(
        "A package of the lock file isn't listed.", "lock-coverage", _set(listed={"fastify": "5.2.0"})
    ),
    "lock-version-differs": Attack(
        "A package is listed in another version.", "lock-coverage", _set(listed={"fastify": "5.2.0", "zod": "3.0.0"})
    ),
    "banned-component": Attack(
        "A banned package is in the image.",
        "banned-components",
        _set(packages={"fastify": "5.2.0", "n8n-workflow": "1.70.0"}),
    ),
    "provenance-missing": Attack("Nobody says where the image came from.", "provenance", _set(provenance_about=None)),
    "provenance-of-another-digest": Attack(
        "The provenance is one of another image.", "provenance", _set(provenance_about=OTHER)
    ),
    "provenance-unsigned": Attack("The provenance has no signature.", "provenance", _set(provenance_signed_by=None)),
    "provenance-another-key": Attack(
        "A key signed the provenance that nobody allowed.", "provenance", _set(provenance_signed_by="another")
    ),
    "wrong-builder": Attack(
        "A developer's machine built it.", "provenance", _set(builder="https://laptop.example.test/")
    ),
    "wrong-source": Attack(
        "It was built from a fork.", "provenance", _set(source="https://git.example.test/mallory/hub")
    ),
    "wrong-commit": Attack(
        "It was built from another commit than its label says.", "provenance", _set(commit="0" * 40)
    ),
    "wrong-ref": Attack("It was built from a branch of a pull request.", "provenance", _set(ref="refs/pull/7/head")),
    "tag-replay": Attack(
        "The release tag points to an older image.", "tag-immutable", _set(files={"releases.txt": f"v1.4.0 {OTHER}\n"})
    ),
    "ledger-rewritten": Attack(
        "A release has two digests in the ledger.",
        "tag-immutable",
        _set(files={"releases.txt": "v1.3.0 {digest}\n" + f"v1.3.0 {OTHER}\n"}),
    ),
    "promoted-another": Attack(
        "Another digest is promoted than the one that ran in dev.",
        "promoted-digests",
        _set(
            files={"deploy/dev.yaml": "hub: {digest}\n", "deploy/prod.yaml": f"hub: {OTHER}\n"},
            options={"promotion": {"deployed": ["deploy/dev.yaml"], "promoted": ["deploy/prod.yaml"]}},
        ),
    ),
    "not-reproducible": Attack(
        "A second build gives other bytes.",
        "reproducible",
        _built_again,
    ),
    "compose-tag": Attack(
        "A compose file names an image by tag.",
        "digest-pins",
        _set(files={"compose.yaml": "services:\n  db:\n    image: postgres:16.4\n"}),
    ),
    "compose-default-tag": Attack(
        "A compose file's default is a tag.",
        "digest-pins",
        _set(files={"compose.yaml": f'services:\n  hub: {{image: "${{HUB_IMAGE:-{REPOSITORY}:latest}}"}}\n'}),
    ),
    "k8s-tag": Attack(
        "A pod's init container is named by tag.",
        "digest-pins",
        _set(files={"k8s/hub.yaml": _K8S.format(image="busybox:1.37")}),
    ),
    "k8s-short-digest": Attack(
        "A digest is cut short.", "digest-pins", _set(files={"k8s/hub.yaml": _K8S.format(image="busybox@sha256:1234")})
    ),
    "pin-of-another-build": Attack(
        "The deployment names a digest that wasn't built here.",
        "pins-resolve",
        _set(files={"k8s/hub.yaml": _K8S.format(image=f"{REPOSITORY}@{OTHER}")}),
    ),
    "base-by-tag": Attack("A Dockerfile builds on a tag.", "base-images", _set(files={"Dockerfile": "FROM node:22\n"})),
    "base-in-argument": Attack(
        "A Dockerfile's tag hides in an argument.",
        "base-images",
        _set(files={"Dockerfile": "ARG BASE=node:22\nFROM ${BASE}\n"}),
    ),
    "copy-from-tag": Attack(
        "A Dockerfile copies out of an image named by tag.",
        "base-images",
        _set(files={"Dockerfile": "FROM scratch\nCOPY --from=ghcr.io/astral-sh/uv:0.5 /uv /uv\n"}),
    ),
    "scan-too-old": Attack(
        "The scan is years old.", "vulnerabilities", _set(files={"grype.json": json.dumps(_SCAN)}, options=_REPORT)
    ),
    "grave-vulnerability": Attack(
        "The scan reports a critical one.",
        "vulnerabilities",
        _set(files={"grype.json": json.dumps(_GRAVE)}, options=_REPORT),
    ),
    "exception-ended": Attack(
        "A critical one was accepted until a day that is past.",
        "vulnerabilities",
        _set(
            files={"grype.json": json.dumps(_GRAVE)},
            options={"vulnerabilities": {"reports": ["grype.json"], "exceptions": _STALE}},
        ),
    ),
}
