"""Counts what reports in JSON hold: vitest's and jest's own format, and SARIF of linters and scanners."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from ..model import CheckFailure
from .counts import Counts
from .tap import read_text
from .text import one_line

_STATUS = {
    "passed": "passed", "failed": "failed", "skipped": "skipped", "pending": "skipped", "todo": "skipped",
    "disabled": "skipped", "focused": "skipped",
}  # fmt: skip
_GATED = frozenset({"error", "warning"})


def read_vitest(path: Path, shown: str) -> Counts:
    """What ``vitest --reporter=json`` or ``jest --json`` wrote.

    vitest retries in silence: a test that passes with failure messages passed only when retried (vitest 4, measured).
    """
    data = _load(path, shown)
    if not isinstance(data, dict) or not isinstance(data.get("testResults"), list):
        raise CheckFailure(f"{shown} isn't a report of vitest or jest: it has no list `testResults`")
    tally: Counter[str] = Counter()
    failing: list[str] = []
    retried: list[str] = []
    findings: list[str] = []
    for suite in data["testResults"]:
        tests = suite.get("assertionResults") if isinstance(suite, dict) else None
        name = one_line(str(suite.get("name", "?"))) if isinstance(suite, dict) else "?"
        if not isinstance(tests, list):
            raise CheckFailure(f"{shown}: suite {name} has no list `assertionResults`")
        if suite.get("status") == "failed" and not any(_of(test, "status") == "failed" for test in tests):
            tally["errors"] += 1
            failing.append(f"suite {name}")
        for test in filter(_is_object, tests):
            status = _STATUS.get(_of(test, "status"), "failed")
            title = one_line(_of(test, "fullName") or _of(test, "title") or "?")
            tally[status] += 1
            if status == "failed":
                failing.append(title)
            elif status == "passed" and test.get("failureMessages"):
                tally["rerun"] += 1
                retried.append(title)
    bad = tally["failed"] + tally["errors"]
    if data.get("success") is False and not bad:
        findings.append("it says `success: false`, and names no failure")
    counted = {key: tally[key] for key in ("passed", "failed", "errors", "skipped", "rerun")}
    return Counts(**counted, failing=tuple(failing), retried=tuple(retried), findings=tuple(findings))


def read_sarif(path: Path, shown: str) -> Counts:
    """A SARIF 2.1.0 log as tests: an artifact without a finding passed, every open error or warning failed.

    A log that names no artifact can't show that anything was looked at: nothing passed.
    """
    data = _load(path, shown)
    if not isinstance(data, dict) or data.get("version") != "2.1.0" or not isinstance(data.get("runs"), list):
        raise CheckFailure(f"{shown} isn't SARIF 2.1.0: it has no `version` and `runs` that say so")
    failing: list[str] = []
    findings: list[str] = []
    seen: set[str] = set()
    hit: set[str] = set()
    suppressed = 0
    for run in filter(_is_object, data["runs"]):
        seen |= {_uri(artifact.get("location")) for artifact in _objects(run, "artifacts")}
        if any(one.get("executionSuccessful") is False for one in _objects(run, "invocations")):
            findings.append("the tool says that its run failed (executionSuccessful: false)")
        levels = _default_levels(run)
        for result in _objects(run, "results"):
            if result.get("suppressions"):
                suppressed += 1
                continue
            level = result.get("level") or levels.get(str(result.get("ruleId")), "warning")
            if result.get("kind", "fail") == "fail" and level in _GATED:
                place = _place(result)
                hit.add(place.partition(":")[0])
                failing.append(one_line(f"{place} {result.get('ruleId', '')}: {_text(result)}"))
    passed = len(seen - hit - {""})
    return Counts(
        passed=passed, failed=len(failing), skipped=suppressed, failing=tuple(failing), findings=tuple(findings)
    )


def _load(path: Path, shown: str) -> Any:
    text = read_text(path, shown)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise CheckFailure(f"{shown}:{line} isn't whole JSON; was it cut off?") from None


def _of(test: object, key: str) -> str:
    return str(test.get(key) or "") if isinstance(test, dict) else ""


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _object(owner: dict[str, Any], key: str) -> dict[str, Any]:
    found = owner.get(key)
    return found if isinstance(found, dict) else {}


def _objects(run: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = run.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _default_levels(run: dict[str, Any]) -> dict[str, str]:
    rules = _objects(_object(_object(run, "tool"), "driver"), "rules")
    return {str(rule.get("id")): str(_object(rule, "defaultConfiguration").get("level", "warning")) for rule in rules}


def _uri(location: object) -> str:
    return str(location.get("uri", "")) if isinstance(location, dict) else ""


def _place(result: dict[str, Any]) -> str:
    for location in _objects(result, "locations"):
        physical = location.get("physicalLocation")
        if isinstance(physical, dict):
            line = _object(physical, "region").get("startLine")
            return _uri(physical.get("artifactLocation")) + (f":{line}" if line else "")
    return "?"


def _text(result: dict[str, Any]) -> str:
    message = result.get("message")
    return str(message.get("text", "")) if isinstance(message, dict) else ""
