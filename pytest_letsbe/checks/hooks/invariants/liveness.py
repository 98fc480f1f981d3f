"""liveness: the pinned OpenClaw starts with the plugin, and what its policy allows runs."""

from __future__ import annotations

from ....model import CheckFailure, Invariant
from .. import entries
from ..lab import Lab
from .base import Rule, dirty_or_fail

LIVENESS = Invariant(
    "liveness",
    "The real OpenClaw of the pinned version starts with the plugin, and a turn that the policy allows runs its tools.",
    "a gateway that runs nothing passes every other statement",
)


def judge(lab: Lab, name: str) -> None:
    version = lab.installed.version
    if version != lab.options.openclaw:
        raise CheckFailure(f"OpenClaw {version} is installed where the manifest pins {lab.options.openclaw}")
    lab.effects("allow")
    played = entries.ENTRY["gateway"].play(lab)
    dirty_or_fail(
        lab,
        played,
        f"with a policy that allows everything, a turn of OpenClaw {version} didn't run its tools",
        *_refusals(lab),
    )


def _refusals(lab: Lab) -> list[str]:
    """What the gateway says of a plain call: a plugin that blocks names its reason there."""
    status, said = lab.post("/tools/invoke", {"tool": "letsbe_sentinel", "args": {"nonce": "0"}})
    return [f"POST /tools/invoke letsbe_sentinel: {status} {said[:200]}"]


RULES = (Rule(LIVENESS, lambda options: ["allow-all"], judge),)
