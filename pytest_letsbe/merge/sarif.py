"""A merged verdict as SARIF 2.1.0: a result for every failed case and every required check that isn't proven."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from .. import __version__
from ..scan.sarif import SCHEMA
from .verdict import CaseVerdict, CheckVerdict, Merged, PackageVerdict

_PLACE = re.compile(r"(?P<path>.*?):(?P<line>\d+)(?::(?P<column>\d+))?\Z", re.DOTALL)


def to_sarif(merged: Merged) -> str:
    """One run a package, so that a code host shows each where it belongs."""
    runs = [_run(package) for package in merged.packages] or [_empty()]
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": runs}, indent=1) + "\n"


def _run(package: PackageVerdict) -> dict[str, Any]:
    results = [result for check in package.checks for result in _results(package, check)]
    results += [_result(package, "letsbe", reason, "", reason) for reason in package.reasons]
    rules = sorted({result["ruleId"] for result in results})
    index = {rule: place for place, rule in enumerate(rules)}
    return {
        "tool": _tool([{"id": rule} for rule in rules]),
        "automationDetails": {"id": f"letsbe/{package.name}/"},
        "columnKind": "unicodeCodePoints",
        "results": [result | {"ruleIndex": index[result["ruleId"]]} for result in results],
    }


def _empty() -> dict[str, Any]:
    problem = {"level": "error", "message": {"text": "there is no report, so nothing is proven"}}
    return {
        "tool": _tool([]),
        "results": [],
        "invocations": [{"executionSuccessful": False, "toolExecutionNotifications": [problem]}],
    }


def _tool(rules: list[dict[str, str]]) -> dict[str, Any]:
    return {"driver": {"name": "letsbe", "version": __version__, "semanticVersion": __version__, "rules": rules}}


def _results(package: PackageVerdict, check: CheckVerdict) -> Iterator[dict[str, Any]]:
    failed = [case for case in check.cases if case.outcome == "failed"]
    for case in failed:
        rule = case.id.partition("[")[0].removeprefix("letsbe.yaml::")
        result = _result(package, rule, _text(case), case.where, case.id)
        waived = check.status == "waived"
        yield result | ({"suppressions": [{"kind": "external", "justification": "waived"}]} if waived else {})
    if check.required and not check.satisfied and not failed:
        why = "; ".join(check.reasons) or check.status
        yield _result(package, check.name, f"{check.name} is {check.status}: {why}", "", check.name)


def _text(case: CaseVerdict) -> str:
    return "\n".join([case.message or "failed", *case.evidence])


def _result(package: PackageVerdict, rule: str, text: str, where: str, identity: str) -> dict[str, Any]:
    place = _PLACE.match(where)
    region = {"startLine": int(place["line"])} if place and int(place["line"]) else {"startLine": 1}
    if place and place["column"] and int(place["column"]):
        region["startColumn"] = int(place["column"])
    uri = quote(place["path"] if place else "letsbe.yaml", safe="/!~@+,=")
    digest = hashlib.sha256(f"{package.name}\0{identity}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return {
        "ruleId": rule,
        "level": "error",
        "message": {"text": text},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}],
        "partialFingerprints": {"letsbe/v1": digest},
    }
