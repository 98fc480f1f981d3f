"""The executable model of a policy: what a call comes to, in a few lines that can be checked by eye."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .canonical import size
from .policy import DECISIONS, Decision, Policy, Tool


def decide(policy: Policy, level: int | None, tool_name: Any, args: Any) -> Decision:
    """The loosest answer the policy permits; a stricter one is always right.

    ``level`` None is a session whose level was never set.
    """
    model = policy.model
    if not isinstance(tool_name, str) or tool_name not in model.tools or level not in (*model.levels, None):
        return "deny"
    tool = model.tools[tool_name]
    if not fits(tool, args):
        return "deny"
    if model.limits.args_bytes is not None and size(args) > model.limits.args_bytes:
        return "deny"
    if any(text in texts(tool, args) for rule in model.deny if rule.tool == tool_name for text in rule.denied):
        return "deny"
    return policy.cell(model.levels[0] if level is None else level, tool.tier)


def fits(tool: Tool, args: Any) -> bool:
    """Whether the arguments have the types that the policy says; an undeclared argument isn't judged."""
    if not isinstance(args, dict):
        return False
    for name, kind in (tool.args or {}).items():
        if name not in args:
            if not kind.endswith("?"):
                return False
        elif not is_a(args[name], kind.removesuffix("?")):
            return False
    return True


def is_a(value: Any, kind: str) -> bool:
    """Whether a JSON value is of a type of the policy file."""
    match kind:
        case "str":
            return isinstance(value, str)
        case "bool":
            return isinstance(value, bool)
        case "int":
            return isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value)
        case "float":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "list":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
    return True


def texts(tool: Tool, args: Mapping[str, Any]) -> list[str]:
    """What a deny rule is compared with: the command line, or any text where the tool has none."""
    if tool.shell_arg is not None:
        return [args[tool.shell_arg]] if isinstance(args.get(tool.shell_arg), str) else []
    return [value for value in args.values() if isinstance(value, str)]


def looser(one: Any, other: Decision) -> bool:
    """Whether a gate's answer permits more than ``other``; a word that is none of ours permits nothing."""
    return one in DECISIONS and DECISIONS.index(one) > DECISIONS.index(other)
