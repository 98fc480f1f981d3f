"""Everything one manifest puts before the rules: layout, keys, claims, SBOMs, lock files; each read when asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ...model import CheckFailure, Location
from . import cosign, keyless, keys, locks, pins, sbom
from .cosign import Claim
from .finding import Finding
from .oci import MAX_DOCUMENT, Artifact, Image, Layout
from .options import SupplyChainOptions

#: Artifact and layer types that hold an SBOM by themselves, signed or not.
_SBOM_TYPES = ("cyclonedx+json", "spdx+json")


@dataclass(frozen=True, slots=True)
class Listed:
    """An SBOM, where it stands, and who signed for it; ``bom`` is None when it can't be read."""

    shown: str
    bom: sbom.Bom | None
    problem: str = ""
    claim: Claim | None = None
    to: str = ""
    sha256: str = ""
    path: str = ""
    raw: bytes = field(default=b"", repr=False, compare=False)


class Scene:
    """Reads lazily: a missing lock file is the business of the rule that needs it."""

    def __init__(self, root: Path, options: SupplyChainOptions) -> None:
        self.root, self.options = root, options

    @cached_property
    def layout(self) -> Layout:
        return Layout(self.root / self.options.layout, self.options.layout, self.options.max_blob_bytes)

    @cached_property
    def keys(self) -> list[keys.Key]:
        return keys.load(self.root, self.options.keys)

    @cached_property
    def images(self) -> list[Image]:
        return self.layout.images()

    @cached_property
    def artifacts(self) -> list[Artifact]:
        return self.layout.artifacts()

    @cached_property
    def claims(self) -> list[Claim]:
        found = cosign.claims(self.layout, self.artifacts, self.keys)
        found = [cosign.with_manifest(claim, self.layout, self.keys) for claim in found]
        return [keyless.judged(claim, self.options.identities) for claim in found]

    def signed(self, image: Image) -> list[Claim]:
        """Claims about the image, or one of its platforms, that somebody signed who may."""
        return [claim for claim in self.claims if image.digests & claim.about and claim.signers]

    @cached_property
    def sboms(self) -> list[Listed]:
        return [*self._attested(), *self._attached(), *self._files()]

    def sboms_of(self, image: Image) -> list[Listed]:
        """Those that are signed for the image; where there are none, those that merely lie beside it."""
        alone = len(self.images) == 1
        mine = [
            one for one in self.sboms
            if one.to in image.digests or (one.claim and image.digests & one.claim.about)
            or (one.path and (alone or (one.bom and one.bom.roots & hexes(image))))
        ]  # fmt: skip
        return [one for one in mine if self.attests(one, image)] or mine

    def attests(self, one: Listed, image: Image) -> bool:
        """It is a signed statement about the image itself, or its hash stands in one."""
        if one.claim is not None:
            return bool(one.claim.signers and image.digests & one.claim.about)
        return any(one.sha256.encode() in claim.payload for claim in self.signed(image) if claim.kind != "cosign")

    def _attested(self) -> Iterator[Listed]:
        for claim in self.claims:
            if claim.kind.startswith((cosign.CYCLONEDX, cosign.SPDX)):
                data = claim.predicate
                if isinstance(data, dict) and isinstance(data.get("Data"), str | dict):  # cosign before 2.0
                    data = data["Data"]
                yield self._listed(claim.shown, data, claim=claim, to=claim.to)

    def _attached(self) -> Iterator[Listed]:
        for artifact in self.artifacts:
            for layer in self.layout.children({"layers": artifact.manifest.get("layers")}, "an attached manifest"):
                if layer.media_type.endswith(_SBOM_TYPES):
                    shown = artifact.descriptor.tag or artifact.descriptor.digest[:19] + "..."
                    yield self._listed(shown, self.layout.read(layer, MAX_DOCUMENT), to=artifact.to)

    def _files(self) -> Iterator[Listed]:
        for name in self.options.sbom_files:
            path = self.root / name
            if not path.is_file():
                raise CheckFailure(
                    f"the SBOM {name} doesn't exist",
                    evidence=["mend: write it (syft, cdxgen), or mend checks.supply-chain.sbom"],
                )
            yield self._listed(name, path.read_bytes(), path=name)

    def _listed(self, shown: str, data: object, *, claim: Claim | None = None, to: str = "", path: str = "") -> Listed:
        raw = data if isinstance(data, bytes) else b""
        digest = hashlib.sha256(raw).hexdigest() if raw else ""
        bom, problem = None, ""
        try:
            bom = sbom.read(json.loads(data) if isinstance(data, bytes | str) else data)
        except (ValueError, RecursionError, AttributeError, TypeError) as error:
            problem = f"it is {error}" if "neither" in str(error) else f"it can't be read ({type(error).__name__})"
        return Listed(shown, bom, problem, claim, to, digest, path, raw)

    @cached_property
    def lockfiles(self) -> list[str]:
        if self.options.lockfiles is not None:
            return self.options.lockfiles
        return [name for name in locks.KNOWN if (self.root / name).is_file()]

    @cached_property
    def pin_files(self) -> tuple[list[str], list[str]]:
        if self.options.pins is None:
            return pins.files(self.root, pins.USUAL)[0], []
        return pins.files(self.root, self.options.pins)

    @cached_property
    def pins(self) -> tuple[list[pins.Pin], list[Finding]]:
        """Every reference, and the files that couldn't be read."""
        found: list[pins.Pin] = []
        problems = [Finding(f"no file matches {glob} of checks.supply-chain.pins") for glob in self.pin_files[1]]
        for path in self.pin_files[0]:
            try:
                found += pins.read(self.root, path)
            except ValueError as error:
                problems.append(Finding(str(error), Location(path)))
        return found, problems


def hexes(image: Image) -> set[str]:
    return {digest.partition(":")[2] for digest in image.digests}


def line_of(one: Listed, *words: str) -> Location | None:
    """Where a word stands in an SBOM that is a file."""
    if not one.path:
        return None
    at = next((a for a in (one.raw.find(word.encode()) for word in words if word) if a >= 0), 0)
    return Location(one.path, one.raw.count(b"\n", 0, at) + 1)
