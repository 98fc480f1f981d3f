"""Builds scripts from a policy: sessions, calls with fitting arguments, and the happy path up to an approval."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from .policy import Decision, Policy, Tool
from .script import Script, Step

MAIN, OTHER = "agent:main", "agent:other"
TENANT, OTHER_TENANT = "tenant-a", "tenant-b"

#: The seed of the policy counts in steps of so many, as the samples of a case have seeds of their own.
SEEDS = 1000


class Scene:
    """One sample in the making; every method adds steps and returns what later steps need."""

    def __init__(self, policy: Policy, name: str, seed: int = 0, *, raw: Mapping[str, Any] | None = None) -> None:
        self.policy = policy
        self.name = name
        self.seed = seed
        self._random = random.Random(f"{name}/{seed}/{policy.seed}")  # noqa: S311 - test data
        self._steps: list[Step] = []
        self._calls = 0
        self.add(op="reset", policy=raw if raw is not None else policy.raw)

    def script(self, *, optional: bool = False) -> Script:
        return Script(self.name, tuple(self._steps), self.seed + SEEDS * self.policy.seed, optional)

    def add(self, **step: Any) -> None:
        self._steps.append(step)

    def expect(self, what: str, **step: Any) -> None:
        self.add(expect=what, **step)

    def never(self, call: Mapping[str, Any] | str, says: str) -> None:
        """The call must not have run."""
        self.expect("ran", rid=call if isinstance(call, str) else call["rid"], most=0, says=says)

    def level(self, session: str, level: int) -> None:
        """Set a session's level; the first needs no word, so that a gate without levels can be judged."""
        if level != self.policy.model.levels[0]:
            self.add(op="level", session=session, n=level)

    def call(self, tool: str, session: str = MAIN, tenant: str = TENANT, **more: Any) -> dict[str, Any]:
        """A call with arguments that fit; nothing is sent yet."""
        self._calls += 1
        rid = f"rid-{self._calls:03d}-{self._random.randrange(16**6):06x}"
        args = more.pop("args", None)
        if args is None:
            args = self.args(tool)
        return {
            "rid": rid,
            "session": session,
            "tenant": tenant,
            "agent": more.pop("agent", session),
            "tool": tool,
            "args": args,
            **more,
        }

    def ready(self, decision: Decision, session: str = MAIN, tenant: str = TENANT, **more: Any) -> dict[str, Any]:
        """A call of which the policy says ``decision``, its session at the level for it."""
        level, tool = pick(self.policy, decision)
        self.level(session, level)
        return self.call(tool, session, tenant, **more)

    def asks(self, call: Mapping[str, Any], name: str = "a") -> None:
        """Send the call, which must be asked about."""
        self.add(op="call", **call, **{"as": name}, must="ask")

    def resolves(self, name: str = "a", decision: Any = "allow", actors: Sequence[str] | None = None) -> None:
        for actor in actors if actors is not None else approvers(self.policy):
            self.add(op="resolve", approval=f"${name}", decision=decision, actor=actor)

    def approved(self, name: str = "a", session: str = MAIN, tenant: str = TENANT, **more: Any) -> dict[str, Any]:
        """The happy path up to the approval: a call, asked about and allowed."""
        call = self.ready("ask", session, tenant, **more)
        self.asks(call, name)
        self.resolves(name)
        return call

    def spends(self, call: Mapping[str, Any], name: str = "a", **changed: Any) -> None:
        self.add(**{"op": "spend", "approval": f"${name}", **call, **changed})

    def waits(self) -> None:
        """Time goes on, and every approval is still within its ttl: what was taken away must not come back."""
        approval = self.policy.model.approval
        ttl = approval.ttl_s if approval is not None and approval.ttl_s is not None else 3600
        for _ in range(2):
            self.add(op="tick", ms=max(1, round(ttl * 1000 / 5)))

    def obtain(self, call: Mapping[str, Any], least: int = 1) -> None:
        """The call must run, with whatever approvals the gate wants."""
        self.add(obtain=dict(call), actors=list(approvers(self.policy)), least=least)

    def args(self, tool: str) -> dict[str, Any]:
        described = self.policy.model.tools[tool]
        return {
            name: self._value(described, name, kind)
            for name, kind in (described.args or {}).items()
            if not kind.endswith("?")
        }

    def optional_args(self, tool: str) -> dict[str, Any]:
        """One value for each optional argument of the tool."""
        described = self.policy.model.tools[tool]
        found = (described.args or {}).items()
        return {name: self._value(described, name, kind[:-1]) for name, kind in found if kind.endswith("?")}

    def _value(self, tool: Tool, name: str, kind: str) -> Any:
        number = self._random.randrange(10_000)
        if name == tool.shell_arg:
            return command(tool, number)
        values: dict[str, Any] = {
            "str": f"/srv/letsbe/file-{number}.txt" if "path" in name else f"letsbe-{number}",
            "int": 1_000_000_000 + number,  # ten digits: what rounds can't tell it from one more
            "float": number + 0.5,
            "bool": True,
            "list": [f"item-{number}", number],
            "object": {"first": number, "second": f"two-{number}"},
            "any": f"any-{number}",
        }
        return values[kind]


def command(tool: Tool, number: int) -> str:
    """A harmless command line that the tool's ``commands`` permit."""
    if not tool.commands:
        return f"echo letsbe-{number}"
    for program, rule in tool.commands.items():
        if rule == "any":
            return f"{program} letsbe-{number}"
    for program, rule in tool.commands.items():
        for rest in ("", "status", "--version", "--help", "-l", f"letsbe-{number}"):
            if re.fullmatch(rule, rest):
                return f"{program} {rest}".strip()
    return next(iter(tool.commands))


def cells(policy: Policy, decision: Decision) -> list[tuple[int, str]]:
    """Every (level, tool) of which the policy says ``decision``; lowest levels first."""
    model = policy.model
    return [
        (level, name)
        for level in model.levels
        for name, tool in sorted(model.tools.items(), key=lambda item: model.tiers.index(item[1].tier))
        if policy.cell(level, tool.tier) == decision
    ]


def pick(policy: Policy, decision: Decision, wanted: str = "") -> tuple[int, str]:
    """One (level, tool): the one with most arguments of the lowest level, so that there is something to change."""
    found = cells(policy, decision)
    if not found:
        raise ValueError(f"the policy says {decision} of nothing")
    tools = policy.model.tools
    lowest = found[0][0]
    at_lowest = [each for each in found if each[0] == lowest]
    return max(at_lowest, key=lambda each: len(tools[each[1]].args or {}))


def says(policy: Policy, decision: Decision) -> bool:
    return bool(cells(policy, decision))


def approvers(policy: Policy, number: int | None = None) -> list[str]:
    """So many different actors whom the policy lets approve; as many as its quorum when None."""
    approval = policy.model.approval
    patterns = (approval.approvers if approval else None) or ["human:*"]
    wanted = number if number is not None else (approval.quorum if approval else 1)
    starred = [pattern for pattern in patterns if "*" in pattern]
    named = [pattern for pattern in patterns if "*" not in pattern]
    return [*named, *(starred[0].replace("*", f"letsbe-{n}") for n in range(1, wanted + 1) if starred)][:wanted]


def edited(policy: Policy, **changes: Any) -> dict[str, Any]:
    """The policy's data with top-level keys replaced."""
    return {**policy.raw, **changes}


def uniform(policy: Policy, decision: Decision) -> dict[str, Any]:
    """The policy with one answer in every cell and without deny rules."""
    model = policy.model
    matrix = {str(level): [decision] * len(model.tiers) for level in model.levels}
    return edited(policy, matrix=matrix, deny=[])
