"""obfuscation-closure: what a policy denies stays denied in every disguise, judged by what the disguise does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ....model import Invariant, Spec
from ..policy import Policy
from ..scenes import MAIN, Scene
from ..script import Script
from ..shell import corpus
from ..shell.render import PLAIN
from ..shell.vectors import Vector
from .base import Rule

CLOSURE = Invariant(
    "obfuscation-closure",
    "A command line that does what a deny rule denies doesn't run unasked, however it is written.",
    "CVE-2025-54795, CVE-2025-66032, CVE-2026-24887, CVE-2026-28363; CmdNeedle (arXiv 2606.15549): of 1,709 real deny "
    "lists 69-98.6 % are fragile",
)


def _scripts(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    tools = shell_tools(policy)
    if not tools:
        return
    for plain, command in sorted(PLAIN.items()):
        yield f"plain/{plain}", [_plain(policy, tool, command) for tool in tools]
    for vector in corpus.load(spec, spec.options.extra).vectors:
        if not vector.strict:
            yield vector.name, [_disguised(policy, tool, vector) for tool in tools]


def shell_tools(policy: Policy) -> list[str]:
    """Tools that take a command line and of which the policy denies some."""
    ruled = {rule.tool for rule in policy.model.deny}
    return [name for name, tool in policy.model.tools.items() if tool.shell_arg and (tool.commands or name in ruled)]


def denying(policy: Policy, tool: str) -> dict[str, Any]:
    """The policy with our effect denied, and the tool's tier allowed at every level so that nothing else stops it."""
    model = policy.model
    upto = model.tiers.index(model.tools[tool].tier) + 1
    matrix = {str(n): [*["allow"] * upto, *model.matrix[str(n)][upto:]] for n in model.levels}
    rules = [{"id": f"letsbe-{name}", "tool": tool, "match": [command]} for name, command in sorted(PLAIN.items())]
    limits = {key: value for key, value in policy.raw.get("limits", {}).items() if key != "rate"}
    return {**policy.raw, "matrix": matrix, "deny": [*policy.raw.get("deny", []), *rules], "limits": limits}


def _plain(policy: Policy, tool: str, command: str) -> Script:
    scene, call, _ = _called(policy, tool, f"plain/{tool}", command)
    scene.never(call, "a command line ran that stands in a deny rule word for word")
    return scene.script()


def _disguised(policy: Policy, tool: str, vector: Vector) -> Script:
    scene, call, argument = _called(policy, tool, f"{vector.name}/{tool}", vector.command)
    scene.expect(
        "no-effect",
        rid=call["rid"],
        argument=argument,
        command=vector.command,
        setup=vector.setup,
        needs=list(vector.needs),
        disguise=vector.what,
        plain=vector.plain_command,
        source=vector.source,
        row=str(vector.location),
    )
    return scene.script()


def _called(policy: Policy, tool: str, name: str, command: str) -> tuple[Scene, dict[str, Any], str]:
    argument = policy.model.tools[tool].shell_arg or ""
    scene = Scene(policy, name, raw=denying(policy, tool))
    call = scene.call(tool, MAIN)
    call = {**call, "args": {**call["args"], argument: command}}
    scene.add(op="call", **call)
    return scene, call, argument


RULES = (Rule(CLOSURE, _scripts),)
