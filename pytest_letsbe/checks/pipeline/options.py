"""What ``checks.pipeline`` takes in a manifest."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class PipelineOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the policy stands; everything else the policy says."""

    policy: Annotated[str | None, Meta(description="the policy file; pipeline-policy.yaml where that exists")] = None
    base: Annotated[
        str | None, Meta(description="branch a change is measured against: origin/main; its policy can't be loosened")
    ] = None
    zizmor: Annotated[bool, Meta(description="run zizmor too; it must be installed then")] = False
