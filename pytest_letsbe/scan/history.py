"""A range of commits: every blob that they added or changed, judged once, named by the commit that brought it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from ..model import UsageError
from .engine import Engine
from .tree import MOST_BYTES, Scan

_RANGE = re.compile(r"(?!-)[\w./@{}^~:-]+\Z")
#: Blobs asked of git at once.
_BATCH = 100


def scan_history(engine: Engine, root: Path, commits: str) -> Scan:
    """Judge the blobs of a range such as ``origin/main..HEAD``.

    Raises:
        UsageError: git doesn't know the range (a shallow clone?).
    """
    if not _RANGE.match(commits):
        raise UsageError(f"history: {commits!r} is no range of commits, such as origin/main..HEAD")
    result = Scan()
    seen: set[str] = set()
    wanted: list[tuple[str, str, str]] = []
    for commit, blob, path in _changes(root, commits, result):
        if blob not in seen:
            seen.add(blob)
            wanted.append((commit, blob, path))
    for (commit, _, path), raw in zip(wanted, _blobs(root, [blob for _, blob, _ in wanted]), strict=True):
        shown = f"{commit[:12]}:{engine.shown(path)}"
        if raw is None:
            result.stats.leave_out("huge", shown)
            continue
        judged = engine.judge(path, raw, shown=shown)
        result.stats.files += 1
        if judged is None:
            result.stats.leave_out("binary")
            continue
        result.stats.scanned += 1
        result.stats.bytes += len(raw)
        result.findings += judged.findings  # an exception of today's tree can't be asked of yesterday's
    result.findings.sort()
    return result


def _changes(root: Path, commits: str, result: Scan) -> Iterator[tuple[str, str, str]]:
    command = [
        "log",
        "--format=%x00%x00%H",
        "--raw",
        "-z",
        "--no-abbrev",
        "--no-renames",
        "-m",
        "--root",
        "--relative",
        commits,
        "--",
    ]
    ran = _git(root, *command)
    if ran.returncode != 0:
        why = ran.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(
            f"history: git doesn't know {commits!r} ({why[0] if why else 'git failed'}); a shallow clone needs"
            " fetch-depth: 0"
        )
    commit, fields = "", iter(ran.stdout.split(b"\0"))
    for item in fields:
        text = item.strip(b"\n")
        if re.fullmatch(rb"[0-9a-f]{40,64}", text):
            if text.decode() != commit:
                commit = text.decode()
                result.stats.commits += 1
        elif text.startswith(b":"):
            _, mode, _, blob, status = text.decode("ascii").split(" ")
            path = os.fsdecode(next(fields, b""))
            if status != "D" and mode not in ("160000", "120000") and blob.strip("0"):
                yield commit, blob, path


def _blobs(root: Path, blobs: list[str]) -> Iterator[bytes | None]:
    """Contents in the order asked for; None for one that is too large to be read."""
    if not blobs:
        return
    sizes = _git(root, "cat-file", "--batch-check=%(objectsize)", input="\n".join(blobs).encode()).stdout.split()
    small = {blob for blob, size in zip(blobs, sizes, strict=True) if int(size) <= MOST_BYTES}
    for place in range(0, len(blobs), _BATCH):
        batch = blobs[place : place + _BATCH]
        asked = "\n".join(blob for blob in batch if blob in small)
        contents = _parted(_git(root, "cat-file", "--batch", input=asked.encode()).stdout) if asked else iter(())
        for blob in batch:
            yield next(contents, None) if blob in small else None


def _parted(output: bytes) -> Iterator[bytes]:
    """``<id> blob <size>``, a line end, the content, a line end, and so on."""
    place = 0
    while place < len(output):
        end = output.index(b"\n", place)
        size = int(output[place:end].rpartition(b" ")[2])
        yield output[end + 1 : end + 1 + size]
        place = end + size + 2


def _git(root: Path, *arguments: str, input: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", "-C", os.fspath(root), *arguments], capture_output=True, check=False, input=input)
    except OSError as error:
        raise UsageError(f"history: git can't be started: {error.strerror}") from None
