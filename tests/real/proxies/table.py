"""Turns reports of the real proxies into the table of docs/real-proxies.md: `table.py squid.json tinyproxy.json ...`.

A cell is `leaked/sent` vectors of a class; `-` is a class that wasn't judged.
"""

import json
import sys
from pathlib import Path

CORPUS = (
    "deny-private",
    "deny-unlisted",
    "dns-pinning",
    "host-consistency",
    "no-smuggling",
    "no-header-leak",
    "fail-closed",
    "survives",
)


def cells(report):
    found = {}
    for case in report["cases"]:
        if case["check"] == "egress" and case["invariant"] in CORPUS:
            failed, sent = len(case.get("failed_samples") or ()), case["samples"]
            key = case["invariant"], case["case"]
            if case["outcome"] == "passed":
                found[key] = f"0/{sent}"
            elif case["outcome"] == "failed":
                found[key] = f"**{min(max(failed, 1), sent)}/{sent}**"
    return found


def table(paths):
    names = [path.stem.removeprefix("real-") for path in paths]
    reports = [cells(json.loads(path.read_text())) for path in paths]
    rows = sorted({key for report in reports for key in report}, key=lambda key: (CORPUS.index(key[0]), key[1]))
    yield f"| statement | class | {' | '.join(names)} |"
    yield "| --- | --- |" + " ---: |" * len(names)
    for key in rows:
        yield f"| {key[0]} | `{key[1]}` | {' | '.join(report.get(key, '-') for report in reports)} |"
    totals = []
    for report in reports:
        counts = [tuple(map(int, cell.strip("*").split("/"))) for cell in report.values()]
        totals.append(f"{sum(a for a, _ in counts)}/{sum(b for _, b in counts)}")
    yield f"| all | | {' | '.join(totals)} |"


if __name__ == "__main__":
    print("\n".join(table([Path(name) for name in sys.argv[1:]])))
