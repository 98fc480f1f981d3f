"""``letsbe gate replay FILE``: play a kept script on any gate, step by step, and judge it again."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

from ..checks import Checks
from ..checks.gating.client import Gate
from ..checks.gating.expect import entry_line
from ..checks.gating.ledger import Ledger
from ..checks.gating.play import Violated, play
from ..checks.gating.script import read
from ..model import Location, NotEvaluated, UsageError
from ..targets import connect
from ..targets.base import Target, TargetDead
from ..targets.spec import TargetSpec


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    replay = actions.add_parser("replay", help="play a script that a failure kept; exit 1 when it is violated again")
    replay.add_argument("file", type=Path, metavar="FILE", help="a script, such as .letsbe/gate/<case>.jsonl")
    where = replay.add_mutually_exclusive_group()
    where.add_argument("--manifest", type=Path, help="drive the gate of this letsbe.yaml (default: ./letsbe.yaml)")
    where.add_argument(
        "--run", metavar="COMMAND", help="drive a process that speaks JSON lines, such as 'node gate.js'"
    )
    where.add_argument("--python", metavar="MODULE:ATTRIBUTE", help="drive a Python object")
    where.add_argument("--url", help="drive a server")
    where.add_argument("--reference", metavar="VARIANT", help="drive an embedded reference: correct, strict")
    where.add_argument(
        "--target", metavar="'run: ...'", help="the same as one text: 'run: node gate.js', 'python: a:b'"
    )


def run(options: argparse.Namespace) -> int:
    try:
        script = read(options.file.read_text(encoding="utf-8"), str(options.file))
    except OSError as error:
        raise UsageError(f"can't be read: {error.strerror}", Location(str(options.file))) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UsageError("isn't UTF-8: a script is JSON lines", Location(str(options.file), line)) from None
    target, ledger = _target(options), Ledger()
    gate = Gate(target, ledger)
    print(f"{script.case or script.name}: {script.statement}")
    try:
        play(script, gate, lambda step, said: _show(gate, step, said))
    except Violated as violated:
        print(f"violated: {violated.sentence}", *violated.evidence, sep="\n  ")
        for entry in gate.book.entries:
            print(f"  ran: {entry_line(entry)}")
        return 1
    except TargetDead as dead:
        print(dead.sentence, *dead.evidence, sep="\n  ")
        return 1
    except NotEvaluated as why:
        print(f"not evaluated: {why}")
        return 1
    finally:
        target.close()
        ledger.close()
    print("holds")
    return 0


def _show(gate: Gate, step: Any, said: str) -> None:
    shown = {**step, "policy": "..."} if "policy" in step else step
    print(f"  {str(dict(shown))[:200]}\n    gate: {said[:200] or '-'}   ledger: {len(gate.book.entries)} ran")


def _target(options: argparse.Namespace) -> Target:
    root = Path.cwd()
    if options.target is not None:
        way, colon, rest = options.target.partition(":")
        if not colon or way.strip() not in ("run", "python", "url", "reference"):
            raise UsageError("--target is written 'run: COMMAND', 'python: module:attribute', 'url: URL'")
        setattr(options, way.strip(), rest.strip())
    if options.run is not None:
        return connect(TargetSpec(run=shlex.split(options.run)), role="gate", root=root)
    for way in ("python", "url", "reference"):
        if getattr(options, way) is not None:
            return connect(TargetSpec(**{way: getattr(options, way)}), role="gate", root=root)
    from ..manifest import load

    path = options.manifest or Path("letsbe.yaml")
    entry = load(path, Checks()).checks.get("gating")
    if entry is None or entry.target is None:
        raise UsageError("has no check `gating` with a target", Location(str(path)))
    return connect(entry.target, role="gate", root=path.parent.resolve(), location=entry.target_location)
