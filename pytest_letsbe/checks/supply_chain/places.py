"""Rules about where digests are named: pins, base images, releases, promotions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...model import CheckFailure, Location
from . import pins
from .finding import Finding
from .scene import Scene

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_ROW = re.compile(r"(?P<tag>\S+)\s+(?P<digest>sha256:[0-9a-f]{64})\Z")


def pinned(scene: Scene) -> Iterator[Finding]:
    """Compose files and manifests name images by digest."""
    found, problems = scene.pins
    yield from problems
    yield from _tags(pin for pin in found if not pin.base)


def bases(scene: Scene) -> Iterator[Finding]:
    """Images that ours are built on are named by digest."""
    yield from _tags(pin for pin in scene.pins[0] if pin.base)


def _tags(found: Iterator[pins.Pin]) -> Iterator[Finding]:
    for pin in pins.unpinned(found):
        yield Finding(f"{pin.image} is a name, no digest: what it means changes", Location(pin.path, pin.line))


def resolved(scene: Scene) -> Iterator[Finding]:
    """A reference to our own image names one that the layout holds."""
    held = {digest for image in scene.images for digest in image.digests}
    mine = [pin for pin in scene.pins[0] if pin.repository == scene.options.image]
    if not mine:
        raise CheckFailure(f"nothing that checks.supply-chain.pins names deploys {scene.options.image}")
    for pin in mine:
        if pin.digest and pin.digest not in held:
            yield Finding(
                f"{pin.repository} at {pin.digest[:19]}... isn't in {scene.layout.shown}", Location(pin.path, pin.line)
            )


def one_digest(scene: Scene) -> Iterator[Finding]:
    """A release tag means one digest for all time: in the ledger, and in the layout."""
    name = scene.options.releases
    known: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(_read(scene, name, "releases").splitlines(), 1):
        bare = line.partition("#")[0].strip()
        if not bare:
            continue
        row = _ROW.match(bare)
        if row is None:
            yield Finding("a line of the ledger is `tag sha256:<64 hex digits>`", Location(name, number))
            continue
        first = known.setdefault(row["tag"], (row["digest"], number))
        if first[0] != row["digest"]:
            yield Finding(f"release {row['tag']} has another digest than in line {first[1]}", Location(name, number))
    for image in scene.images:
        for tag in image.tags:
            for spelled in dict.fromkeys((tag, tag.rpartition(":")[2])):
                digest, number = known.get(spelled, (image.digest, 0))
                if digest != image.digest:
                    yield Finding(
                        f"tag {tag} is {image.digest[:19]}... here, and was released as {digest[:19]}...",
                        Location(name, number),
                    )


def promoted(scene: Scene) -> Iterator[Finding]:
    """What is promoted is what runs in dev, digest for digest."""
    options = scene.options.promotion
    if options is None:  # no case is made without it
        return
    deployed = {digest for digest, _ in _digests(scene, options.deployed)}
    named = list(_digests(scene, options.promoted))
    if not deployed or not named:
        files = options.promoted if deployed else options.deployed
        raise CheckFailure(f"{', '.join(files)} names no digest: there is nothing to compare")
    for digest, where in named:
        if digest not in deployed:
            yield Finding(f"{digest[:19]}... is promoted, and doesn't run in dev", where)
    for digest in sorted(deployed - {digest for digest, _ in named}):
        yield Finding(f"{digest[:19]}... runs in dev, and isn't promoted", Location(options.promoted[0]))


def _digests(scene: Scene, files: Sequence[str]) -> Iterator[tuple[str, Location]]:
    for name in files:
        for number, line in enumerate(_read(scene, name, "promotion").splitlines(), 1):
            for digest in _DIGEST.findall("" if line.lstrip().startswith("#") else line):
                yield digest, Location(name, number)


def _read(scene: Scene, name: str, key: str) -> str:
    try:
        return (scene.root / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise CheckFailure(
            f"{name} can't be read", evidence=[f"mend: commit it, or mend checks.supply-chain.{key}"]
        ) from None
