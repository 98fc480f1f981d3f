"""What ``checks.redaction`` takes in a manifest."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field


class RedactionOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which redactor is proven, with which corpora."""

    target: Annotated[str | None, Meta(description="name under targets; `redactor` when left out")] = None
    corpus: Annotated[list[str], Meta(description="shipped or registered corpora: secrets, pii")] = field(
        default_factory=lambda: ["secrets", "pii"]
    )
    extra: Annotated[list[str], Meta(description="globs of your own corpus files, relative to the manifest")] = []
    carriers: Annotated[
        list[str], Meta(description="tiers (must, should, strict), or names of carriers and encodings")
    ] = field(default_factory=lambda: ["must"])
