"""What ``checks.references`` takes in a manifest."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class ReferencesOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is banned here, beyond what is banned everywhere."""

    extra: Annotated[list[str], Meta(description="globs of your own rule files, relative to the manifest")] = []
    exclude: Annotated[list[str], Meta(description="globs of files that aren't scanned; say why in a comment")] = []
    baseline: Annotated[str | None, Meta(description="file of accepted findings, by fingerprint")] = None
    cache: Annotated[bool, Meta(description="remember clean blobs in .letsbe/cache")] = True
