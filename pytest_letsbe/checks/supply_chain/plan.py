"""What the factory builds: a good set by default, and the parts of it that an attack edits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

REPOSITORY = "registry.example.test/letsbe/hub"
SOURCE = "https://git.example.test/letsbe/hub"
BUILDER = "https://git.example.test/letsbe/runners/build"
WORKFLOW = ".gitea/workflows/main.yml"
COMMIT = "9b1c5d3e7f2a4b6c8d0e1f3a5b7c9d2e4f6a8b0c"


@dataclass
class Plan:
    """What will be built; an attack edits it before anything is signed. ``None`` leaves a part out."""

    style: Literal["v2", "v3"] = "v2"
    sbom_format: Literal["cyclonedx", "spdx"] = "cyclonedx"
    algorithm: Literal["p256", "ed25519"] = "p256"
    tag: str = "v1.4.0"
    packages: dict[str, str] = field(default_factory=lambda: {"fastify": "5.2.0", "zod": "3.24.1"})
    listed: dict[str, str] | None = None
    edges: list[str] = field(default_factory=list)
    signed_digest: str | None = ""
    signed_by: str = "ours"
    sbom_about: str = ""
    sbom_root: str = ""
    sbom_signed_by: str | None = "ours"
    sbom_by_hash: bool = False
    provenance_about: str | None = ""
    provenance_signed_by: str | None = "ours"
    builder: str = BUILDER
    source: str = SOURCE
    commit: str = COMMIT
    ref: str = "refs/heads/main"
    files: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    after: list[Callable[[Path, Built], None]] = field(default_factory=list)


@dataclass(frozen=True)
class Built:
    """A finished folder: ``options`` is what ``checks.supply-chain`` takes, ``digest`` the image's."""

    folder: Path
    options: dict[str, Any]
    digest: str
