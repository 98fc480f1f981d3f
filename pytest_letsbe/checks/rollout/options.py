"""What ``checks.rollout`` takes in a manifest."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class RolloutOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which controller is proven, and the plan it will be given."""

    target: Annotated[str | None, Meta(description="name under targets; `rollout` when left out")] = None
    plan: Annotated[
        str | None, Meta(description="plan file, relative to the manifest; null judges the controller alone")
    ] = "rollout-plan.yaml"
