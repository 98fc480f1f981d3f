"""The letsbe protocol for a decision nobody here wrote: `reset` and `call`; what is allowed is posted to the sink."""

import json
import sys
import urllib.request
from collections.abc import Callable

FIELDS = ("rid", "tool", "args", "session", "tenant")


def serve(decide: Callable[[dict, dict], str], name: str, version: str) -> None:
    """``decide(policy, call)`` says allow, ask or deny; an approval can be asked for and never given."""
    policy: dict = {}
    sink = ""
    for line in sys.stdin:
        request = json.loads(line)
        op, given = request["op"], request["input"]
        reply: dict = {"unsupported": f"{name} decides, and nothing else"}
        try:
            if op == "hello":
                reply = {"output": {"name": name, "version": version, "ops": ["reset", "call", "spend"]}}
            elif op == "reset":
                policy, sink = given["policy"], given["sink"]
                reply = {"output": {}}
            elif op == "call":
                decision = decide(policy, given)
                if decision == "allow":
                    body = json.dumps({key: given.get(key) for key in FIELDS}).encode()
                    urllib.request.urlopen(urllib.request.Request(sink, body), timeout=30).read()
                reply = {"output": {"decision": decision, "approval": given["rid"]}}
            elif op == "spend":  # nothing was ever approved
                reply = {"output": {"decision": "deny"}}
        except Exception as error:  # an error permits nothing
            reply = {"error": type(error).__name__}
        print(json.dumps({"id": request["id"], **reply}), flush=True)


def cell(policy: dict, call: dict) -> str:
    """What the first row of the matrix says of a tool's tier: sessions stay at the first level here."""
    tier = policy["tools"][call["tool"]]["tier"]
    return policy["matrix"][str(policy["levels"][0])][policy["tiers"].index(tier)]


def line(policy: dict, call: dict) -> str | None:
    """The command line of a call to a shell tool."""
    argument = policy["tools"][call["tool"]].get("shell_arg")
    return call["args"][argument] if argument else None
