"""Reads a policy for programs that, through their arguments, run what it doesn't name or write files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from .shell.vectors import Program

#: Tried where a program does it whatever it is given: arguments that look like it.
_ANYTHING = ("", "x", "id", "-c id", "-e id", "-x id", "-S id", "x=id", "BEGIN{system(x)}", "--eval=x:;id")


@dataclass(frozen=True, slots=True)
class Finding:
    """``tool`` may start ``program``, and its rule matches ``arguments`` that run another program or write a file."""

    tool: str
    program: str
    rule: str
    does: str
    arguments: str
    source: str

    @property
    def sentence(self) -> str:
        if self.rule == "any":
            return f"{self.tool} may start {self.program} with any arguments, and {self.program} {self.does}"
        return f"the rule for {self.program} of {self.tool} matches arguments with which it {self.does}"

    @property
    def evidence(self) -> list[str]:
        shown = f"{self.program} {self.arguments}".strip()
        return [f"rule      {self.program}: {self.rule}", f"permits   {shown}", f"known by  {self.source}"]


def finding(tool: str, program: str, rule: str, programs: Iterable[Program]) -> Finding | None:
    """What is wrong with one entry of ``commands``; None when nothing is known against it.

    Args:
        program: as the policy names it; a path counts by its last part.
        rule: ``any``, or the regular expression that the arguments, joined by one space, must match whole.
    """
    known = _known(programs).get(PurePosixPath(program).name)
    if known is None:
        return None
    for does, samples in _dangers(known):
        for sample in samples:
            if rule == "any" or re.fullmatch(rule, sample):
                return Finding(tool, program, rule, does, sample, known.source)
    return None


def findings(commands: Mapping[str, Mapping[str, str]], programs: Iterable[Program]) -> list[Finding]:
    """All of them, for tool name -> its ``commands``."""
    table = tuple(programs)
    found = (finding(tool, name, rule, table) for tool, rules in commands.items() for name, rule in rules.items())
    return [one for one in found if one is not None]


def _dangers(program: Program) -> list[tuple[str, tuple[str, ...]]]:
    """What it does, and arguments that show it; the worse first."""
    dangers = [("runs other programs", program.runs), ("writes files", program.writes)]
    if program.anything:
        dangers.append(("runs or writes whatever it is given", _ANYTHING))
    return [(does, samples) for does, samples in dangers if samples]


def _known(programs: Iterable[Program]) -> dict[str, Program]:
    return {name: program for program in programs for name in program.names}
