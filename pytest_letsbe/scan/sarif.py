"""A scan as SARIF 2.1.0: no snippet, no context, and fingerprints that survive a moved line."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from .. import __version__
from .finding import Finding
from .repo import Result
from .report import RULE_OF_PROBLEMS, all_findings

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "note": "note"}


def sarif(result: Result) -> str:
    """One run; accepted findings are in it as suppressed."""
    rules = [
        _rule(rule.id, rule.statement, rule.mend, rule.severity, [rule.check, rule.group])
        for rule in sorted(result.rules, key=lambda rule: rule.id)
    ]
    rules.append(_rule(RULE_OF_PROBLEMS, "Every exception holds.", "mend or remove it", "error", ["exceptions"]))
    index = {rule["id"]: place for place, rule in enumerate(rules)}
    results = [_result(finding, index) for finding in all_findings(result)]
    for finding, kind, why in result.outcome.accepted:
        results.append(_result(finding, index) | {"suppressions": [{"kind": kind, "justification": why}]})
    run = {
        "tool": {"driver": {"name": "letsbe", "version": __version__, "semanticVersion": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {"level": "warning", "message": {"text": f"not scanned: {hole}"}}
                    for hole in sorted(result.stats.holes)
                ],
            }
        ],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1)


def _rule(id: str, statement: str, mend: str, severity: str, tags: list[str]) -> dict[str, Any]:
    return {
        "id": id,
        "shortDescription": {"text": statement},
        "help": {"text": f"Mend: {mend}"},
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {"tags": tags},
    }


def _result(finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    return {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(finding.path, safe="/!~@+,=")},
                    "region": {
                        "startLine": finding.line,
                        "startColumn": finding.column,
                        "endColumn": finding.end_column,
                    },
                }
            }
        ],
        "partialFingerprints": {"letsbe/v1": _identity(finding)},
    }


def _identity(finding: Finding) -> str:
    """Rule, file and value: a finding that moves down a line is the same one."""
    return hashlib.sha256(f"{finding.rule}\0{finding.path}\0{finding.fingerprint}".encode()).hexdigest()[:32]
