"""What ``checks.supply-chain`` takes in a manifest."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field


class Identity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may sign without a key (Fulcio certificate); needs the extra ``keyless``."""

    identity: Annotated[
        str, Meta(min_length=1, description="the certificate's subject: a workflow URL or a mail address")
    ]
    issuer: Annotated[str, Meta(min_length=1, description="the OIDC issuer that vouched for it")]


class Provenance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a build's provenance must say. Names may hold ``*``."""

    builders: Annotated[list[str], Meta(description="builder ids that may have built an image")] = []
    source: Annotated[str, Meta(description="the repo it must be built from: https://git.example.test/letsbe/hub")] = ""
    refs: Annotated[list[str], Meta(description="git refs it may be built from")] = field(
        default_factory=lambda: ["refs/heads/main", "refs/tags/*"]
    )
    workflows: Annotated[list[str], Meta(description="workflow files that may have built it; any when empty")] = []


class Promotion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two places that must name the same digests."""

    deployed: Annotated[list[str], Meta(min_length=1, description="files that say what runs in dev")]
    promoted: Annotated[list[str], Meta(min_length=1, description="files that say what is promoted")]


class Accepted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A vulnerability that is accepted for a time."""

    id: Annotated[str, Meta(min_length=1, description="CVE-2026-1234, GHSA-...")]
    owner: Annotated[str, Meta(min_length=1, description="who answers for it")]
    until: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", description="the last day it holds")]
    reason: str = ""


class Vulnerabilities(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reports of a scanner (grype JSON, trivy JSON, SARIF), how old they may be, and what is accepted."""

    reports: Annotated[list[str], Meta(min_length=1, description="grype JSON, trivy JSON or SARIF")]
    max_age_days: Annotated[float, Meta(gt=0, description="days since a report was made")] = 7
    severity: Literal["critical", "high", "medium", "low"] = "high"
    exceptions: list[Accepted] = []


class SupplyChainOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the layout, the keys and the files are that are judged against each other."""

    layout: Annotated[str, Meta(description="folder of the OCI image layout")] = "dist/oci"
    keys: Annotated[list[str], Meta(description="PEM public keys that may sign; globs")] = field(
        default_factory=lambda: ["keys/cosign.pub"]
    )
    identities: Annotated[list[Identity], Meta(description="who may sign keyless")] = []
    sbom: Annotated[list[str] | str, Meta(description="SBOM files beside the layout")] = []
    lockfiles: Annotated[list[str] | None, Meta(description="lock files; those at the root when omitted")] = None
    provenance: Annotated[Provenance, Meta(description="what it must say")] = field(default_factory=Provenance)
    pins: Annotated[
        list[str] | None,
        Meta(description="globs of compose files, Dockerfiles, k8s manifests; the usual places when omitted"),
    ] = None
    image: Annotated[str, Meta(description="the image's repository: references must resolve in the layout")] = ""
    releases: Annotated[str, Meta(description="ledger of releases: lines `tag sha256:...`")] = ""
    rebuild: Annotated[str, Meta(description="layout of a second build of the same commit")] = ""
    promotion: Promotion | None = None
    vulnerabilities: Vulnerabilities | None = None
    max_blob_bytes: Annotated[int, Meta(gt=0, description="the largest blob that is read")] = 4 * 1024**3

    @property
    def sbom_files(self) -> list[str]:
        return [self.sbom] if isinstance(self.sbom, str) else self.sbom
