"""casbin with one of its stock effects (argv[1]): policy lines are the matrix and the deny rules."""

import sys
from importlib.metadata import version

import casbin
from casbin.model import Model
from gate_stdio import cell, line, serve

EFFECTS = {
    "allow-override": "some(where (p.eft == allow))",
    "deny-override": "!some(where (p.eft == deny))",
    "allow-and-deny": "some(where (p.eft == allow)) && !some(where (p.eft == deny))",
    "priority": "priority(p.eft) || deny",
}


def decide(policy: dict, call: dict) -> str:
    model = Model()
    model.add_def("r", "r", "tool, line")
    model.add_def("p", "p", "tool, line, eft")
    model.add_def("e", "e", EFFECTS[sys.argv[1]])
    model.add_def("m", "m", 'r.tool == p.tool && (p.line == "*" || r.line == p.line)')
    enforcer = casbin.Enforcer(model)
    for name in policy["tools"]:
        if cell(policy, {"tool": name}) == "allow":
            enforcer.add_policy(name, "*", "allow")
    for rule in policy.get("deny", []):
        for text in rule["match"]:
            enforcer.add_policy(rule["tool"], text, "deny")
    known = call["tool"] in policy["tools"]
    return "allow" if enforcer.enforce(call["tool"], (line(policy, call) if known else None) or "-") else "deny"


serve(decide, f"casbin {sys.argv[1]}", version("casbin"))
