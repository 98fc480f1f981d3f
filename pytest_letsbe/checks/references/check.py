"""references: nothing of the banned stack stands in the repo, in whatever spelling or file."""

from __future__ import annotations

from collections.abc import Iterable

from ...model import Invariant
from ...scan.check import ScanCheck
from ...scan.rule import Sample
from .options import ReferencesOptions


class ReferencesCheck(ScanCheck):
    """See ``checks.base.Check``."""

    name = "references"
    options = ReferencesOptions
    liveness = Invariant("liveness", "The scanner sees files, and finds a banned reference that is planted in memory.")
    nothing_found = Invariant(
        "no-banned",
        "No banned package, image, domain, variable, import, path or word stands in the repo.",
        "strategy: check-banned-references.sh",
    )

    def canaries(self) -> Iterable[Sample]:
        word = "n" + "8n"
        yield Sample(f"image: {word}io/{word}:1.0\n", "compose.yaml")
        yield Sample(f"{word.upper()}_HOST=1\n", "deploy.sh")
