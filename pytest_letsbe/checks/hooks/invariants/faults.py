"""When something breaks, the call is blocked: the plugin's policy, or a hook inside OpenClaw."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ....model import Invariant
from .. import entries, policies
from ..lab import Lab
from ..options import FAULTS, HooksOptions
from ..sentinel import Effect
from .base import Rule, clean_or_fail

ERROR_BLOCKS = Invariant(
    "error-blocks",
    "A policy that is missing, cut off, empty or decides with an unknown word blocks every call.",
    "OpenClaw 2026.3.28 ran the tool when the hook threw (fixed by openclaw#59822)",
)
HOST = Invariant(
    "host-fails-closed",
    "OpenClaw itself blocks a call whose before_tool_call hook throws, hangs or returns what it can't read.",
    'OpenClaw 2026.3.28, 6.11 and 9.6 take {block: "yes"} for no decision and run the tool',
)


def _garbled(word: object) -> str:
    broken = json.loads(policies.policy("deny"))
    broken["matrix"] = {level: ["allow", word] for level in broken["matrix"]}
    return json.dumps(broken)


POLICIES: dict[str, str | None] = {
    "policy-missing": None,
    "policy-empty": "",
    "policy-cut-off": policies.policy("allow")[:-40],
    "policy-null": "null",
    "policy-list": "[]",
    "policy-without-matrix": json.dumps({"version": 1, "tools": {"exec": {"tier": "effect"}}}),
    "unknown-decision": _garbled("yes"),
    "boolean-decision": _garbled(True),
}


def judge(lab: Lab, name: str) -> None:
    lab.write_policy(POLICIES[name])
    try:
        for entry in (entries.ENTRY["tools-invoke"], entries.ENTRY["gateway"]):
            clean_or_fail(
                lab,
                entry.play(lab),
                f"{name}: the policy can't decide anything, and a tool ran",
                f"entry path: {entry.how}",
                f"the policy file: {'removed' if POLICIES[name] is None else (POLICIES[name] or '')[:60]!r}",
            )
    finally:
        lab.effects("deny")


def _faults(options: HooksOptions) -> Iterable[str]:
    return [fault for fault in FAULTS if fault not in options.leave_out]


def play_faulty(lab: Lab, name: str) -> list[Effect]:
    """A turn that the policy allows, while a hook of ours fails in that way."""
    lab.effects("allow")
    lab.home.fault.write_text(name, encoding="utf-8")
    try:
        return entries.ENTRY["gateway"].play(lab)
    finally:
        lab.home.fault.write_text("", encoding="utf-8")


def judge_host(lab: Lab, name: str) -> None:
    clean_or_fail(
        lab,
        play_faulty(lab, name),
        f"OpenClaw {lab.options.openclaw} runs a tool although a before_tool_call hook {_DID[name]}",
        "this is OpenClaw's own answer to a hook of pytest-letsbe, not the plugin's under test",
        "the plugin must catch its own errors and check its own results; then leave_out: {" + name + ": why}",
    )


_DID = {
    "throw": "threw",
    "hang": "never came back",
    "malformed": 'returned {block: "yes", params: 7}',
}

RULES = (Rule(ERROR_BLOCKS, lambda options: POLICIES, judge), Rule(HOST, _faults, judge_host))
