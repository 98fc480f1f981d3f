"""What ``checks.hooks`` takes in a manifest."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

EntryName: TypeAlias = Literal["gateway", "agent-local", "agent-exec", "tools-invoke", "subagent", "parallel"]
FaultName: TypeAlias = Literal["throw", "hang", "malformed"]

ENTRIES: tuple[EntryName, ...] = ("gateway", "agent-local", "agent-exec", "tools-invoke", "subagent", "parallel")
FAULTS: tuple[FaultName, ...] = ("throw", "hang", "malformed")


class ApprovalMethods(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The gateway methods an approver calls: OpenClaw's own, or those the plugin registers instead."""

    list: Annotated[str, Meta(description="lists what is pending: objects with an `id`")] = "plugin.approval.list"
    resolve: Annotated[str, Meta(description="takes {id, decision: allow-once | deny}")] = "plugin.approval.resolve"


class HooksOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which OpenClaw is driven, with which plugin, by which entry paths."""

    openclaw: Annotated[
        str,
        Meta(pattern=r"^\d{4}\.\d+\.\d+(-[0-9A-Za-z.]+)?$", description="exact version of npm's openclaw: 2026.9.6"),
    ]
    plugin: Annotated[
        str, Meta(min_length=1, description="the plugin's folder (openclaw.plugin.json); `reference` is ours")
    ]
    entries: Annotated[
        list[EntryName], Meta(min_length=1, description="paths by which a tool call can start; all when omitted")
    ] = msgspec.field(default_factory=lambda: list(ENTRIES))
    leave_out: Annotated[
        dict[EntryName | FaultName, Annotated[str, Meta(min_length=3)]],
        Meta(description="entry paths, or faults of OpenClaw's own, that this version can't do right: why"),
    ] = {}
    approvals: ApprovalMethods = ApprovalMethods()
    config: Annotated[
        dict[str, str | int | float | bool], Meta(description="more of plugins.entries.<id>.config, beside `policy`")
    ] = {}
    env: Annotated[dict[str, str], Meta(description="more of OpenClaw's environment, which is empty otherwise")] = {}
    reload: Annotated[
        Literal["call", "restart"],
        Meta(
            description="when the plugin reads its policy: at each call, or only at start (OpenClaw is restarted then)"
        ),
    ] = "call"
    lock: Annotated[
        str | None, Meta(description="a package-lock.json with package.json beside it: `npm ci` from these")
    ] = None
    timeout: Annotated[float, Meta(gt=0, le=3600, description="seconds for a start or a turn of OpenClaw")] = 240.0
    cache: Annotated[str, Meta(description="folder of the installed versions; LETSBE_OPENCLAW_CACHE wins")] = (
        ".letsbe/openclaw"
    )
