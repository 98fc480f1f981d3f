"""What ``checks.shellcheck`` takes in a manifest."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct


class ShellcheckOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which scripts are looked at, and from which severity on ShellCheck's own findings fail."""

    expect: Annotated[
        list[str], Meta(description="globs that must each name a script that was looked at: scripts/*.sh")
    ] = []
    exclude: Annotated[list[str], Meta(description="globs of scripts that aren't looked at; say why in a comment")] = []
    severity: Annotated[
        Literal["error", "warning", "info", "style"], Meta(description="from which severity on a finding fails")
    ] = "warning"
    timeout: Annotated[float, Meta(gt=0, le=600, description="seconds that ShellCheck may take")] = 120.0
