"""The pipeline policy: which jobs are required, what may be used where; the stricter of two policies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from ... import strict_yaml
from ...model import UsageError
from ...structs import convert

FILENAME = "pipeline-policy.yaml"

#: The strategy's PR pipeline.
REQUIRED = [
    "lint-typecheck",
    "unit-tests",
    "integration-tests",
    "contract-tests",
    "security-scan",
    "policy-checks",
    "build-preview-images",
]
#: What release tags begin with.
TAGS = ["hub", "safety", "provisioner"]
#: Secret names that no PR job may read, whatever a policy allows.
PRODUCTION_SECRETS = ["*prod*", "*live*", "*prd*"]
#: Runner labels that may reach production.
PRODUCTION_RUNNERS = ["*prod*", "*deploy*", "*privileged*", "*release*", "*signing*"]


class Secrets(Struct, frozen=True, forbid_unknown_fields=True):
    """Names of secrets, as globs, in any case."""

    pr: Annotated[list[str] | None, Meta(description="the only ones PR jobs may read; left out: none that deploys")] = (
        None
    )
    production: Annotated[list[str], Meta(description="never in a PR job, even where `pr` allows it")] = []


class Policy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``pipeline-policy.yaml``; without the file its defaults hold."""

    version: Literal[1] = 1
    gitea: Annotated[
        str, Meta(description="the server's version, for the keys it ignores", pattern=r"^\d+\.\d+(\.\d+)?$")
    ] = "28.1"
    branch: Annotated[str, Meta(description="the protected branch")] = "main"
    required: Annotated[list[str], Meta(min_length=1, description="jobs that gate a merge")] = msgspec.field(
        default_factory=lambda: list(REQUIRED)
    )
    secrets: Secrets = Secrets()
    runners: Annotated[list[str], Meta(description="globs of labels that reach production")] = []
    approval: Annotated[
        Literal["dispatch", "deploy-pr"],
        Meta(description="how production is approved: by hand, or by reviews of a PR in this deploy repo"),
    ] = "dispatch"
    tags: Annotated[list[str], Meta(min_length=1, description="release tags are <one of these>/vX.Y.Z")] = (
        msgspec.field(default_factory=lambda: list(TAGS))
    )
    protection: Annotated[
        str | None, Meta(description="recorded branch protection (JSON of the API, or YAML), relative to the manifest")
    ] = None

    @property
    def production_secrets(self) -> list[str]:
        return [*PRODUCTION_SECRETS, *self.secrets.production]

    @property
    def production_runners(self) -> list[str]:
        return [*PRODUCTION_RUNNERS, *self.runners]

    @property
    def release(self) -> tuple[int, ...]:
        """The server's version as numbers; releases before 28 carried a ``1.`` in front."""
        return release(self.gitea)


def release(version: str) -> tuple[int, ...]:
    """``1.27.3`` and ``27.3`` are the same release to compare by."""
    parts = tuple(int(part) for part in version.split("."))
    return parts[1:] if parts[0] == 1 else parts


def read(raw: bytes | str, shown_as: str) -> Policy:
    """A policy file's text; ``UsageError`` names the place of a mistake."""
    document = strict_yaml.loads(raw, shown_as=shown_as)
    if document.data is None:
        return Policy()
    return convert(document, (), Policy, document.data)


def read_file(root: Path, name: str | None) -> tuple[Policy, str | None]:
    """The policy of the folder, and the name of its file; defaults where none is named and none stands."""
    path = root / (name or FILENAME)
    if name is None and not path.exists():
        return Policy(), None
    try:
        return read(path.read_bytes(), name or FILENAME), name or FILENAME
    except OSError as error:
        raise UsageError(f"policy: {name!r} can't be read: {error.strerror}") from None


def stricter(base: Policy, head: Policy) -> Policy:
    """What both demand together: a change can add to the policy it is judged by, and take nothing away."""
    both: dict[str, Any] = {
        "gitea": min(base.gitea, head.gitea, key=release),
        "branch": base.branch,
        "required": list(dict.fromkeys([*base.required, *head.required])),
        "secrets": Secrets(
            pr=_fewer(base.secrets.pr, head.secrets.pr),
            production=[*base.secrets.production, *head.secrets.production],
        ),
        "runners": [*base.runners, *head.runners],
        "approval": head.approval if base.approval == head.approval else "dispatch",
        "tags": [tag for tag in base.tags if tag in head.tags] or base.tags,
        "protection": base.protection or head.protection,
    }
    return msgspec.structs.replace(head, **both)


def _fewer(base: list[str] | None, head: list[str] | None) -> list[str] | None:
    if base is None or head is None:
        return base if head is None else head
    return [name for name in head if name in base]
