"""What ``checks.onboarding`` takes in a manifest: the plans and the steps, in the target's own names."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct, field


class OnboardingOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which target is proven, and the way through it."""

    target: Annotated[str | None, Meta(description="name under targets; `onboarding` when left out")] = None
    plans: Annotated[list[str], Meta(min_length=1, description="plans that a visitor may choose")] = field(
        default_factory=lambda: ["solo", "team", "business"]
    )
    steps: Annotated[
        dict[str, dict[str, Any]],
        Meta(
            min_length=1,
            description="steps before payment, in their order, each with data that it takes; {n} becomes a number",
        ),
    ] = field(default_factory=lambda: {"company": {"company": "Bakery {n}"}, "domain": {"domain": "bakery-{n}.test"}})
