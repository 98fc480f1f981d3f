"""``letsbe merge REPORT...``: one verdict over the reports of shards and packages."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ..merge import load_report, merge, to_junit, to_markdown


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "reports", nargs="+", metavar="REPORT", help="files written by --letsbe-report, or by merge --json"
    )
    parser.add_argument("--json", metavar="FILE", help="write the merged report")
    parser.add_argument("--junit", metavar="FILE", help="write JUnit XML")
    parser.add_argument("--markdown", metavar="FILE", help="write a summary; `-` for standard output")


def run(options: argparse.Namespace) -> int:
    merged = merge([load_report(Path(path)) for path in options.reports])
    markdown = to_markdown(merged)
    if options.json:
        Path(options.json).write_text(json.dumps(merged.to_json(), indent=1) + "\n", encoding="utf-8")
    if options.junit:
        Path(options.junit).write_text(to_junit(merged), encoding="utf-8")
    if options.markdown and options.markdown != "-":
        Path(options.markdown).write_text(markdown, encoding="utf-8")
    else:
        print(markdown)
    return merged.exit_code
