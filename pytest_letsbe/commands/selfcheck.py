"""``letsbe selfcheck [CHECK...]``: the kill matrix; exit 1 on a survivor or a false alarm."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence

from ..checks import Checks
from ..model import UsageError
from ..selfcheck import Outcome, subjects
from ..selfcheck import run as run_selfcheck


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("checks", nargs="*", metavar="CHECK", help="only these checks")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress on a terminal")
    parser.add_argument("--all", action="store_true", help="every case of every invariant, not a sample of the others")


def run(options: argparse.Namespace) -> int:
    known = Checks()
    for name in options.checks:
        known.named(name)
    chosen = [name for name in (options.checks or known) if subjects(name)]
    if not chosen:
        raise UsageError("there are no mutants: nothing would be proven")
    started = time.monotonic()
    outcomes = run_selfcheck(chosen, every=options.all, quiet=options.quiet)
    seconds = time.monotonic() - started
    if options.json:
        print(
            json.dumps({"seconds": round(seconds, 1), "checks": {n: _as_json(n, outcomes) for n in chosen}}, indent=1)
        )
    else:
        for name in chosen:
            print("\n".join(_table(name, outcomes)))
        print(f"{seconds:.0f} s")
    return 0 if all(outcome.ok for outcome in outcomes) else 1


def _split(check: str, outcomes: Sequence[Outcome]) -> tuple[list[Outcome], list[Outcome]]:
    mine = [o for o in outcomes if o.subject.check == check]
    return [o for o in mine if o.subject.expected is not None], [o for o in mine if o.subject.expected is None]


def _table(check: str, outcomes: Sequence[Outcome]) -> list[str]:
    """Mutants down, invariants across: K expected and killed, x failed too, - not evaluated."""
    mutants, correct = _split(check, outcomes)
    invariants = [invariant.id for invariant in Checks()[check].invariants]
    width = max((len(o.subject.name) for o in mutants + correct), default=0)
    lines = ["", f"{check}: kill matrix (K caught as expected, x fails too, - not evaluated)"]
    lines += [f"  {'':{width}}  {'|' * index}{invariant}" for index, invariant in enumerate(invariants)]
    for outcome in [*mutants, *correct]:
        cells = "".join(_cell(outcome, invariant) for invariant in invariants)
        lines.append(f"  {outcome.subject.name:{width}}  {cells}  {_remark(outcome)}")
    killed = sum(o.killed for o in mutants)
    alarms = sum(not o.ok for o in correct)
    rate = f"{killed / len(mutants):.0%}" if mutants else "none"
    lines.append(
        f"  {killed} of {len(mutants)} mutants killed ({rate}); {alarms} false alarms on {len(correct)} correct targets"
    )
    return lines


def _cell(outcome: Outcome, invariant: str) -> str:
    if invariant in outcome.failed:
        return "K" if invariant == outcome.subject.expected else "x"
    return "-" if invariant in outcome.not_evaluated else "."


def _remark(outcome: Outcome) -> str:
    if outcome.ok:
        return outcome.subject.statement
    if outcome.subject.expected is not None:
        return f"SURVIVED {outcome.subject.expected}: {outcome.subject.statement}"
    alarms = [*outcome.failed.values(), *(f"{i} not evaluated" for i in outcome.not_evaluated)]
    return f"FALSE ALARM {alarms[0]}"


def _as_json(check: str, outcomes: Sequence[Outcome]) -> dict[str, object]:
    mutants, correct = _split(check, outcomes)
    return {
        "kill_rate": sum(o.killed for o in mutants) / len(mutants) if mutants else None,
        "survivors": [o.subject.name for o in mutants if not o.killed],
        "false_alarms": [o.subject.name for o in correct if not o.ok],
        "subjects": [
            {
                "name": o.subject.name,
                "statement": o.subject.statement,
                "expected": o.subject.expected,
                "failed": o.failed,
                "not_evaluated": list(o.not_evaluated),
                "seconds": round(o.seconds, 2),
            }
            for o in (*mutants, *correct)
        ],
    }
