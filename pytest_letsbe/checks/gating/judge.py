"""Runs a case's scripts on a gate, cuts a failing one to what matters, keeps it in a file, and tells the story."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ...masking import mask_runs
from ...model import Case, CheckFailure, NotEvaluated
from ...targets.base import TargetDead
from .client import Gate, Lacks
from .expect import entry_line
from .ledger import Book
from .play import NotApplicable, Played, Violated, play
from .script import Script

#: After so many failing samples of a case the rest isn't played: they tell the same.
ENOUGH = 3

#: Real seconds to spend on making one failing script shorter.
SHRINKING = 5.0


def run_scripts(case: Case, gate: Gate, scripts: Sequence[Script], folder: Path, statement: str) -> None:
    """Play them all. Raises CheckFailure for what is violated, NotEvaluated when an op is missing."""
    failed: list[tuple[Script, Violated | TargetDead, Book]] = []
    lacking: list[tuple[Script, NotEvaluated]] = []
    for script in scripts:
        try:
            play(script, gate)
        except (Violated, TargetDead) as error:
            failed.append((script, error, gate.book))  # the next script has a book of its own
            if len(failed) >= ENOUGH or isinstance(error, TargetDead):
                break
        except (Lacks, NotApplicable) as why:
            lacking.append((script, why))
    if failed:
        raise _failure(case, gate, failed, folder, statement)
    needed = [why for script, why in lacking if not script.optional]
    if needed or (lacking and len(lacking) == len(scripts)):
        raise (needed or [why for _, why in lacking])[0]


def _failure(
    case: Case, gate: Gate, failed: Sequence[tuple[Script, Violated | TargetDead, Book]], folder: Path, statement: str
) -> CheckFailure:
    script, error, book = min(failed, key=lambda one: len(one[0].steps))
    played: Played = error.played  # type: ignore[union-attr]
    names = [each.name for each, _, _ in failed]
    steps = script.steps if script.rebuilt is not None else script.steps[: played.at + 1]
    script = script.having(steps=steps, case=case.id, statement=statement)
    if isinstance(error, Violated):
        script, error, played, book = _shrunk(script, error, played, gate, book)
    kept = _keep(script, case, folder)
    evidence = [
        f"statement: {statement}",
        "the shortest script that shows it:",
        *(f"  {_cut(line)}" for line in script.shown()),
        *error.evidence,
        *_ledger(played, book),
        f"seed {script.seed}; replay: letsbe gate replay {kept} --manifest letsbe.yaml",
    ]
    if isinstance(error, TargetDead):
        return TargetDead(error.sentence, evidence=evidence, silent=error.silent)
    return CheckFailure(error.sentence, evidence=evidence, failed_samples=names)


def _cut(line: str, most: int = 400) -> str:
    return line if len(line) <= most else f"{line[:most]}… ({len(line)} characters)"


def shrink(script: Script, violates: Callable[[Script], bool], *, seconds: float = SHRINKING) -> Script:
    """The script without the steps marked ``noise`` that it doesn't need; each try is played.

    The other steps are what the statement is about: without the denial, a call that runs violates nothing.
    """
    end = time.monotonic() + seconds
    index = 0
    while index < len(script.steps) and time.monotonic() < end:
        if script.steps[index].get("noise"):
            shorter = script.having(steps=(*script.steps[:index], *script.steps[index + 1 :]))
            if violates(shorter):
                script = shorter
                continue
        index += 1
    return script


def shrink_parts(script: Script, violates: Callable[[Script], bool], *, seconds: float = SHRINKING) -> Script:
    """The script of as few of its parts as still show it: halves are left out first, single parts at last (ddmin)."""
    end = time.monotonic() + seconds
    size = len(script.parts) // 2
    while size and script.rebuilt is not None:
        at, before = 0, len(script.parts)
        while at < len(script.parts) and time.monotonic() < end:
            fewer = script.parts[:at] + script.parts[at + size :]
            shorter = script.rebuilt(fewer).having(case=script.case, statement=script.statement)
            if fewer and violates(shorter):
                script = shorter
            else:
                at += size
        if time.monotonic() >= end:
            break
        size = size // 2 if size > 1 or len(script.parts) == before else 1
    return script


def _shrunk(
    script: Script, error: Violated, played: Played, gate: Gate, book: Book
) -> tuple[Script, Violated, Played, Book]:
    last: list[tuple[Violated, Played, Book]] = [(error, played, book)]

    def violates(shorter: Script) -> bool:
        try:
            play(shorter, gate)
        except Violated as again:
            if again.sentence == error.sentence:
                last.append((again, again.played, gate.book))  # type: ignore[attr-defined]
                return True
        except (NotEvaluated, TargetDead):
            return False
        return False

    script = shrink_parts(script, violates) if script.rebuilt is not None else shrink(script, violates)
    return script, *last[-1]


def _ledger(played: Played, book: Book) -> list[str]:
    """Expected and observed side by side, the gate's own word beside them."""
    rows = [("call", "expected runs", "observed", "the gate said")]
    for rid, calls in list(played.sent.items())[:8]:
        least, most = played.limits.get(rid, (0, None))
        expected = "any" if most is None else str(most) if least == most else f"{least}..{most}"
        words = [str(answer.decision) for answer in played.replies.get(rid, [])] or ["-"]
        rows.append((f"{rid} {calls[0].get('tool')}"[:60], expected, str(book.count(rid)), ", ".join(words)))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["ledger:"]
    lines += [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)).rstrip()
        for row in rows
    ]
    entries = book.entries
    lines += [f"  ran: {entry_line(entry)}" for entry in entries[:6]]
    if not entries:
        lines.append("  nothing ran")
    denied = [answer.error for _, _, answer in played.said if answer.error]
    lines += [f"  the gate's error: {mask_runs(error)}" for error in denied[-2:]]
    return lines


def _keep(script: Script, case: Case, folder: Path) -> str:
    """Write the script beside the manifest; what can't be written is no reason to lose the finding."""
    name = re.sub(r"[^a-z0-9.-]+", "-", f"{case.invariant}-{case.name}")
    path = folder / ".letsbe" / "gate" / f"{name}.jsonl"
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        ignore = folder / ".letsbe" / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        path.write_text("\n".join(script.lines()) + "\n", encoding="utf-8")
    return str(path.relative_to(folder))
