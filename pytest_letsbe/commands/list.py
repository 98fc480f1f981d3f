"""``letsbe list [CHECK...]``: every invariant with its one-line statement."""

from __future__ import annotations

import argparse
import json

from ..checks import Checks


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("checks", nargs="*", metavar="CHECK", help="only these checks")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON")
    form.add_argument("--markdown", action="store_true", help="as a table for the docs")


def run(options: argparse.Namespace) -> int:
    checks = Checks()
    for name in options.checks:
        checks.named(name)
    chosen = options.checks or list(checks)
    if options.json:
        table = {
            name: [{"id": i.id, "statement": i.statement, "source": i.source} for i in checks[name].invariants]
            for name in chosen
        }
        print(json.dumps(table, indent=1))
        return 0
    if options.markdown:
        rows = [f"| `{i.id}` | {i.statement} | {i.source} |" for name in chosen for i in checks[name].invariants]
        print("\n".join(["| invariant | statement | because |", "|---|---|---|", *rows]))
        return 0
    for name in chosen:
        check = checks[name]
        print(f"{name}" + (f" (drives a {check.role})" if check.role else ""))
        width = max(len(invariant.id) for invariant in check.invariants)
        for invariant in check.invariants:
            print(f"  {invariant.id:<{width}}  {invariant.statement}")
    return 0
