"""Reports of vulnerability scanners: fresh, and without what is grave and not accepted (grype, trivy, SARIF 2.1.0)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ...model import CheckFailure, Location
from .finding import Finding
from .options import Vulnerabilities
from .scene import Scene
from .shapes import mapping, sequence

_ORDER = ("low", "medium", "high", "critical")
_LEVELS = {"error": "high", "warning": "medium", "note": "low"}


def judged(scene: Scene) -> Iterator[Finding]:
    """Every report is young enough, and each grave finding in it is an accepted one."""
    options = scene.options.vulnerabilities
    if options is None:  # no case is made without it
        return
    now = datetime.now(UTC)
    met: set[str] = set()
    for name in options.reports:
        data = _load(scene, name)
        made = _when(data)
        if made is None:
            yield Finding("it doesn't say when it was made", Location(name))
        elif made - now > timedelta(days=1):
            yield Finding(f"it is of {made:%Y-%m-%d}, which is to come", Location(name))
        elif now - made > timedelta(days=options.max_age_days):
            yield Finding(f"it is of {made:%Y-%m-%d}; max_age_days is {options.max_age_days:g}", Location(name))
        for ids, severity, package in _rows(data):
            met |= ids
            if not _accepted(ids, options, now.date()) and _grave(severity, options.severity):
                yield Finding(f"{', '.join(sorted(ids))} ({severity or 'unknown'}) is in {package}", Location(name))
    for row in options.exceptions:
        if row.id not in met:
            yield Finding(f"the exception for {row.id} matches nothing any more")
        elif row.until < now.date().isoformat():
            yield Finding(f"the exception for {row.id} ended on {row.until}; {row.owner} answers for it")


def _grave(severity: str, least: str) -> bool:
    """An unknown severity isn't grave: scanners have plenty."""
    return severity in _ORDER and _ORDER.index(severity) >= _ORDER.index(least)


def _accepted(ids: set[str], options: Vulnerabilities, today: date) -> bool:
    return any(row.id in ids and row.until >= today.isoformat() for row in options.exceptions)


def _load(scene: Scene, name: str) -> dict[str, Any]:
    try:
        data = json.loads((scene.root / name).read_bytes())
    except (OSError, ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or not {"matches", "Results", "runs", "ArtifactName"} & data.keys():
        raise CheckFailure(
            f"{name} is no report of a vulnerability scanner",
            evidence=[
                "mend: grype -o json, trivy image -f json, or SARIF; or mend checks.supply-chain.vulnerabilities"
            ],
            location=Location(name),
        )
    return data


def _when(data: dict[str, Any]) -> datetime | None:
    said = data.get("CreatedAt") or mapping(data.get("descriptor")).get("timestamp")
    for run in sequence(data.get("runs")):
        for row in sequence(mapping(run).get("invocations")):
            said = said or mapping(row).get("endTimeUtc") or mapping(row).get("startTimeUtc")
    try:
        found = datetime.fromisoformat(str(said)[:19])
    except ValueError:
        return None
    return found.replace(tzinfo=UTC)


def _rows(data: dict[str, Any]) -> Iterator[tuple[set[str], str, str]]:
    for match in map(mapping, sequence(data.get("matches"))):
        row, artifact = mapping(match.get("vulnerability")), mapping(match.get("artifact"))
        ids = {str(row.get("id")), *(str(mapping(r).get("id")) for r in sequence(match.get("relatedVulnerabilities")))}
        yield ids, str(row.get("severity", "")).lower(), f"{artifact.get('name')} {artifact.get('version')}"
    for result in map(mapping, sequence(data.get("Results"))):
        for row in map(mapping, sequence(result.get("Vulnerabilities"))):
            package = f"{row.get('PkgName')} {row.get('InstalledVersion')}"
            yield {str(row.get("VulnerabilityID"))}, str(row.get("Severity", "")).lower(), package
    for run in map(mapping, sequence(data.get("runs"))):
        rules = {
            r.get("id"): r for r in map(mapping, sequence(mapping(mapping(run.get("tool")).get("driver")).get("rules")))
        }
        for row in map(mapping, sequence(run.get("results"))):
            yield {str(row.get("ruleId"))}, _sarif(row, rules.get(str(row.get("ruleId")), {})), "the image"


def _sarif(row: dict[str, Any], rule: dict[str, Any]) -> str:
    """CVSS in ``security-severity`` as GitHub reads it, else the level."""
    try:
        score = float(mapping(rule.get("properties"))["security-severity"])
    except (KeyError, ValueError, TypeError):
        return _LEVELS.get(str(row.get("level", "warning")), "")
    return next((name for name, least in (("critical", 9.0), ("high", 7.0), ("medium", 4.0)) if score >= least), "low")
