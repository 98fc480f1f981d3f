"""What ``checks.egress`` takes in a manifest."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct


class EgressOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which proxy is proven, on which policy."""

    target: Annotated[str | None, Meta(description="name under targets; `proxy` when left out")] = None
    policy: Annotated[
        str | None, Meta(description="the neutral policy file; without it one that asks for everything")
    ] = None
    template: Annotated[
        str | None, Meta(description="a Jinja template that writes the policy as your proxy reads it; else JSON")
    ] = None
    modes: Annotated[
        list[Literal["allow", "deny"]], Meta(description="policy modes that are proven; the policy's own when left out")
    ] = []
    extra: Annotated[list[str], Meta(description="globs of your own vector files, relative to the manifest")] = []
    require_tier: Annotated[
        int,
        Meta(
            ge=0,
            le=2,
            description="fail when this machine doesn't let us make it: 2 a network of our own, 1 at least 127.0.0.0/8",
        ),
    ] = 0
