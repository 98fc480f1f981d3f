"""The policy file: what the gate is handed, read and checked with the place of every mistake."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, Struct, field

from ... import strict_yaml
from ...model import Location, UsageError
from ...structs import convert
from ...suggest import did_you_mean

FILENAME = "letsbe-gating.yaml"

Decision: TypeAlias = Literal["deny", "ask", "allow"]

#: From strict to loose.
DECISIONS: tuple[Decision, ...] = ("deny", "ask", "allow")

TYPES = ("str", "int", "float", "bool", "list", "object", "any")

Positive = Annotated[int, Meta(ge=1)]
Facet: TypeAlias = Literal["tool", "args", "session", "tenant", "cwd", "env"]


class Tool(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One tool: its tier, the types of its arguments, and which of them is a command line."""

    tier: str
    args: dict[str, str] | None = None
    shell_arg: str | None = None
    commands: dict[str, str] | None = None


class DenyRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is denied at every level, told by examples."""

    id: str
    tool: str
    match: list[str] = []
    not_match: list[str] = []
    example: str | None = None

    @property
    def denied(self) -> tuple[str, ...]:
        """Every text the rule must deny."""
        return tuple(dict.fromkeys([*self.match, *([self.example] if self.example else [])]))


class Approval(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person's yes is worth: how long, how often, for what, and whose."""

    ttl_s: Annotated[float, Meta(gt=0)] | None = None
    single_use: bool = False
    binds: list[Facet] = []
    approvers: list[str] | None = None
    self_: Literal["deny", "allow"] = field(name="self", default="allow")
    quorum: Positive = 1


class Rate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most ``n`` runs in ``per_s`` seconds for each combination of ``key``."""

    n: Positive
    per_s: Annotated[float, Meta(gt=0)]
    key: list[Literal["tenant", "session", "agent"]] = field(default_factory=lambda: ["tenant", "session"])


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bounds of size, time and frequency."""

    args_bytes: Positive | None = None
    decide_ms: Positive | None = None
    rate: Rate | None = None


class Subagents(Struct, frozen=True, forbid_unknown_fields=True):
    """What a child may do."""

    inherit: Literal["min"]


class Audit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is written down, and how."""

    chain: Literal["sha256"] | None = None
    secrets: Literal["redacted"] | None = None


class Waiver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Read, and not applied: what is accepted stands under ``waive`` in letsbe.yaml."""

    invariant: str
    reason: str
    until: date


class PolicyModel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file as types."""

    version: Literal[1]
    tiers: Annotated[list[str], Meta(min_length=1)]
    levels: Annotated[list[int], Meta(min_length=1)]
    matrix: dict[str, list[Decision]]
    tools: dict[str, Tool]
    deny: list[DenyRule] = []
    approval: Approval | None = None
    limits: Limits = field(default_factory=Limits)
    subagents: Subagents | None = None
    audit: Audit | None = None
    waivers: list[Waiver] = []


@dataclass(frozen=True, slots=True)
class Policy:
    """A valid policy; ``raw`` is what ``reset`` hands to the gate."""

    path: str
    raw: Mapping[str, Any]
    model: PolicyModel
    document: strict_yaml.Document | None = None
    seed: int = 0
    """What the arguments of calls are drawn by."""

    def at(self, *path: str | int) -> Location:
        """Where a value stands in the file; its first line for a policy that was edited by us."""
        return Location(self.path) if self.document is None else self.document.at(*path)

    def cell(self, level: int, tier: str) -> Decision:
        return self.model.matrix[str(level)][self.model.tiers.index(tier)]


def load(path: Path, *, shown_as: str | None = None) -> Policy:
    """Read a policy file. Raises UsageError with ``file:line:column``."""
    document = strict_yaml.load(path, shown_as=shown_as or path.name)
    if not isinstance(document.data, dict):
        raise UsageError("needs at least version, tiers, levels, matrix and tools", document.at())
    model = convert(document, (), PolicyModel, document.data)
    _check_matrix(document, model)
    for name, tool in model.tools.items():
        _check_tool(document, model, name, tool)
    for index, rule in enumerate(model.deny):
        _check_rule(document, model, index, rule)
    raw = {key: value for key, value in document.data.items() if key != "waivers"}
    return Policy(document.path, raw, model, document)


def from_raw(raw: Mapping[str, Any], path: str = FILENAME) -> Policy:
    """A policy from data that was valid before it was edited by us."""
    import msgspec

    return Policy(path, raw, msgspec.convert(dict(raw), PolicyModel))


def _check_matrix(document: strict_yaml.Document, model: PolicyModel) -> None:
    for key in ("tiers", "levels"):
        values = getattr(model, key)
        if len(set(values)) != len(values):
            raise UsageError(f"{key} holds a name twice", document.at(key))
    names = [str(level) for level in model.levels]
    for name in model.matrix:
        if name not in names:
            raise UsageError(f"level {name!r} isn't in levels{did_you_mean(name, names)}", document.at("matrix", name))
    above: list[Decision] | None = None
    for name in names:
        if name not in model.matrix:
            raise UsageError(f"matrix has no row for level {name}", document.at("matrix"))
        row = model.matrix[name]
        where = document.at("matrix", name)
        if len(row) != len(model.tiers):
            raise UsageError(f"row {name} has {len(row)} cells for {len(model.tiers)} tiers", where)
        ranks = [DECISIONS.index(cell) for cell in row]
        if ranks != sorted(ranks, reverse=True):
            raise UsageError(f"row {name} gets looser to the right: a higher tier needs a stricter cell", where)
        if above is not None and any(DECISIONS.index(a) > DECISIONS.index(b) for a, b in zip(above, row, strict=True)):
            raise UsageError(f"row {name} is stricter than the one above: more autonomy must not permit less", where)
        above = row


def _check_tool(document: strict_yaml.Document, model: PolicyModel, name: str, tool: Tool) -> None:
    if tool.tier not in model.tiers:
        raise UsageError(
            f"unknown tier {tool.tier!r}{did_you_mean(tool.tier, model.tiers)}", document.at("tools", name, "tier")
        )
    for argument, kind in (tool.args or {}).items():
        if kind.removesuffix("?") not in TYPES:
            where = document.at("tools", name, "args", argument)
            raise UsageError(f"unknown type {kind!r}{did_you_mean(kind.removesuffix('?'), TYPES)}", where)
    if tool.shell_arg is not None and (tool.args or {}).get(tool.shell_arg) != "str":
        where = document.at("tools", name, "shell_arg")
        raise UsageError(f"shell_arg {tool.shell_arg!r} isn't one of its args of type str", where)
    if tool.commands is not None and tool.shell_arg is None:
        raise UsageError("commands belong to a tool with a shell_arg", document.at("tools", name, "commands"))
    for program, rule in (tool.commands or {}).items():
        try:
            re.compile("" if rule == "any" else rule)
        except re.error as error:
            where = document.at("tools", name, "commands", program)
            raise UsageError(f"{rule!r} isn't a regular expression: {error}", where) from None


def _check_rule(document: strict_yaml.Document, model: PolicyModel, index: int, rule: DenyRule) -> None:
    if rule.tool not in model.tools:
        where = document.at("deny", index, "tool")
        raise UsageError(f"unknown tool {rule.tool!r}{did_you_mean(rule.tool, model.tools)}", where)
    if not rule.denied:
        raise UsageError("a deny rule needs `match`: texts it denies", document.at("deny", index))
    both = set(rule.denied) & set(rule.not_match)
    if both:
        where = document.at("deny", index, "not_match")
        raise UsageError(f"{sorted(both)[0]!r} stands in `match` and in `not_match`", where)
