"""Cedar used as its tutorial does: a forbid reads an attribute, and the caller looks at the decision only."""

from importlib.metadata import version

import cedarpy
from gate_stdio import cell, line, serve

# A tool without a command line has no attribute `line`; a call that leaves an argument out has none for it.
POLICY = """
permit (principal, action, resource) when { context.cell == "allow" };
forbid (principal, action, resource) when { context.denied.contains(context.line) };
forbid (principal, action, resource) when { context.size > 65536 };
forbid (principal, action, resource) unless { context.path like "/srv/*" || context.text like "*" || context.line like "*" };
"""


def decide(policy: dict, call: dict) -> str:
    denied = [text for rule in policy.get("deny", []) if rule["tool"] == call["tool"] for text in rule["match"]]
    context = {
        "cell": cell(policy, call),
        "denied": denied,
        **{k: v for k, v in call["args"].items() if isinstance(v, str)},
    }
    if (command := line(policy, call)) is not None:
        context["line"] = command
    request = {"principal": 'User::"agent"', "action": 'Action::"call"', "resource": 'Tool::"any"', "context": context}
    return "allow" if cedarpy.is_authorized(request, POLICY, []).allowed else "deny"


serve(decide, "cedarpy", version("cedarpy"))
