"""``letsbe diff OLD NEW``: which requests and responses of the old API the new one breaks, each with a witness."""

from __future__ import annotations

import argparse
import gc

from ..openapi.diff import diff

#: Exit codes by verdict.
EXITS = {"compatible": 0, "breaking": 1, "unknown": 3}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD", help="the description that clients were promised (YAML or JSON)")
    parser.add_argument("new", metavar="NEW", help="the description as it is now")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(options: argparse.Namespace) -> int:
    gc.disable()  # half the time of a large document went into looking for garbage that a short run has none of
    report = diff(options.old, options.new)
    print(report.as_json() if options.json else report.text())
    return EXITS[report.verdict]
