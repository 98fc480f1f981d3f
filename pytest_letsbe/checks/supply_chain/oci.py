"""An OCI image layout, read with size limits and every digest checked (image-spec v1.1, image-layout.md)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...model import CheckFailure, Location
from .shapes import mapping, sequence

#: image-spec: a registry refuses manifests beyond 4 MiB.
MAX_JSON = 4 * 1024 * 1024
#: SBOMs of large images have tens of megabytes.
MAX_DOCUMENT = 64 * 1024 * 1024
MAX_DEPTH = 6
REF_NAME = "org.opencontainers.image.ref.name"
REVISION = "org.opencontainers.image.revision"
_DIGEST = re.compile(r"(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})\Z")
_INDEX = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
_MANIFEST = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
_CONFIG = ("application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json")
_ATTACHED_TAG = re.compile(
    r"(?:.*:)?(?P<algorithm>sha256|sha512)-(?P<hex>[0-9a-f]{64,128})(?:\.(?P<kind>sig|att|sbom))?\Z"
)


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A pointer to a blob: what it must be, and what is said about it."""

    digest: str
    size: int
    media_type: str
    artifact_type: str = ""
    annotations: dict[str, str] = field(default_factory=dict, compare=False)
    foreign: bool = False

    @property
    def tag(self) -> str:
        return self.annotations.get(REF_NAME, "")


@dataclass(frozen=True, slots=True)
class Image:
    """An image of the layout; ``digests`` are its own, those of its platforms, and of their configs."""

    digest: str
    tags: tuple[str, ...]
    digests: frozenset[str]
    revisions: frozenset[str]

    def __str__(self) -> str:
        return f"{self.tags[0] if self.tags else 'the image'} ({self.digest[:19]}...)"


@dataclass(frozen=True, slots=True)
class Artifact:
    """A manifest that is attached to an image: by its ``subject``, or by the tag ``sha256-<hex>[.sig|.att|.sbom]``."""

    to: str
    descriptor: Descriptor
    manifest: dict[str, Any] = field(compare=False)


class Layout:
    """A folder with ``oci-layout``, ``index.json`` and ``blobs``.

    Raises:
        CheckFailure: it isn't there, or isn't one; reading a blob that is missing, too large or not what it must be.
    """

    def __init__(self, folder: Path, shown: str, max_blob: int) -> None:
        self.folder, self.shown, self.max_blob = folder, shown, max_blob
        if not folder.is_dir():
            mend = "mend: build it (docker buildx build --output type=oci,tar=false,dest=dist/oci .), or name it under checks.supply-chain.layout"  # noqa: E501
            raise CheckFailure(f"the OCI layout {shown} doesn't exist", evidence=[mend])
        marker = self._file("oci-layout")
        if not isinstance(marker, dict) or not str(marker.get("imageLayoutVersion", "")).startswith("1."):
            raise CheckFailure(f"{shown}/oci-layout doesn't say imageLayoutVersion 1.x")
        self.top = self._file("index.json")
        self.index = self.children(self.top, "index.json")

    def _file(self, name: str) -> Any:
        path = self.folder / name
        try:
            if path.stat().st_size > MAX_JSON:
                raise CheckFailure(f"{self.shown}/{name} is larger than {MAX_JSON:,} bytes", location=self.at(name))
            return json.loads(path.read_bytes())
        except OSError as error:
            raise CheckFailure(f"{self.shown}/{name} can't be read: {error.strerror}") from None
        except (ValueError, RecursionError):
            raise CheckFailure(f"{self.shown}/{name} isn't JSON", location=self.at(name)) from None

    def at(self, name: str) -> Location:
        return Location(f"{self.shown}/{name}")

    def children(self, manifest: Any, name: str) -> list[Descriptor]:
        """Every descriptor of a manifest or index, ``subject`` left out: it points up."""
        if not isinstance(manifest, dict):
            raise CheckFailure(f"{name} of {self.shown} isn't a manifest or index")
        rows = [manifest.get("config"), *sequence(manifest.get("manifests")), *sequence(manifest.get("layers"))]
        return [self._descriptor(row, name) for row in rows if row is not None]

    def _descriptor(self, row: Any, name: str) -> Descriptor:
        digest = row.get("digest") if isinstance(row, dict) else None
        size = row.get("size") if isinstance(row, dict) else None
        if not isinstance(digest, str) or not _DIGEST.match(digest) or type(size) is not int or size < 0:
            raise CheckFailure(f"{name} of {self.shown} holds a descriptor without a sound digest and size")
        notes = {str(k): str(v) for k, v in mapping(row.get("annotations")).items()}
        types = str(row.get("mediaType", "")), str(row.get("artifactType", ""))
        return Descriptor(digest, size, *types, annotations=notes, foreign=bool(row.get("urls")))

    def problem(self, blob: Descriptor) -> str:
        """What is wrong with a blob, or nothing; large ones are read piece by piece."""
        algorithm, _, digits = blob.digest.partition(":")
        path = self.folder / "blobs" / algorithm / digits
        try:
            size = path.stat().st_size
            if size != blob.size:
                return f"blobs/{algorithm}/{digits[:12]}... has {size:,} bytes, its descriptor says {blob.size:,}"
            if size > self.max_blob:
                return f"blobs/{algorithm}/{digits[:12]}... is larger than max_blob_bytes ({self.max_blob:,})"
            with path.open("rb") as file:
                real = hashlib.file_digest(file, algorithm).hexdigest()
        except OSError as error:
            if blob.foreign:
                return ""
            return f"blobs/{algorithm}/{digits[:12]}... can't be read: {error.strerror}"
        return "" if real == digits else f"blobs/{algorithm}/{digits[:12]}... holds bytes of {real[:12]}..."

    def read(self, blob: Descriptor, most: int = MAX_JSON) -> bytes:
        """The bytes of a blob that is what its descriptor says."""
        if blob.size > most:
            raise CheckFailure(f"a blob of {self.shown} has {blob.size:,} bytes where {most:,} is the most")
        if said := self.problem(blob):
            raise CheckFailure(f"{self.shown}: {said}")
        algorithm, _, digits = blob.digest.partition(":")
        raw = (self.folder / "blobs" / algorithm / digits).read_bytes()
        if hashlib.new(algorithm, raw).hexdigest() != digits:
            raise CheckFailure(f"{self.shown}: a blob changed while it was read")
        return raw

    def manifest(self, blob: Descriptor) -> dict[str, Any]:
        """A manifest or index as JSON."""
        try:
            found = json.loads(self.read(blob))
        except (ValueError, RecursionError):
            raise CheckFailure(f"{self.shown}: manifest {blob.digest[:19]}... isn't JSON") from None
        if not isinstance(found, dict):
            raise CheckFailure(f"{self.shown}: manifest {blob.digest[:19]}... isn't an object")
        return found

    def everything(self) -> Iterator[Descriptor]:
        """Every blob that can be reached, each once, parents first; a broken parent has no children."""
        seen: set[str] = set()
        todo = [(blob, 0) for blob in reversed(self.index)]
        while todo:
            blob, depth = todo.pop()
            if blob.digest in seen:
                continue
            seen.add(blob.digest)
            yield blob
            if self.is_manifest(blob) and depth < MAX_DEPTH and not self.problem(blob):
                name = f"manifest {blob.digest[:19]}..."
                todo += [(child, depth + 1) for child in reversed(self.children(self.manifest(blob), name))]

    @staticmethod
    def is_manifest(blob: Descriptor) -> bool:
        return blob.media_type in (*_INDEX, *_MANIFEST)

    def images(self) -> list[Image]:
        """What the layout ships: neither signatures nor attestations nor other artifacts."""
        found: dict[str, Image] = {}
        for blob in self.index:
            if attached_to(blob.tag) or blob.annotations.get("kind", "").endswith(("/sigs", "/atts")):
                continue
            digests, revisions = self._inside(blob, 0)
            if digests:
                before = found[blob.digest].tags if blob.digest in found else ()
                tags = (*before, blob.tag) if blob.tag else before
                found[blob.digest] = Image(blob.digest, tags, digests | {blob.digest}, revisions)
        return list(found.values())

    def _inside(self, blob: Descriptor, depth: int) -> tuple[frozenset[str], frozenset[str]]:
        """Digests and revisions of the images below; empty for an artifact."""
        nothing: tuple[frozenset[str], frozenset[str]] = frozenset(), frozenset()
        if blob.artifact_type or depth > 2 or "vnd.docker.reference.type" in blob.annotations:
            return nothing
        manifest = self.manifest(blob) if self.is_manifest(blob) else {}
        said = mapping(manifest.get("annotations")).get(REVISION)
        revisions = {str(said)} if said else set()
        digests: set[str] = set()
        if blob.media_type in _INDEX:
            for child in self.children(manifest, "an index"):
                inner, more = self._inside(child, depth + 1)
                digests |= inner | ({child.digest} if inner else set())
                revisions |= more
        elif manifest and not manifest.get("artifactType") and not manifest.get("subject"):
            config = self._descriptor(manifest.get("config"), f"manifest {blob.digest[:19]}...")
            if config.media_type in _CONFIG and not _is_signature(manifest):
                digests.add(config.digest)
                labels = mapping(mapping(self.manifest(config).get("config")).get("Labels"))
                revisions |= {str(labels[REVISION])} if labels.get(REVISION) else set()
        return frozenset(digests), frozenset(revisions)

    def artifacts(self) -> list[Artifact]:
        """What is attached to images, also through the referrers tag (a tag ``sha256-<hex>`` that is an index)."""
        found: dict[tuple[str, str], Artifact] = {}
        for blob in self.index:
            for artifact in self._attached(blob, attached_to(blob.tag)):
                found.setdefault((artifact.descriptor.digest, artifact.to), artifact)
        return list(found.values())

    def _attached(self, blob: Descriptor, to: str) -> Iterator[Artifact]:
        if not self.is_manifest(blob):
            return
        manifest = self.manifest(blob)
        if blob.media_type in _INDEX:
            if to:
                for child in self.children(manifest, "a referrers index"):
                    yield from self._attached(child, "")
            return
        subject = mapping(manifest.get("subject")).get("digest")
        if to or subject or _is_signature(manifest):
            yield Artifact(str(subject or to), blob, manifest)


def attached_to(tag: str) -> str:
    """The digest that a tag of cosign or of the referrers fallback speaks of, or nothing."""
    found = _ATTACHED_TAG.match(tag)
    return f"{found['algorithm']}:{found['hex']}" if found else ""


def _is_signature(manifest: dict[str, Any]) -> bool:
    layers = [mapping(layer).get("mediaType", "") for layer in sequence(manifest.get("layers"))]
    return any("cosign.simplesigning" in str(kind) or "dsse.envelope" in str(kind) for kind in layers)
