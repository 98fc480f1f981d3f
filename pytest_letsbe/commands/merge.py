"""``letsbe merge REPORT...``: one verdict over the reports of shards and packages."""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

from ..merge import load_report, merge, to_junit, to_markdown
from ..merge.page import to_html
from ..merge.sarif import to_sarif
from ..merge.statement import sign, to_statement
from ..model import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "reports", nargs="+", metavar="REPORT", help="files written by --letsbe-report, or by merge --json"
    )
    parser.add_argument("--json", metavar="FILE", help="write the merged report")
    parser.add_argument("--junit", metavar="FILE", help="write JUnit XML")
    parser.add_argument("--sarif", metavar="FILE", help="write SARIF 2.1.0")
    parser.add_argument("--html", metavar="FILE", help="write one static page")
    parser.add_argument("--selfcheck", metavar="FILE", help="what `letsbe selfcheck --json` printed, for the page")
    parser.add_argument("--statement", metavar="FILE", help="write the verdict as an in-toto Statement")
    parser.add_argument("--sign", metavar="KEY", help="PEM private key: the statement is written as a DSSE envelope")
    parser.add_argument("--markdown", metavar="FILE", help="write a summary; `-` for standard output")


def run(options: argparse.Namespace) -> int:
    if options.sign and not options.statement:
        raise UsageError("--sign signs a statement: name its file with --statement FILE")
    merged = merge([load_report(Path(path)) for path in options.reports])
    markdown = to_markdown(merged)
    if options.json:
        write(options.json, merged.to_json())
    if options.junit:
        write(options.junit, to_junit(merged))
    if options.sarif:
        write(options.sarif, to_sarif(merged))
    if options.html:
        selfcheck = _selfcheck(Path(options.selfcheck)) if options.selfcheck else None
        write(options.html, to_html(merged, today=date.today(), selfcheck=selfcheck))
    if options.statement:
        statement = to_statement(merged)
        write(options.statement, sign(statement.encode(), Path(options.sign)) if options.sign else statement)
    if options.markdown and options.markdown != "-":
        write(options.markdown, markdown)
    else:
        print(markdown)
    return merged.exit_code


def write(name: str, text: str) -> None:
    try:
        Path(name).write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{name}: can't be written: {error.strerror}") from None


def _selfcheck(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        for check in data["checks"].values():
            for subject in check["subjects"]:
                _ = subject["name"], subject["statement"], subject["expected"], subject["failed"]
                _ = subject["not_evaluated"], check["survivors"], check["false_alarms"]
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from None
    except (ValueError, LookupError, TypeError, AttributeError):
        raise UsageError(f"{path}: isn't what `letsbe selfcheck --json` prints") from None
    return dict(data)
