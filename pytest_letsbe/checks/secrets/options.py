"""What ``checks.secrets`` takes in a manifest."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class SecretsOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where credentials are looked for, and with which rules beyond ours."""

    extra: Annotated[list[str], Meta(description="globs of your own rule files, relative to the manifest")] = []
    rules: Annotated[list[str], Meta(description="rule files of gitleaks or betterleaks (TOML)")] = []
    artifacts: Annotated[list[str], Meta(description="globs of archives and files that are shipped: dist/*.tgz")] = []
    history: Annotated[str | None, Meta(description="range of commits to scan too: origin/main..HEAD")] = None
    exclude: Annotated[list[str], Meta(description="globs of files that aren't scanned; say why in a comment")] = []
    baseline: Annotated[str | None, Meta(description="file of accepted findings, by fingerprint")] = None
    cache: Annotated[bool, Meta(description="remember clean blobs in .letsbe/cache")] = True
