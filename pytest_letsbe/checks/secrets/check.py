"""secrets: no credential stands in clear in the repo, its artifacts or its history."""

from __future__ import annotations

from collections.abc import Iterable

from ...model import Invariant
from ...scan.check import ScanCheck
from ...scan.rule import Sample
from .options import SecretsOptions


class SecretsCheck(ScanCheck):
    """See ``checks.base.Check``."""

    name = "secrets"
    options = SecretsOptions
    liveness = Invariant("liveness", "The scanner sees files, and finds a credential that is planted in memory.")
    nothing_found = Invariant(
        "no-plaintext",
        "No credential stands in clear in the repo, the artifacts named, or the commits named.",
        "strategy: check-no-plaintext-secrets.sh",
    )

    def canaries(self) -> Iterable[Sample]:
        from ..redaction.synth import fill  # a real-looking token exists only while this runs

        yield Sample(fill("TOKEN=ghp_«{base62:30}{crc32b62}»", "canary", 0).value + "\n", "deploy.sh")
        yield Sample(fill("DB_PASSWORD={password_url:20}", "canary", 1).value + "\n", ".env")

    def filled(self, sample: Sample, name: str, seed: int = 0) -> str:
        from ..redaction.synth import fill

        return fill(sample.text, name, seed).value if sample.text else ""
