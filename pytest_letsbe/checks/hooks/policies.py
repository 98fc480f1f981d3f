"""The letsbe-gating policies that the check hands to the plugin under test."""

from __future__ import annotations

import json
from typing import Any, Literal, TypeAlias

from .sentinel import TOOL

Decision: TypeAlias = Literal["allow", "ask", "deny"]
LEVELS = (0, 1, 2)
#: What carries other calls and has no effect of its own stays allowed, so that the calls inside are judged.
PLUMBING = ("tool_call", "sessions_spawn")
EFFECTS = ("exec", TOOL)


def policy(effects: Decision, ttl: float = 120.0) -> str:
    """A letsbe-gating.yaml (as JSON, which is YAML): plumbing allowed, everything with an effect as told.

    Each autonomy level has the same row, so that no wrapper's own default level matters. ``ttl``: seconds an approval
    stays open.
    """
    rendered: dict[str, Any] = {
        "version": 1,
        "tiers": ["plumbing", "effect"],
        "levels": list(LEVELS),
        "matrix": {str(level): ["allow", effects] for level in LEVELS},
        "tools": {
            **{tool: {"tier": "plumbing"} for tool in PLUMBING},
            **{tool: {"tier": "effect"} for tool in EFFECTS},
        },
        "approval": {"ttl_s": ttl, "single_use": True, "approvers": ["human:*"], "self": "deny", "quorum": 1},
        "subagents": {"inherit": "min"},
    }
    return json.dumps(rendered, indent=1)
