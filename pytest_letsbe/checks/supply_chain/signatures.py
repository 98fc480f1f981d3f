"""Rules about bytes and signatures: the layout holds what it says, and somebody we know approves of each image."""

from __future__ import annotations

from collections.abc import Iterator

from ...model import CheckFailure
from . import provenance
from .cosign import PROVENANCE, Claim
from .finding import Finding
from .oci import Image
from .scene import Scene


def digests(scene: Scene) -> Iterator[Finding]:
    """Every blob is what its descriptor says, and a tag names one image."""
    for blob in scene.layout.everything():
        if said := scene.layout.problem(blob):
            yield Finding(f"{scene.layout.shown}: {said}")
    tags: dict[str, str] = {}
    for image in scene.images:
        for tag in image.tags:
            if tags.setdefault(tag, image.digest) != image.digest:
                yield Finding(f"tag {tag} names two images of {scene.layout.shown}", scene.layout.at("index.json"))


def signed(scene: Scene) -> Iterator[Finding]:
    """An allowed key or identity signed each image."""
    for image in scene.images:
        # Its very digest: a signature of one platform doesn't speak for the others.
        if any(claim.approves and image.digest in claim.about for claim in scene.signed(image)):
            continue
        near = [claim for claim in scene.claims if image.digest in (claim.to, *claim.about)]
        offered = [claim for claim in near if claim.approves or (claim.problem and not claim.kind)]
        notes = tuple(f"{claim.shown}: {_why(claim, image)}" for claim in offered)
        said = "no signature of it is by an allowed key" if offered else "nothing is signed about it"
        yield Finding(f"{image} isn't signed: {said}", notes=notes)


def _why(claim: Claim, image: Image) -> str:
    if claim.problem:
        return claim.problem
    if image.digest not in claim.about:
        return f"it signs {', '.join(d[:19] + '...' for d in sorted(claim.about))}"
    return "no allowed key made it"


def subject(scene: Scene) -> Iterator[Finding]:
    """What is attached to an image speaks about that image."""
    here = {image.digest: image for image in scene.images}
    for claim in scene.claims:
        image = here.get(claim.to)
        if image is not None and claim.about and claim.to not in claim.about:
            other = ", ".join(sorted(d[:19] + "..." for d in claim.about))
            yield Finding(f"{claim.shown} is attached to {image}, and speaks about {other}")


def built(scene: Scene) -> Iterator[Finding]:
    """A signed provenance of each image names an allowed builder, our source and its commit."""
    for image in scene.images:
        offered = [c for c in scene.claims if c.kind in PROVENANCE and image.digests & {c.to, *c.about}]
        mine = [claim for claim in offered if claim in scene.signed(image)]
        if not mine:
            notes = tuple(f"{claim.shown}: {_why(claim, image)}" for claim in offered)
            yield Finding(f"{image} has no signed provenance", notes=notes)
            continue
        said = {claim: list(_wrong(scene, claim, image)) for claim in mine}
        if all(said.values()):
            claim, problems = next(iter(said.items()))
            for problem in problems:
                yield Finding(f"the provenance of {image} doesn't hold: {problem}", notes=(f"in {claim.shown}",))


def _wrong(scene: Scene, claim: Claim, image: Image) -> Iterator[str]:
    return provenance.problems(provenance.read(claim.predicate), scene.options.provenance, image.revisions)


def rebuilt(scene: Scene) -> Iterator[Finding]:
    """A second build of the same commit has the same digests, or what differs is listed."""
    from .oci import Layout

    other = Layout(scene.root / scene.options.rebuild, scene.options.rebuild, scene.options.max_blob_bytes)
    second = {image.digest for image in other.images()}
    if not second:
        raise CheckFailure(f"{other.shown} holds no image to compare with")
    for image in scene.images:
        if image.digest not in second:
            mine, theirs = ({b.digest for b in layout.everything()} for layout in (scene.layout, other))
            notes = tuple(
                f"only in {n}: {d[:19]}..."
                for n, ds in ((scene.layout.shown, mine - theirs), (other.shown, theirs - mine))
                for d in sorted(ds)[:3]
            )
            yield Finding(f"{image} isn't what a second build of the commit gave", notes=notes)
