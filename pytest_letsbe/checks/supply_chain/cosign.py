"""What was signed about an image: cosign's v2 layout (tags ``.sig`` and ``.att``) and v3 bundles (OCI 1.1 referrers).

Formats: sigstore/cosign specs/SIGNATURE_SPEC.md, sigstore/protobuf-specs sigstore_bundle.proto (v0.3), DSSE v1.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...merge.statement import pae
from ...model import CheckFailure
from .keys import Key, verifies
from .oci import MAX_DOCUMENT, Artifact, Descriptor, Layout

SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json"
ENVELOPE = "application/vnd.dsse.envelope.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle"
SIGNATURE_NOTE = "dev.cosignproject.cosign/signature"
CYCLONEDX, SPDX = "https://cyclonedx.org/bom", "https://spdx.dev/Document"
PROVENANCE = ("https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v0.2")
#: What approves of an image. Any other statement, an SBOM or a test result, tells something about it.
_APPROVALS = ("cosign", "message", "https://sigstore.dev/cosign/sign/v1")


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement about digests: who signed it is ``signers`` (files of allowed keys, or an identity).

    ``to`` is the image it is attached to, ``about`` the digests it speaks of. ``problem`` says why it can't count.
    """

    to: str
    shown: str
    about: frozenset[str] = frozenset()
    kind: str = ""
    predicate: Any = field(default=None, compare=False, repr=False)
    payload: bytes = field(default=b"", compare=False, repr=False)
    message: bytes = field(default=b"", compare=False, repr=False)
    signatures: tuple[bytes, ...] = field(default=(), repr=False)
    keyless: bytes = field(default=b"", repr=False)
    problem: str = ""
    signers: tuple[str, ...] = ()

    @property
    def approves(self) -> bool:
        """A signature of the image itself, as against a fact about it."""
        return self.kind in _APPROVALS


def claims(layout: Layout, artifacts: Sequence[Artifact], keys: Sequence[Key]) -> list[Claim]:
    """Every statement of the layout, with the allowed keys that signed it."""
    found = [claim for artifact in artifacts for claim in _of(layout, artifact)]
    return [replace(claim, signers=_signers(claim, keys)) for claim in found]


def _signers(claim: Claim, keys: Sequence[Key]) -> tuple[str, ...]:
    if claim.problem or claim.keyless or not claim.message:
        return ()
    return tuple(k.path for k in keys if any(verifies(k.public, s, claim.message) for s in claim.signatures))


def _of(layout: Layout, artifact: Artifact) -> Iterator[Claim]:
    for layer in layout.children({"layers": artifact.manifest.get("layers")}, "an attached manifest"):
        shown = f"{artifact.descriptor.tag or artifact.descriptor.digest[:19] + '...'}"
        base = Claim(artifact.to, shown)
        try:
            if layer.media_type == SIMPLE:
                yield _simple(base, layout.read(layer), layer)
            elif layer.media_type == ENVELOPE:
                yield _envelope(base, json.loads(layout.read(layer, MAX_DOCUMENT)))
            elif layer.media_type.startswith(BUNDLE) or artifact.descriptor.artifact_type.startswith(BUNDLE):
                yield _bundle(base, layout.read(layer, MAX_DOCUMENT))
        except CheckFailure as failure:
            yield replace(base, problem=failure.sentence)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            yield replace(base, problem=f"it can't be read ({type(error).__name__})")


def _simple(base: Claim, payload: bytes, layer: Descriptor) -> Claim:
    """Simple signing: the payload's digest counts; ``docker-reference`` is ignored, as the spec says."""
    notes = layer.annotations
    digest = json.loads(payload)["critical"]["image"]["docker-manifest-digest"]
    if "dev.sigstore.cosign/certificate" in notes:
        return replace(
            base,
            about=frozenset({str(digest)}),
            problem="a keyless signature of cosign v2: sign with --new-bundle-format",
        )
    signature = base64.b64decode(notes[SIGNATURE_NOTE], validate=True)
    return replace(
        base, about=frozenset({str(digest)}), kind="cosign", payload=payload, message=payload, signatures=(signature,)
    )


def _envelope(base: Claim, envelope: Any) -> Claim:
    kind, payload = str(envelope["payloadType"]), base64.b64decode(envelope["payload"], validate=True)
    statement = json.loads(payload)
    if not str(statement.get("_type", "")).startswith("https://in-toto.io/Statement/"):
        return replace(base, problem="it isn't an in-toto Statement")
    about = {f"{a}:{d}" for s in statement["subject"] for a, d in s["digest"].items()}
    return replace(
        base, about=frozenset(about), kind=str(statement["predicateType"]), predicate=statement.get("predicate"),
        payload=payload, message=pae(kind, payload),
        signatures=tuple(base64.b64decode(s["sig"], validate=True) for s in envelope["signatures"]),
    )  # fmt: skip


def _bundle(base: Claim, raw: bytes) -> Claim:
    bundle = json.loads(raw)
    material = bundle["verificationMaterial"]
    if "dsseEnvelope" in bundle:
        claim = _envelope(base, bundle["dsseEnvelope"])
    else:
        signed = bundle["messageSignature"]
        if signed.get("messageDigest", {}).get("algorithm") != "SHA2_256":
            return replace(base, problem="its message digest isn't SHA2_256")
        digest = "sha256:" + base64.b64decode(signed["messageDigest"]["digest"], validate=True).hex()
        signature = base64.b64decode(signed["signature"], validate=True)
        # What was signed are the manifest's bytes; whoever judges puts them in.
        claim = replace(base, about=frozenset({digest}), kind="message", signatures=(signature,))
    if "publicKey" not in material:
        return replace(claim, keyless=raw)
    return claim


def with_manifest(claim: Claim, layout: Layout, keys: Sequence[Key]) -> Claim:
    """A bundle's message signature covers a manifest's own bytes: found by digest, verified here."""
    if claim.kind != "message" or claim.keyless:
        return claim
    blob = next((b for b in layout.index if b.digest in claim.about), None)
    if blob is None:
        return claim
    whole = replace(claim, message=layout.read(blob))
    return replace(whole, signers=_signers(whole, keys))
