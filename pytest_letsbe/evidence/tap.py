"""Counts what a TAP report really holds (versions 12 to 14), whichever harness wrote it.

A plan that isn't kept, a bail-out, or a ``not ok`` that only a directive excuses are told apart from a pass. bats
writes a skipped test as ``not ok 1 name # SKIP``, which is a skip here as everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..model import CheckFailure
from .counts import Counts
from .text import one_line

_TEST = re.compile(r"(?P<not>not )?ok\b(?:[ \t]+(?P<number>\d+))?(?:[ \t]+-)?(?P<rest>.*)")
_DIRECTIVE = re.compile(r"(?<!\\)#[ \t]*(?P<word>skip|todo)\b", re.IGNORECASE)
_PLAN = re.compile(r"1\.\.(?P<last>\d+)(?:\s*#\s*(?P<word>skip)?.*)?\Z", re.IGNORECASE)


@dataclass(slots=True)
class _Stream:
    plan: int | None = None
    seen: int = 0


def read_tap(path: Path, shown: str) -> Counts:
    """Read one report; subtests (TAP 14) are indented and only their parent counts.

    Raises:
        CheckFailure: it is missing, unreadable, or holds neither plan nor test.
    """
    text = read_text(path, shown)
    stream, tally = _Stream(), {"passed": 0, "failed": 0, "skipped": 0, "xfailed": 0}
    failing: list[str] = []
    findings: list[str] = []
    for line in text.splitlines():
        if line.startswith("Bail out!"):
            findings.append(f"it bailed out: {one_line(line[9:].strip()) or 'no reason given'}")
        elif plan := _PLAN.match(line.rstrip()):
            if stream.plan is not None:
                findings.append("it holds two plans")
            stream.plan = int(plan["last"])
        elif test := _TEST.match(line):
            stream.seen += 1
            outcome, name = _outcome(test)
            tally[outcome] += 1
            if outcome == "failed":
                failing.append(name or f"test {stream.seen}")
    if stream.plan is None and not stream.seen:
        raise CheckFailure(f"{shown} isn't TAP: it holds neither a plan (1..N) nor a test")
    if stream.plan is None:
        findings.append("it has no plan, so nobody can tell whether it ran to its end")
    elif stream.plan != stream.seen:
        findings.append(f"it planned {stream.plan} tests and holds {stream.seen}")
    return Counts(
        passed=tally["passed"],
        failed=tally["failed"],
        skipped=tally["skipped"],
        xfailed=tally["xfailed"],
        failing=tuple(failing),
        findings=tuple(findings),
    )


def _outcome(test: re.Match[str]) -> tuple[str, str]:
    directive = _DIRECTIVE.search(test["rest"])
    name = one_line((test["rest"][: directive.start()] if directive else test["rest"]).strip())
    if directive and directive["word"].lower() == "skip":
        return "skipped", name
    if directive:
        return ("xfailed" if test["not"] else "skipped"), name
    return ("failed" if test["not"] else "passed"), name


def read_text(path: Path, shown: str) -> str:
    """A whole report as text; ``CheckFailure`` where there is none to read."""
    if path.exists() and not path.is_file():  # reading a pipe could take for ever
        raise CheckFailure(f"{shown} can't be read: it isn't a file")
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        raise CheckFailure(f"{shown} is missing") from None
    except OSError as error:
        raise CheckFailure(f"{shown} can't be read: {error.strerror}") from None
    if not text.strip():
        raise CheckFailure(f"{shown} is empty")
    return text
