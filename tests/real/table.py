"""Prints the table of docs/real-redactors.md from reports: `python tests/real/table.py NAME=report.json ...`.

Reports come from `pytest -p letsbe tests/real/NAME/letsbe.yaml --letsbe-report NAME.json`.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from pytest_letsbe.checks.redaction import corpus
from pytest_letsbe.checks.redaction.encodings import ENCODINGS
from pytest_letsbe.checks.redaction.synth import synthesise

KINDS = {kind.id: synthesise(kind, 0).value for kind in corpus.named(("secrets", "pii")).kinds}
ENCODE = {encoding.id: encoding.encode for encoding in ENCODINGS}
LONG = ("windows/long-text/plain", "end/megabyte/plain")
JSON = ("json-", "jsonl", "log-json", "log-message", "tool-")


def encoded(*starts: str) -> Callable[[str, str, str], bool]:
    return lambda kind, carrier, encoding: encoding.startswith(starts)


#: Row, and which cases kind/carrier/encoding it counts.
GROUPS: tuple[tuple[str, Callable[[str, str, str], bool]], ...] = (
    ("plain, outside JSON and streams", lambda k, c, e: e == "plain" and not c.startswith((*JSON, "sse-", "long-"))),
    (
        "plain, in JSON",
        lambda k, c, e: e == "plain" and c.startswith(JSON) and not c.startswith(("json-string", "tool-")),
    ),
    ("JSON in JSON", lambda k, c, e: (c in ("json-string", "tool-call") and e == "plain") or e == "json-in-json"),
    ("percent", encoded("percent")),
    ("base64", encoded("base64")),
    ("hex", encoded("hex")),
    ("unicode escapes", encoded("json-unicode", "json-escape")),
    ("HTML and XML entities", encoded("html", "xml")),
    ("UTF-16", encoded("utf-16")),
    ("zero-width", encoded("zero-width")),
    ("SSE deltas", lambda k, c, e: c.startswith("sse-") and e == "plain"),
    ("long text (100 kB, 1 MB)", lambda k, c, e: f"{k}/{c}/{e}" in LONG or c == "long-log"),
)
OTHERS = (
    ("benign texts changed", "benign-preserved"),
    ("words beside the secret lost", "context-preserved"),
    ("documents broken (carriers)", "structure-preserved"),
    ("second pass differs", "idempotent"),
    ("registered values, samples", "registered-secrets"),
    ("malformed inputs", "malformed-input"),
    ("shapes that cost more than linear", "linear-growth"),
)


def leak_cell(cases: list[dict], known: set[str], wanted: Callable[[str, str, str], bool]) -> str:
    """Share of samples that leak; in brackets for the kinds that never leak plain."""
    samples, failed = Counter(), Counter()
    for case in cases:
        if (
            case["invariant"] != "no-leak"
            or case["outcome"] not in ("passed", "failed")
            or case["case"].count("/") != 2
        ):
            continue
        kind, carrier, encoding = case["case"].split("/")
        if not wanted(kind, carrier, encoding) or not changes(kind, encoding):
            continue
        for who in ("all", "known") if kind in known else ("all",):
            samples[who] += case["samples"]
            failed[who] += len(case["failed_samples"])
    if not samples["all"]:
        return "not run"
    text = f"{failed['all'] / samples['all']:.0%}"
    return f"{text} ({failed['known'] / samples['known']:.0%})" if samples["known"] else text


def changes(kind: str, encoding: str) -> bool:
    """Whether the encoding writes this kind differently: an underscore is no entity."""
    return encoding == "plain" or kind not in KINDS or ENCODE[encoding](KINDS[kind]) != KINDS[kind]


def known_kinds(cases: list[dict]) -> set[str]:
    """Kinds that leaked in no plain text outside streams."""
    plain = [
        c for c in cases if c["invariant"] == "no-leak" and c["case"].endswith("/plain") and "/sse-" not in c["case"]
    ]
    leaked = {case["case"].split("/")[0] for case in plain if case["outcome"] == "failed"}
    return {case["case"].split("/")[0] for case in plain} - leaked


def other_cell(cases: list[dict], invariant: str) -> str:
    ran = [case for case in cases if case["invariant"] == invariant and case["outcome"] in ("passed", "failed")]
    failed = sum(case["outcome"] == "failed" for case in ran)
    return f"{failed} of {len(ran)}" if ran else "not run"


def rows(reports: dict[str, list[dict]]) -> Iterable[list[str]]:
    known = {name: known_kinds(cases) for name, cases in reports.items()}
    yield ["", *reports]
    yield ["---", *("--:" for _ in reports)]
    yield ["kinds that never leak plain", *(f"{len(known[n] & set(KINDS))} of {kinds(c)}" for n, c in reports.items())]
    for title, wanted in GROUPS:
        yield [title, *(leak_cell(cases, known[name], wanted) for name, cases in reports.items())]
    for title, invariant in OTHERS:
        yield [f"**{title}**", *(other_cell(cases, invariant) for cases in reports.values())]


def kinds(cases: list[dict]) -> int:
    return len({case["case"].split("/")[0] for case in cases if case["invariant"] == "no-leak"} & set(KINDS))


def main(arguments: list[str]) -> None:
    pairs = [argument.partition("=")[::2] for argument in arguments]
    for row in rows({name: json.loads(Path(path).read_text())["cases"] for name, path in pairs}):
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main(sys.argv[1:])
