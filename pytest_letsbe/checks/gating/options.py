"""What ``checks.gating`` takes in a manifest."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from .policy import FILENAME


class GatingOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which gate is proven, by which policy."""

    target: Annotated[str | None, Meta(description="name under targets; `gate` when left out")] = None
    policy: Annotated[
        str, Meta(description="the policy file, relative to the manifest; `builtin` is the shipped one")
    ] = FILENAME
    seed: Annotated[int, Meta(ge=0, description="draws other arguments, secrets and ids of calls")] = 0
    extra: Annotated[list[str], Meta(description="globs of your own corpus files, relative to the manifest")] = []
