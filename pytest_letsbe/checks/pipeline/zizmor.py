"""zizmor as an adapter: its findings of high severity, one run for all workflows, none where it isn't asked for."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...model import CheckFailure, Location
from .finding import Finding
from .repo import Repo
from .workflows import mapping

SECONDS = 60.0
MEND = "pip install 'pytest-letsbe[pipeline]'"
#: Said better by a rule of ours, or true of every Gitea server: all runners are self-hosted, environments do nothing.
_LEFT_OUT = frozenset(
    {"unpinned-uses", "unpinned-images", "self-hosted-runner", "secrets-outside-env", "dangerous-triggers"}
)


def executable() -> str | None:
    """The ``zizmor`` of this environment, else of the path."""
    beside = Path(sys.executable).parent / "zizmor"
    return str(beside) if beside.is_file() else shutil.which("zizmor")


def findings(repo: Repo) -> Iterator[Finding]:
    """Its findings.

    Raises:
        CheckFailure: it is asked for and isn't installed, or didn't do its work.
    """
    files = [workflow.path for workflow in repo.every]
    if not files:
        return
    found = executable()
    if found is None:
        raise CheckFailure(f"zizmor is asked for and isn't installed: {MEND}")
    # Files are named one by one: given a folder it looks into .github/workflows alone (zizmor 1.32).
    command = [
        found,
        "--offline",
        "--no-config",
        "--format=json",
        "--no-exit-codes",
        "--min-severity=high",
        "--",
        *files,
    ]
    try:
        ran = subprocess.run(
            command, cwd=repo.root, capture_output=True, check=False, timeout=SECONDS, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CheckFailure(f"zizmor didn't run: {type(error).__name__}") from None
    try:
        rows = json.loads(ran.stdout)
    except ValueError:
        tail = ran.stderr.decode("utf-8", "replace").strip().splitlines()[-3:]
        raise CheckFailure(f"zizmor ended with {ran.returncode} and no result", evidence=tail) from None
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and row.get("ident") not in _LEFT_OUT and not row.get("ignored"):
            yield _finding(row)


def _finding(row: dict[str, Any]) -> Finding:
    spots = [spot for spot in row.get("locations") or [] if isinstance(spot, dict)]
    spot = next((s for s in spots if mapping(s.get("symbolic")).get("kind") == "Primary"), spots[0] if spots else {})
    symbolic = mapping(spot.get("symbolic"))
    key = mapping(mapping(symbolic.get("key")).get("Local"))
    point = mapping(mapping(mapping(spot.get("concrete")).get("location")).get("start_point"))
    path = str(key.get("verbatim_path") or key.get("given_path") or "").removeprefix("./")
    where = Location(path, int(point.get("row", 0)) + 1, int(point.get("column", 0)) + 1)
    return Finding(where, f"zizmor {row.get('ident')}: {row.get('desc')}", str(row.get("url") or ""))
