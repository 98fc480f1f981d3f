"""Signed OCI layouts with all that belongs to them, for tests: a good one, or one that an attack was made on.

Keys are made for each layout and forgotten with it; only the public half is written.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from ...merge.statement import PAYLOAD, pae
from . import cosign, oci, papers
from .plan import BUILDER, COMMIT, REPOSITORY, SOURCE, WORKFLOW, Built, Plan

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_EMPTY = "application/vnd.oci.empty.v1+json"
_BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
_BASE = "docker.io/library/node:22.11.0@sha256:" + "5" * 64


class OciFactory:
    """``build()`` gives a good set; ``build("unsigned")`` one of ``attacks.ATTACKS``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._number = 0

    def build(self, attack: str = "", **plan: Any) -> Built:
        """A folder of its own for each call.

        Raises:
            KeyError: no attack has that name.
        """
        self._number += 1
        folder = self.folder / f"set-{self._number}"
        return build(folder, attack, **plan)


def build(folder: Path, attack: str = "", **plan: Any) -> Built:
    """Write one set into the folder."""
    from .attacks import ATTACKS

    made = Plan(**plan)
    if attack:
        ATTACKS[attack].edit(made)
    return _Builder(folder, made).run()


class _Builder:
    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder, self.plan = folder, plan
        self.layout = folder / "dist/oci"
        self.index: list[dict[str, Any]] = []

    def run(self) -> Built:
        (self.layout / "blobs/sha256").mkdir(parents=True)
        image = self._image()
        self.digest = image["digest"]
        self._sign_image()
        self._attest_sbom()
        self._attest_provenance()
        self._write("dist/oci/oci-layout", json.dumps({"imageLayoutVersion": "1.0.0"}))
        index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": self.index}
        self._write("dist/oci/index.json", json.dumps(index, indent=1))
        self._write("keys/cosign.pub", self._public_pem())
        for path, text in {**self._usual_files(), **self.plan.files}.items():
            self._write(path, text.replace("{digest}", self.digest))
        options = {
            "image": REPOSITORY,
            "provenance": {"builders": [BUILDER], "source": SOURCE, "workflows": [WORKFLOW]},
            "releases": "releases.txt",
            **self.plan.options,
        }
        built = Built(self.folder, options, self.digest)
        for step in self.plan.after:
            step(self.layout, built)
        return built

    def _usual_files(self) -> dict[str, str]:
        return {
            "package-lock.json": papers.package_lock(self.plan.packages),
            "compose.yaml": f"services:\n  hub:\n    image: {REPOSITORY}@{{digest}}\n",
            "Dockerfile": f"FROM {_BASE} AS build\nRUN npm ci\nFROM {_BASE}\nCOPY --from=build /app /app\n",
            "k8s/hub.yaml": f"kind: Pod\nspec:\n  containers:\n    - name: hub\n      image: {REPOSITORY}@{{digest}}\n",
            "releases.txt": "v1.4.0 {digest}\n",
        }

    def _image(self) -> dict[str, Any]:
        layer = self._blob(b"the layer of " + self.plan.tag.encode(), "application/vnd.oci.image.layer.v1.tar")
        labels = {oci.REVISION: COMMIT}
        config = {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Labels": labels},
            "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
        }
        said = self._json(config, "application/vnd.oci.image.config.v1+json")
        manifest = {"schemaVersion": 2, "mediaType": _MANIFEST, "config": said, "layers": [layer]}
        return self._listed(self._json(manifest, _MANIFEST), self.plan.tag)

    def _sign_image(self) -> None:
        about = self.plan.signed_digest
        if about is None:
            return
        digest = about or self.digest
        if self.plan.style == "v3":
            statement = self._statement(digest, "https://sigstore.dev/cosign/sign/v1", {})
            self._attach(self._envelope(statement, self.plan.signed_by), "sig")
            return
        payload = {
            "critical": {
                "identity": {"docker-reference": REPOSITORY},
                "image": {"docker-manifest-digest": digest},
                "type": "cosign container image signature",
            },
            "optional": None,
        }
        raw = json.dumps(payload).encode()
        note = {cosign.SIGNATURE_NOTE: _b64(self._sign(raw, self.plan.signed_by))}
        self._artifact([{**self._blob(raw, cosign.SIMPLE), "annotations": note}], "sig")

    def _attest_sbom(self) -> None:
        listed = self.plan.packages if self.plan.listed is None else self.plan.listed
        write = papers.cyclonedx if self.plan.sbom_format == "cyclonedx" else papers.spdx
        bom = write(REPOSITORY, self.plan.sbom_root or self.digest, listed, self.plan.edges)
        kind = cosign.CYCLONEDX if self.plan.sbom_format == "cyclonedx" else cosign.SPDX
        if self.plan.sbom_signed_by is not None and not self.plan.sbom_by_hash:
            statement = self._statement(self.plan.sbom_about or self.digest, kind, bom)
            self._attach(self._envelope(statement, self.plan.sbom_signed_by), "att")
            return
        text = json.dumps(bom, indent=1)
        self._write("sbom.json", text)
        self.plan.options.setdefault("sbom", "sbom.json")
        if self.plan.sbom_by_hash:
            predicate = {"sbom": {"sha256": hashlib.sha256(text.encode()).hexdigest()}}
            statement = self._statement(self.digest, "https://git.example.test/letsbe/sbom-reference/v1", predicate)
            self._attach(self._envelope(statement, self.plan.sbom_signed_by), "att")

    def _attest_provenance(self) -> None:
        if self.plan.provenance_about is None:
            return
        plan = self.plan
        predicate = papers.provenance(plan.builder, plan.source, plan.ref, plan.commit, WORKFLOW)
        statement = self._statement(self.plan.provenance_about or self.digest, cosign.PROVENANCE[0], predicate)
        self._attach(self._envelope(statement, self.plan.provenance_signed_by), "att")

    def _statement(self, digest: str, kind: str, predicate: Any) -> bytes:
        algorithm, _, digits = digest.partition(":")
        subject = [{"name": REPOSITORY, "digest": {algorithm: digits}}]
        statement = {"_type": "https://in-toto.io/Statement/v1", "subject": subject, "predicateType": kind}
        return json.dumps({**statement, "predicate": predicate}).encode()

    def _envelope(self, payload: bytes, signer: str | None) -> dict[str, Any]:
        signatures = [] if signer is None else [{"keyid": "", "sig": _b64(self._sign(pae(PAYLOAD, payload), signer))}]
        return {"payloadType": PAYLOAD, "payload": _b64(payload), "signatures": signatures}

    def _attach(self, envelope: dict[str, Any], kind: str) -> None:
        """As cosign of that version stores a statement: a tag, or a bundle that refers to the image."""
        if self.plan.style == "v2":
            self._artifact([self._json(envelope, cosign.ENVELOPE)], kind)
            return
        bundle = {
            "mediaType": _BUNDLE,
            "verificationMaterial": {"publicKey": {"hint": "ours"}, "tlogEntries": []},
            "dsseEnvelope": envelope,
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "artifactType": _BUNDLE,
            "config": self._json({}, _EMPTY),
            "layers": [self._json(bundle, _BUNDLE)],
            "subject": {"mediaType": _MANIFEST, "digest": self.digest, "size": self.index[0]["size"]},
        }
        self._listed({**self._json(manifest, _MANIFEST), "artifactType": _BUNDLE}, "")

    def _artifact(self, layers: list[dict[str, Any]], kind: str) -> None:
        tag = self.digest.replace(":", "-") + "." + kind
        config = self._json({"made": [layer["digest"] for layer in layers]}, "application/vnd.oci.image.config.v1+json")
        self._listed(
            self._json({"schemaVersion": 2, "mediaType": _MANIFEST, "config": config, "layers": layers}, _MANIFEST), tag
        )

    def _listed(self, descriptor: dict[str, Any], tag: str) -> dict[str, Any]:
        """Several manifests may share one tag of attestations here; real tools put all layers into one."""
        before = next((row for row in self.index if tag and row.get("annotations", {}).get(oci.REF_NAME) == tag), None)
        if before is not None:
            old = json.loads((self.layout / "blobs/sha256" / before["digest"][7:]).read_bytes())
            new = json.loads((self.layout / "blobs/sha256" / descriptor["digest"][7:]).read_bytes())
            self.index.remove(before)
            descriptor = self._json({**new, "layers": [*old["layers"], *new["layers"]]}, _MANIFEST)
        found = {**descriptor, "annotations": {oci.REF_NAME: tag}} if tag else descriptor
        self.index.append(found)
        return found

    def _json(self, data: Any, kind: str) -> dict[str, Any]:
        return self._blob(json.dumps(data, separators=(",", ":")).encode(), kind)

    def _blob(self, raw: bytes, kind: str) -> dict[str, Any]:
        digits = hashlib.sha256(raw).hexdigest()
        (self.layout / "blobs/sha256" / digits).write_bytes(raw)
        return {"mediaType": kind, "digest": "sha256:" + digits, "size": len(raw)}

    def _write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text, encoding="utf-8")

    @cached_property
    def _keys(self) -> Mapping[str, Any]:
        """``ours``, and ``another`` that nobody allowed."""
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519

        if self.plan.algorithm == "ed25519":
            return {name: ed25519.Ed25519PrivateKey.generate() for name in ("ours", "another")}
        return {name: ec.generate_private_key(ec.SECP256R1()) for name in ("ours", "another")}

    def _sign(self, message: bytes, signer: str) -> bytes:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        key = self._keys[signer]
        signed: bytes = (
            key.sign(message) if self.plan.algorithm == "ed25519" else key.sign(message, ec.ECDSA(hashes.SHA256()))
        )
        return signed

    def _public_pem(self) -> str:
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        pem: bytes = self._keys["ours"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return pem.decode()


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
