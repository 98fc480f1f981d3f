"""What ``checks.perf`` takes in a manifest."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class BaseBuild(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An earlier build of the same proxy, to run beside the one under test. What is left out is the target's own."""

    start: Annotated[list[str] | None, Meta(description="its argv, with the target's placeholders")] = None
    cwd: Annotated[str | None, Meta(description="its working folder, relative to the manifest")] = None
    cwd_from: Annotated[
        str | None, Meta(description="environment variable that holds its working folder; unset: no comparison")
    ] = None
    env: Annotated[dict[str, str] | None, Meta(description="variables added to the environment")] = None


class PerfOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which proxy is measured, against which budget."""

    target: Annotated[str | None, Meta(description="name under targets; `proxy` when left out")] = None
    budget: Annotated[
        str | None, Meta(description="the budget file; --letsbe-update writes it; without it the suite's own budget")
    ] = None
    base: Annotated[BaseBuild | None, Meta(description="a base build that the proxy may not fall behind")] = None
    policy: Annotated[str | None, Meta(description="the neutral policy file, as in checks.egress")] = None
    template: Annotated[
        str | None, Meta(description="a Jinja template that writes the policy as your proxy reads it; else JSON")
    ] = None
