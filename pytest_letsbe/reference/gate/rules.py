"""What the reference's policy says of a call: deny, ask or allow. Whatever is unknown is denied."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

DENY, ASK, ALLOW = "deny", "ask", "allow"

_PLAIN = re.compile(r"[A-Za-z0-9_./:=@%+,-]+(?: [A-Za-z0-9_./:=@%+,-]+)*")

#: Programs that start another one given as an argument: what they start is judged instead.
WRAPPERS = frozenset(
    [
        "env",
        "nohup",
        "nice",
        "timeout",
        "stdbuf",
        "setsid",
        "xargs",
        "time",
        "command",
        "exec",
        "sudo",
        "doas",
        "busybox",
        "toybox",
        "sh",
        "bash",
        "dash",
        "zsh",
        "eval",
        "builtin",
        "ionice",
        "chroot",
        "unshare",
        "watch",
        "parallel",
        "script",
        "find",
        "awk",
        "sed",
        "perl",
        "python",
        "python3",
        "node",
        "ruby",
    ]
)

#: Programs that only read, whatever they are given.
READERS = frozenset(
    {"basename", "cat", "cut", "echo", "false", "grep", "head", "ls", "pwd", "tail", "test", "true", "wc"}
)

TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "list": (list,),
    "object": (dict,),
    "any": (object,),
}


class Rules:
    """A policy as ``reset`` gave it."""

    def __init__(self, policy: Mapping[str, Any]) -> None:
        self.policy = policy
        self.tiers = list(policy["tiers"])
        self.levels = list(policy["levels"])
        self.approval: Mapping[str, Any] = policy.get("approval") or {}
        self.limits: Mapping[str, Any] = policy.get("limits") or {}

    def decide(self, level: Any, tool: Any, args: Any) -> str:
        """The decision for a session at ``level``."""
        described = self.policy["tools"].get(tool) if isinstance(tool, str) else None
        if described is None or not self.fits(described, args):
            return DENY
        most = self.limits.get("args_bytes")
        if most is not None and size(args) > most:
            return DENY
        if self.forbids(tool, described, args):
            return DENY
        word = self.cell(level, described["tier"])
        return ASK if word == ALLOW and not self.harmless(described, args) else word

    def harmless(self, described: Mapping[str, Any], args: Mapping[str, Any]) -> bool:
        """Whether a command line needs no look: no list of bad ones is ever complete, so the good are listed."""
        shell = described.get("shell_arg")
        return shell is None or described.get("commands") is not None or args[shell].split(" ")[0] in READERS

    def cell(self, level: Any, tier: str) -> str:
        if level not in self.levels or tier not in self.tiers:
            return DENY
        word = self.policy["matrix"][str(level)][self.tiers.index(tier)]
        return str(word) if word in (ALLOW, ASK) else DENY

    def fits(self, described: Mapping[str, Any], args: Any) -> bool:
        """Whether the arguments are those that the tool declares, each of its type."""
        if not isinstance(args, dict):
            return False
        declared = described.get("args")
        if declared is None:
            return True
        for name, kind in declared.items():
            if name in args:
                if not _is(args[name], kind.removesuffix("?")):
                    return False
            elif not kind.endswith("?"):
                return False
        return set(args) <= set(declared)

    def forbids(self, tool: str, described: Mapping[str, Any], args: Mapping[str, Any]) -> bool:
        """Whether a deny rule or the tool's list of commands speaks against it; rules stand in no order."""
        rules = [rule for rule in self.policy.get("deny") or [] if rule["tool"] == tool]
        shell = described.get("shell_arg")
        if shell is None:
            texts = [value for value in args.values() if isinstance(value, str)]
            return any(text in texts for rule in rules for text in denied(rule))
        return self.forbids_command(args[shell], rules, described.get("commands"))

    def forbids_command(self, line: str, rules: list[Any], commands: Mapping[str, str] | None) -> bool:
        """A line that isn't plain words can't be judged, so it isn't run; neither is one that wraps another."""
        if not rules and commands is None:
            return False
        if any(line in rule.get("not_match", ()) for rule in rules):
            return False
        if not _PLAIN.fullmatch(line):
            return True
        words = line.split(" ")
        program = words[0].rsplit("/", 1)[-1]
        if commands is not None and not _listed(words, commands):
            return True
        if "=" in words[0] or (program in WRAPPERS and commands is None):
            return True
        return any(_covers(text.split(), words) for rule in rules for text in denied(rule))

    def may_approve(self, actor: Any, requester: Any) -> bool:
        """Whether this person's answer counts."""
        if not isinstance(actor, str) or not actor:
            return False
        patterns = self.approval.get("approvers")
        if patterns is not None and not any(matches(pattern, actor) for pattern in patterns):
            return False
        return not (self.approval.get("self") == DENY and actor == requester)


def denied(rule: Mapping[str, Any]) -> list[str]:
    return [*rule.get("match", ()), *([rule["example"]] if rule.get("example") else [])]


def matches(pattern: str, actor: str) -> bool:
    """``*`` is anything but a line end; all else stands for itself."""
    return re.fullmatch("[^\n]*".join(map(re.escape, pattern.split("*"))), actor) is not None


def size(args: Any) -> int:
    return len(json.dumps(args, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind in ("bool", "any")
    if isinstance(value, int) and abs(value) > 2**53 - 1:
        return False
    if isinstance(value, str) and re.search("[\x00\ud800-\udfff]", value):
        return False
    return isinstance(value, TYPES[kind])


def _listed(words: list[str], commands: Mapping[str, str]) -> bool:
    rule = commands.get(words[0])
    return rule is not None and (rule == "any" or re.fullmatch(rule, " ".join(words[1:])) is not None)


def _covers(match: list[str], words: list[str]) -> bool:
    """Whether the words do what a denied line does: the same program, and every other word of it in any place."""
    if words[0].rsplit("/", 1)[-1] != match[0].rsplit("/", 1)[-1]:
        return False
    return _expanded(match[1:]) <= _expanded(words[1:])


def _expanded(words: list[str]) -> set[str]:
    """``-rf`` as ``-r`` and ``-f``; long options by their first letter, paths without what changes nothing."""
    found: set[str] = set()
    for word in words:
        if word.startswith("--"):
            found.add(f"-{word[2:3]}")
        elif word.startswith("-") and len(word) > 1:
            found |= {f"-{letter.lower()}" for letter in word[1:]}
        else:
            found.add(re.sub(r"/+(\./*)*", "/", word))
    return found
