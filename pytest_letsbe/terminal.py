"""The matrix as people read it at the end of a run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from . import __version__
from .manifest import Manifest
from .matrix import Row, satisfied

#: verdict -> (word shown, markup of pytest's terminal writer)
_SHOWN: dict[str, tuple[str, dict[str, bool]]] = {
    "passed": ("passed", {"green": True}),
    "waived": ("waived", {"yellow": True}),
    "failed": ("FAILED", {"red": True, "bold": True}),
    "missing": ("MISSING", {"red": True, "bold": True}),
    "vacuous": ("VACUOUS", {"red": True, "bold": True}),
    "not-evaluated": ("NOT EVALUATED", {"red": True, "bold": True}),
}

NOT_ENFORCED = "matrix not enforced: this run left cases out; `letsbe merge` over the reports is the gate"


def write_matrices(writer: Any, runs: Sequence[tuple[Manifest, bool, list[Row]]]) -> None:
    """One table for each manifest: check, whether required, verdict, counts, reasons."""
    for manifest, complete, rows in runs:
        writer.section(f"letsbe {__version__}: {manifest.package}", sep="=")
        width = max((len(row.check) for row in rows), default=0)
        # A run of one case says nothing of the other checks, and needn't list them.
        for row in rows if complete else [row for row in rows if any(row.counts.values())]:
            _write_row(writer, row, width, complete)
        for line in _references(manifest, {row.check for row in rows if any(row.counts.values())}):
            writer.line(line, red=True)
        if not complete:
            writer.line(NOT_ENFORCED, yellow=True)
        elif satisfied(rows):
            writer.line("every required check is proven", green=True)
        else:
            open_checks = [row.check for row in rows if not row.satisfied]
            writer.line(f"not releasable: {', '.join(open_checks) or 'no check is required'}", red=True, bold=True)


def _write_row(writer: Any, row: Row, width: int, complete: bool) -> None:
    word, markup = _SHOWN[row.status]
    if not complete and row.status != "failed":
        word, markup = "partial", {"yellow": True}
    writer.write(f"  {row.check:<{width}}  {'required' if row.required else 'optional'}  ")
    writer.write(f"{word:<13}", **markup)
    counts = [f"{number:,} {name.replace('_', ' ')}" for name, number in row.counts.items() if number]
    writer.line("  " + ", ".join(counts) if counts else "")
    for reason in row.reasons if complete or row.status == "failed" else ():
        writer.line(f"  {'':<{width}}    {reason}")


def _references(manifest: Manifest, ran: Collection[str]) -> list[str]:
    return [
        f"{entry.spec.check} ran on the embedded reference ({entry.target.reference}), not on your code"
        for entry in manifest.checks.values()
        if entry.target is not None and entry.target.reference and entry.spec.check in ran
    ]
