"""A scan of a tree: enumerate, leave out what is known to be clean, judge the rest on all cores."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..progress import watched
from . import enumerate as tree
from . import workers
from .allow import Allow
from .cache import FOLDER, Cache
from .content import is_wide
from .engine import Engine
from .enumerate import Entry
from .finding import Finding
from .globs import matches_any
from .own import is_own_output
from .stats import Stats

#: Text files past this are a hole that the report names; nobody writes them by hand.
MOST_BYTES = 32 * 1024 * 1024
#: Texts pass the gate together up to so many bytes; one alone of this size goes to the engine at once.
BATCH, GATED = 1_000_000, 250_000
#: Fewer files than this aren't worth another process.
WORTH_A_WORKER = 3000


@dataclass(frozen=True, slots=True)
class Scope:
    """What is scanned: the tree below ``root``, or only ``only`` of it; ``quiet`` shows no progress."""

    root: Path
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    cache: bool = True
    jobs: int = 0
    use_git: bool = True
    most_bytes: int = MOST_BYTES
    quiet: bool = True


@dataclass(slots=True)
class Scan:
    """What was found, the exceptions written in the files, and what was seen."""

    findings: list[Finding] = field(default_factory=list)
    allows: list[Allow] = field(default_factory=list)
    stats: Stats = field(default_factory=Stats)
    clean: list[Entry] = field(default_factory=list)

    def add(self, other: Scan) -> None:
        self.findings += other.findings
        self.allows += other.allows
        self.clean += other.clean
        self.stats.add(other.stats)


def scan(engine: Engine, scope: Scope) -> Scan:
    """Scan a tree; the findings are sorted by place."""
    began = time.monotonic()
    result = Scan()
    entries = [e for e in _entries(scope, result.stats) if not _excluded(e, scope, result.stats)]
    tracked_cache = any(entry.path.startswith(FOLDER) for entry in entries)
    cache = Cache(scope.root, engine.key, enabled=scope.cache and not tracked_cache and result.stats.source == "git")
    todo = []
    for entry in entries:
        if cache.clean(entry.path, entry.blob):
            result.stats.cached += 1
            result.stats.files += 1
        else:
            todo.append(entry)
    jobs = scope.jobs or (1 if os.environ.get("PYTEST_XDIST_WORKER") else os.cpu_count() or 1)
    result.add(
        workers.run(engine, scope, todo, jobs)
        if jobs > 1 and len(todo) >= WORTH_A_WORKER
        else judge_all(engine, scope, todo)
    )
    for entry in result.clean:
        cache.remember(entry.path, entry.blob)
    cache.save()
    result.findings.sort()
    result.stats.engine = engine.name
    result.stats.seconds = time.monotonic() - began
    return result


def judge_all(engine: Engine, scope: Scope, entries: Sequence[Entry], share_of: int = 1) -> Scan:
    """Judge files one after the other; the small ones pass a gate together, behind which few remain.

    ``share_of`` processes judge as many each.
    """
    result = Scan()
    named = engine.suspect_paths([entry.path for entry in entries])
    batch: list[tuple[Entry, bytes]] = []
    size = 0
    shown = watched(entries, "scan: file", quiet=scope.quiet, share_of=share_of)
    for number, entry in enumerate(shown):
        result.stats.files += 1
        found = engine.judge_path(entry.path) if number in named else []
        result.findings += found
        raw = tree.read(scope.root, entry.path, scope.most_bytes)
        if found or isinstance(raw, str) or len(raw) >= GATED or is_wide(raw):
            _judge_raw(engine, entry, raw, result, remember=not found)
            continue
        batch.append((entry, raw))
        size += len(raw)
        if size >= BATCH:
            _judge_batch(engine, batch, result)
            batch, size = [], 0
    _judge_batch(engine, batch, result)
    return result


def _judge_batch(engine: Engine, batch: Sequence[tuple[Entry, bytes]], result: Scan) -> None:
    suspects = set(engine.suspects([entry.path for entry, _ in batch], [raw for _, raw in batch]))
    for number, (entry, raw) in enumerate(batch):
        if number in suspects:
            _judge_raw(engine, entry, raw, result, remember=True)
        else:
            result.stats.scanned += 1
            result.stats.bytes += len(raw)
            result.clean.append(entry)


def _judge_raw(engine: Engine, entry: Entry, raw: bytes | str, result: Scan, *, remember: bool) -> None:
    """Judge what was read of a file, or why it wasn't; ``remember`` says that a clean one may be kept as such."""
    stats = result.stats
    if isinstance(raw, str):
        stats.leave_out(raw, engine.shown(entry.path))
        if raw == "binary" and remember:
            result.clean.append(entry)
        return
    judged = engine.judge(entry.path, raw)
    if judged is not None and not judged.clean and entry.untracked and is_own_output(raw):
        stats.leave_out("report")
        return
    if judged is None:
        stats.leave_out("binary")
        if remember:
            result.clean.append(entry)
        return
    stats.scanned += 1
    stats.bytes += len(raw)
    result.findings += judged.findings
    result.allows += judged.allows
    if judged.clean and remember:
        result.clean.append(entry)


def _entries(scope: Scope, stats: Stats) -> Iterable[Entry]:
    if not scope.only:
        return tree.files(scope.root, stats, use_git=scope.use_git)
    stats.source = "arguments"
    found: dict[str, Entry] = {}
    for path in scope.only:
        whole = scope.root / path
        if whole.is_symlink():
            stats.leave_out("symlink")
        elif whole.is_dir():
            inner = Stats()
            for entry in tree.files(whole, inner, use_git=scope.use_git):
                name = os.path.normpath(f"{path}/{entry.path}") if path != "." else entry.path
                found[name] = entry._replace(path=name)
            stats.add(inner)
        else:
            name = os.path.normpath(path)
            found[name] = Entry(name)
    return [found[name] for name in sorted(found)]


def _excluded(entry: Entry, scope: Scope, stats: Stats) -> bool:
    if scope.exclude and matches_any(entry.path, scope.exclude):
        stats.leave_out("excluded")
        return True
    return False
