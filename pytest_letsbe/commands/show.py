"""``letsbe show ID``: what a case states, where its row stands, what is sent."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import msgspec

from ..checks import Checks
from ..checks.base import Check, ShowsSamples
from ..manifest import FILENAME, load
from ..model import Case, Location, Spec, UsageError
from ..suggest import did_you_mean

_ID = re.compile(r"(?P<check>[^:\[]+)(?:::(?P<invariant>[^:\[]+)(?:\[(?P<case>[^\]#]*)(?:#(?P<sample>[^\]]*))?\])?)?\Z")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", help="redaction::no-leak[github-pat/url-query/plain], with #seed for one sample")
    parser.add_argument(
        "--request",
        action="store_true",
        help="print the request as one JSON line, to be piped into a target; it holds the synthetic secret in clear",
    )


def run(options: argparse.Namespace) -> int:
    parsed = _ID.match(options.id.removeprefix(f"{FILENAME}::"))
    if parsed is None:
        raise UsageError(f"{options.id!r} is no id: check, check::invariant or check::invariant[case]")
    checks = Checks()
    check, spec = _check(parsed["check"], checks)
    invariants = {invariant.id: invariant for invariant in check.invariants}
    if parsed["invariant"] is None:
        print("\n".join(f"{check.name}::{i.id}: {i.statement}" for i in check.invariants))
        return 0
    if parsed["invariant"] not in invariants:
        wrong = parsed["invariant"]
        raise UsageError(f"{check.name} has no invariant {wrong!r}{did_you_mean(wrong, invariants)}")
    invariant = invariants[parsed["invariant"]]
    cases = {case.name: case for case in check.cases(spec) if case.invariant == invariant.id}
    if options.request:
        return _request(check, spec, f"{parsed['case']}#{parsed['sample'] or 0}")
    print(f"{check.name}::{invariant.id}\n  statement  {invariant.statement}")
    if invariant.source:
        print(f"  because    {invariant.source}")
    if parsed["case"] is None:
        print(f"  cases      {len(cases):,}")
        return 0
    if parsed["case"] not in cases:
        raise UsageError(f"no case {parsed['case']!r}{did_you_mean(parsed['case'], cases)}")
    _print_case(check, spec, cases[parsed["case"]], parsed["sample"] or "0")
    return 0


def _check(name: str, checks: Checks) -> tuple[Check, Spec]:
    """The check as this folder's manifest asks for it, or with its defaults where there is none."""
    check = checks.named(name)
    if Path(FILENAME).is_file():
        manifest = load(Path(FILENAME), checks)
        if name in manifest.checks:
            return check, manifest.checks[name].spec
    options = msgspec.convert({}, check.options)
    return check, Spec(name, options, Path.cwd(), Location(FILENAME))


def _print_case(check: Check, spec: Spec, case: Case, sample: str) -> None:
    print(f"  case       {case.name}, {case.samples} samples")
    if case.location is not None:
        print(f"  row        {case.location}")
    if isinstance(check, ShowsSamples):
        for line in check.sample_lines(spec, f"{case.name}#{sample}"):
            print(f"  {line}")


def _request(check: Check, spec: Spec, sample: str) -> int:
    request = check.sample_request(spec, sample) if isinstance(check, ShowsSamples) else None
    if request is None:
        raise UsageError(f"{check.name} can't show the request of {sample!r}")
    print(json.dumps(request))
    return 0
