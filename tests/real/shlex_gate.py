"""The gate that everybody writes first: the first word that shlex finds stands on a list."""

import shlex

from gate_stdio import cell, line, serve

ALLOWED = {"cat", "date", "echo", "find", "git", "grep", "head", "ls", "sed", "sort"}


def decide(policy: dict, call: dict) -> str:
    command = line(policy, call)
    if command is not None and shlex.split(command)[0] not in ALLOWED:
        return "deny"
    return cell(policy, call)


serve(decide, "shlex first token", "1")
