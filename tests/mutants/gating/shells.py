"""Gates that judge a command line by how it looks, and a policy that permits more than it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import ClassVar

from pytest_letsbe.reference.gate.memory import MemoryGate
from pytest_letsbe.reference.gate.rules import Rules, denied

ALLOWED = frozenset(["cat", "date", "echo", "find", "git", "grep", "head", "ls", "sed", "sort", "true"])


class _Looks(Rules):
    """Denies what stands in a rule word for word, and else asks ``looks_fine``."""

    def forbids_command(self, line, rules, commands):
        if any(line in rule.get("not_match", ()) for rule in rules):
            return False
        return line in [text for rule in rules for text in denied(rule)] or not self.looks_fine(line)

    def harmless(self, described, args):
        return True


class _FirstToken(_Looks):
    def looks_fine(self, line):
        try:
            return shlex.split(line)[0] in ALLOWED
        except (ValueError, IndexError):
            return False


class FirstToken(MemoryGate):
    """The first word that shlex finds is on a list."""

    expected = "obfuscation-closure"
    check_options: ClassVar = {"policy": "builtin"}
    RULES = _FirstToken


class _Splits(_Looks):
    def looks_fine(self, line):
        parts = re.split(r"&&|\|\||[;|&\n]", line)
        return all(part.split()[:1] and part.split()[0] in ALLOWED for part in parts)


class SplitsOperators(MemoryGate):
    """The first word of each part is on a list; substitutions and options aren't looked at."""

    expected = "obfuscation-closure"
    check_options: ClassVar = {"policy": "builtin"}
    RULES = _Splits


class _DenyList(_Looks):
    def looks_fine(self, line):
        return not re.search(r"\b(touch|rm|dd|tee|mkfs|shutdown)\b|letsbe-hit$", line)


class DenyList(MemoryGate):
    """A regular expression knows the names of dangerous programs."""

    expected = "obfuscation-closure"
    check_options: ClassVar = {"policy": "builtin"}
    RULES = _DenyList


class _PathOnly(_Looks):
    def looks_fine(self, line):
        return re.fullmatch(r"[\w./:=@%+,{}\\; -]+", line) is not None and line.split(" ")[0] in {"cat", "echo", "find"}


class FindIsOnTheList(MemoryGate):
    """Nothing but plain words of listed programs, and find with its actions is among them."""

    expected = "obfuscation-closure"
    check_options: ClassVar = {"policy": "builtin"}
    RULES = _PathOnly


class PathOnlyPolicy(MemoryGate):
    """The gate does what the policy says, and the policy lets sed start with any arguments."""

    expected = "policy-lint"
    check_options: ClassVar = {"policy": str(Path(__file__).with_name("_path_only.yaml"))}


class LooseRulePolicy(MemoryGate):
    """The policy has a rule for git's arguments, which matches what writes a file."""

    expected = "policy-lint"
    check_options: ClassVar = {"policy": str(Path(__file__).with_name("_loose_rule.yaml"))}
