"""supply-chain: what is shipped is what was built, signed, listed and pinned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...model import Case, CheckFailure, Invariant, Spec, Vacuous
from ...targets.base import Target
from . import keys, listing, locks, pins, places, signatures, vulnerabilities
from .finding import Finding, refuse
from .options import SupplyChainOptions
from .scene import Scene

LIVENESS = Invariant(
    "liveness",
    "The layout holds an image, the keys are read, and the verifier refuses a forged signature.",
    "a verifier that takes anything finds nothing",
)
_ALWAYS: Callable[[SupplyChainOptions], Any] = lambda options: True  # noqa: E731


@dataclass(frozen=True, slots=True)
class Rule:
    """A statement, what finds its violations, how they are mended, and whether the manifest asks for it."""

    invariant: Invariant
    find: Callable[[Scene], Iterable[Finding]]
    mend: str
    case: str
    wanted: Callable[[SupplyChainOptions], Any] = _ALWAYS


RULES = (
    Rule(
        Invariant(
            "layout-digests", "Every blob has the digest and size that its descriptor says.", "SC01, OCI image-spec"
        ),
        signatures.digests,
        "build or copy the layout anew (skopeo copy, oras copy); never edit it",
        "layout",
    ),
    Rule(
        Invariant("signed", "An allowed key or identity signed each image.", "SC02, cosign SIGNATURE_SPEC"),
        signatures.signed,
        "cosign sign --key ... image@sha256:..., with the key whose public half is in keys",
        "images",
    ),
    Rule(
        Invariant(
            "subject", "What is attached to an image speaks about that image.", "SC03, in-toto Statement subject"
        ),
        signatures.subject,
        "remove the transplanted statement and sign this digest",
        "images",
    ),
    Rule(
        Invariant(
            "sbom-attested", "An SBOM of each image is signed, or its hash stands in a signed statement.", "SC04"
        ),
        listing.attested,
        "cosign attest --type cyclonedx --predicate sbom.json image@sha256:...",
        "images",
    ),
    Rule(
        Invariant("sbom-subject", "The SBOM describes this image, not another one.", "SC05"),
        listing.about,
        "make the SBOM from the built digest (syft image@sha256:...)",
        "sboms",
    ),
    Rule(
        Invariant("sbom-content", "The SBOM lists something, wholly named, and its edges end at entries.", "SC05"),
        listing.content,
        "make the SBOM with a tool that reads the image; an empty or broken one is valid to a schema",
        "sboms",
    ),
    Rule(
        Invariant(
            "lock-coverage",
            "Every package that a lock file installs at run time is in the SBOM, in its version.",
            "SC06",
        ),
        listing.covered,
        "build the image from this lock file, and its SBOM from the image",
        "lockfiles",
        lambda options: options.lockfiles != [],
    ),
    Rule(
        Invariant("banned-components", "No component is one that the references corpora ban.", "SC07"),
        listing.banned,
        "remove the dependency, build and sign anew",
        "sboms",
    ),
    Rule(
        Invariant(
            "provenance",
            "Signed provenance names an allowed builder, our source and the image's commit.",
            "SC08, SLSA v1.0",
        ),
        signatures.built,
        "attest SLSA provenance in the build job, and say in provenance who may build",
        "images",
    ),
    Rule(
        Invariant("tag-immutable", "A release tag means one digest for all time.", "SC09"),
        places.one_digest,
        "release under a new tag; the ledger is only appended to",
        "releases",
        lambda options: options.releases,
    ),
    Rule(
        Invariant("promoted-digests", "What is promoted is what runs in dev, digest for digest.", "SC10"),
        places.promoted,
        "promote the digests that dev has proven",
        "promotion",
        lambda options: options.promotion,
    ),
    Rule(
        Invariant(
            "reproducible", "A second build of the same commit gives the same digest.", "SC11, reproducible-builds.org"
        ),
        signatures.rebuilt,
        "set SOURCE_DATE_EPOCH and rewrite-timestamp=true, pin what is installed",
        "rebuild",
        lambda options: options.rebuild,
    ),
    Rule(
        Invariant("digest-pins", "Compose files and Kubernetes manifests name images by digest.", "SC01"),
        places.pinned,
        "name@sha256:..., as `docker buildx imagetools inspect` prints it",
        "deployments",
        lambda options: options.pins != [],
    ),
    Rule(
        Invariant("pins-resolve", "A reference to our own image names one that the layout holds.", "SC01"),
        places.resolved,
        "deploy the digest that was built and signed here",
        "deployments",
        lambda options: options.image,
    ),
    Rule(
        Invariant("base-images", "Images that ours are built on are named by digest.", "SC12"),
        places.bases,
        "FROM name:tag@sha256:..., kept fresh by renovate or dependabot",
        "dockerfiles",
        lambda options: options.pins != [],
    ),
    Rule(
        Invariant(
            "vulnerabilities",
            "A fresh scan reports nothing grave that isn't accepted with an owner and a date.",
            "SC13",
        ),
        vulnerabilities.judged,
        "update the package, or accept it under exceptions with owner and until",
        "reports",
        lambda options: options.vulnerabilities,
    ),
)
_BY_ID: Mapping[str, Rule] = {rule.invariant.id: rule for rule in RULES}


class SupplyChainCheck:
    """See ``checks.base.Check``."""

    name = "supply-chain"
    role: str | None = None
    options = SupplyChainOptions
    invariants: tuple[Invariant, ...] = (LIVENESS, *(rule.invariant for rule in RULES))
    preconditions = frozenset({LIVENESS.id})

    def cases(self, spec: Spec) -> list[Case]:
        """One case for each statement that the manifest gives something to judge."""
        scene = Scene(spec.root, spec.options)
        wanted = [rule for rule in RULES if rule.wanted(spec.options)]
        return [
            Case(self.name, LIVENESS.id, "layout", spec.location, data=scene),
            *(Case(self.name, rule.invariant.id, rule.case, spec.location, data=scene) for rule in wanted),
        ]

    def run(self, case: Case, target: Target | None = None) -> None:
        scene: Scene = case.data
        if case.invariant == LIVENESS.id:
            _liveness(scene)
            return
        _not_vacuous(case.invariant, scene)
        rule = _BY_ID[case.invariant]
        refuse(list(rule.find(scene)), rule.mend)


def _liveness(scene: Scene) -> None:
    if not keys.rejects_a_forgery():
        raise CheckFailure("the verifier takes a forged signature: its other answers prove nothing")
    if not scene.keys and not scene.options.identities:
        raise CheckFailure("checks.supply-chain allows no key and no identity: nobody could have signed")
    if not scene.images:
        raise CheckFailure(f"{scene.layout.shown} holds no image")


def _not_vacuous(invariant: str, scene: Scene) -> None:
    """Where the manifest says nothing, the usual places must hold something."""
    if invariant == "lock-coverage" and not scene.lockfiles:
        raise Vacuous(f"none of {', '.join(locks.KNOWN)} is here: name them under lockfiles, or say `lockfiles: []`")
    if invariant == "digest-pins" and not scene.pin_files[0] and not scene.pin_files[1]:
        raise Vacuous(f"none of {', '.join(pins.USUAL[:5])}, ... is here: name them under pins, or say `pins: []`")
