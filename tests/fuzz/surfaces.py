"""Each surface as one function of bytes that must return, or raise an error that we raise on purpose, in good time."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from pytest_letsbe import corpora, manifest
from pytest_letsbe.checks import Checks
from pytest_letsbe.data import data_dir
from pytest_letsbe.merge import load_report, merge, to_junit, to_markdown
from pytest_letsbe.merge.page import to_html
from pytest_letsbe.merge.sarif import to_sarif
from pytest_letsbe.metrics import Store, measure
from pytest_letsbe.metrics.events import load as load_events
from pytest_letsbe.metrics.page import to_html as to_metrics_page
from pytest_letsbe.metrics.pulls import recorded
from pytest_letsbe.metrics.twin import to_json
from pytest_letsbe.model import LetsbeError, UsageError
from pytest_letsbe.scan import rows as scan_rows
from pytest_letsbe.targets.replies import ReplyError, parse_json, parse_reply, read_hello

CHECKS = Checks()
#: Where a surface puts the bytes; one process, one folder, in memory where there is one: sqlite waits for the disk.
_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
_TEMPORARY = tempfile.TemporaryDirectory(prefix="letsbe-fuzz-", dir=_MEMORY)
FOLDER = Path(_TEMPORARY.name)


def manifest_surface(data: bytes) -> None:
    """A letsbe.yaml, and the cases of every check in it."""
    path = FOLDER / "letsbe.yaml"
    path.write_bytes(data)
    loaded = manifest.load(path, CHECKS)
    for name, entry in loaded.checks.items():
        if name in SAFE:  # the others start programs or read the whole checkout
            entry.check.cases(entry.spec)


#: Checks whose cases are made at once and of the manifest alone; redaction has its own surface, corpora.
SAFE = ("pricing", "onboarding")
_NUMBERS = itertools.count()
_SECTIONS = ("kinds", "texts", "carriers", "rules")


def corpora_surface(data: bytes) -> None:
    """A corpus file: the strict YAML, its rows, and the rules of the scanner made of them."""
    # A name of its own for each: the redaction check reads a file once in a process.
    path = FOLDER / f"extra-{next(_NUMBERS)}.yaml"
    path.write_bytes(data)
    try:
        _read_corpus(path)
    finally:
        path.unlink()


def _read_corpus(path: Path) -> None:
    errors: list[UsageError] = []
    readers: list[Callable[[], object]] = [
        lambda: corpora.read(path, _SECTIONS, shown_as=path.name),
        lambda: scan_rows.read(path, "secrets", trusted=False),
        lambda: scan_rows.read(path, "references", trusted=False),
        lambda: CHECKS["redaction"].cases(_redaction(path.name)),
    ]
    for read in readers:
        try:
            read()
        except UsageError as error:
            errors.append(error)
    if len(errors) == len(readers):
        raise errors[0]


def _redaction(name: str) -> object:
    import msgspec

    from pytest_letsbe.model import Location, Spec

    options = msgspec.convert({"corpus": ["pii"], "extra": [name]}, CHECKS["redaction"].options)
    return Spec("redaction", options, FOLDER, Location("letsbe.yaml"))


def protocol_surface(data: bytes) -> None:
    """A line that a target replied with."""
    try:
        found = parse_json(data)
        if isinstance(found, dict):
            try:
                read_hello(found, "target")
            except ValueError as error:
                assert str(error).startswith("answered hello with")
        parse_reply(data)
    except ReplyError as error:
        assert error.what
        assert len(error.evidence) < 2000
        raise


def reports_surface(data: bytes) -> None:
    """A report: merged, shown in all forms, and kept in a store of metrics; or a file of events, or of pulls."""
    path = FOLDER / "report.json"
    path.write_bytes(data)
    errors: list[LetsbeError] = []
    store = FOLDER / "store.db"
    store.unlink(missing_ok=True)
    (FOLDER / "pulls.json").write_bytes(data)
    with Store(store, create=True) as kept:
        for keep in (
            lambda: _merged(path, kept),
            lambda: kept.add(events=load_events(path)),
            lambda: kept.add(pulls=recorded(FOLDER, None)),
        ):
            try:
                keep()
            except LetsbeError as error:
                errors.append(error)
        shown = measure(kept)
        to_metrics_page(shown)
        json.loads(to_json(shown))
    if len(errors) == 3:
        raise errors[0]


def _merged(path: Path, store: Store) -> None:
    from datetime import date

    report = load_report(path)
    merged = merge([report, report])
    for show in (to_markdown, to_junit, to_sarif):
        show(merged)
    to_html(merged, today=date(2026, 11, 25))
    json.loads(merged.to_json())
    store.add(getattr(report, "reports", None) or [report])


SURFACES: dict[str, Callable[[bytes], None]] = {
    "manifest": manifest_surface,
    "corpora": corpora_surface,
    "protocol": protocol_surface,
    "reports": reports_surface,
}


def seeds(name: str) -> list[bytes]:
    """What the mutations begin with: files of the project that are right."""
    examples = Path(__file__).parent.parent.parent / "examples"
    if name == "manifest":
        return [file.read_bytes() for file in sorted(examples.glob("*/letsbe.yaml"))]
    if name == "corpora":
        folders = [data_dir("corpora") / check for check in ("redaction", "references", "secrets")]
        return [_beginning(file.read_bytes()) for folder in folders for file in sorted(folder.glob("*.yaml"))]
    if name == "protocol":
        lines = [
            {"id": 7, "output": {"text": "x"}},
            {"id": 1, "unsupported": "why"},
            {"id": 2**53, "error": "what"},
            {"name": "n", "version": "1", "ops": ["redact"]},
        ]
        return [json.dumps(line).encode() for line in lines]
    case = {
        "id": "letsbe.yaml::redaction::no-leak[a]", "check": "redaction", "invariant": "no-leak", "case": "a",
        "outcome": "failed", "message": "m", "samples": 3, "failed_samples": ["x"], "seconds": 0.1, "retried": True,
        "where": "a.yaml:3:1", "evidence": ["sent", "got"],
    }  # fmt: skip
    report = {
        "schema": "letsbe-report/1", "package": "hub", "commit": "c0ffee", "finished": "2026-11-25T10:00:00Z",
        "complete": True, "shard": [1, 2], "argv": ["--letsbe-profile", "pr"],
        "checks": {"redaction": {"status": "failed", "required": True, "counts": {"failed": 1}, "reasons": ["r"]}},
        "cases": [case], "waivers": [{"id": "redaction", "until": "2027-01-01", "reason": "r"}],
    }  # fmt: skip
    bundle = {"schema": "letsbe-merge/1", "reports": [report]}
    pull = {
        "number": 1, "created_at": "2026-11-24T10:00:00Z", "merged_at": "2026-11-25T10:00:00+01:00",
        "base": {"repo": {"full_name": "a/b"}}, "merge_commit_sha": "c0ffee",
    }  # fmt: skip
    rollback = {
        "event": "rollback", "id": "r", "deploy": "d", "crossed": "2026-11-25T10:00:00Z", "at": "2026-11-25T10:09:00Z",
    }  # fmt: skip
    deploy = {"event": "deploy", "id": "d", "at": "2026-11-25T09:00:00Z", "package": "hub"}
    abort = {"event": "canary-abort", "id": "d", "at": "2026-11-25T09:00:00Z", "region": "eu"}
    whole = [report, bundle, [pull], pull]
    lines = b"\n".join(json.dumps(event).encode() for event in (deploy, rollback, abort))
    return [*(json.dumps(one).encode() for one in whole), lines]


def _beginning(data: bytes) -> bytes:
    """The first rows of a long file."""
    return data if len(data) < 4000 else data[: data.rindex(b"\n  - ", 0, 4000) + 1]


#: What we raise on purpose.
MEANT = (LetsbeError, ReplyError)
