"""The entry paths: every way by which a tool call starts, since a gate on one says nothing about the others."""

from __future__ import annotations

from collections.abc import Mapping

from . import agent_exec, agent_local, gateway, parallel, subagent, tools_invoke
from .base import Entry

__all__ = ["ENTRY", "Entry", "subagent"]

ENTRY: Mapping[str, Entry] = {
    module.ENTRY.name: module.ENTRY for module in (gateway, agent_local, agent_exec, tools_invoke, subagent, parallel)
}
