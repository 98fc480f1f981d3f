"""The JSON report of one package: the matrix's rows, every case, which commit, which shard."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .manifest import Manifest
from .matrix import CaseResult, Row
from .waivers import Waiver


def document(
    manifest: Manifest,
    rows: Sequence[Row],
    results: Sequence[CaseResult],
    *,
    complete: bool,
    shard: list[int] | None,
    argv: Sequence[str],
) -> dict[str, Any]:
    """``letsbe-report/1``; a ``shard`` is its number, from 1, and how many there are."""
    return {
        "schema": "letsbe-report/1",
        "package": manifest.package,
        "commit": _commit(manifest.path.parent),
        "complete": complete,
        "shard": shard,
        "argv": list(argv),
        "checks": {
            row.check: {
                "status": row.status,
                "required": row.required,
                "counts": dict(row.counts),
                "reasons": list(row.reasons),
            }
            for row in rows
        },
        "cases": [_as_json(result) for result in sorted(results, key=lambda r: r.id)],
        **({"waivers": [_waiver(w) for w in manifest.waivers]} if manifest.waivers else {}),
    }


def _as_json(result: CaseResult) -> dict[str, Any]:
    return {
        "id": result.id,
        "check": result.check,
        "invariant": result.invariant,
        "case": result.case,
        "outcome": "not_evaluated" if result.outcome == "vacuous" else result.outcome,
        "message": result.message,
        "samples": result.samples,
        "failed_samples": list(result.failed_samples),
        "seconds": result.seconds,
        **({"retried": True} if result.retried else {}),
        **({"where": result.where} if result.where else {}),
        **({"evidence": result.evidence.split("\n")} if result.evidence else {}),
    }


def _waiver(waiver: Waiver) -> dict[str, str]:
    return {"id": waiver.id, "until": waiver.until.isoformat(), "reason": waiver.reason}


def _commit(folder: Path) -> str | None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=folder, env=environment, capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
