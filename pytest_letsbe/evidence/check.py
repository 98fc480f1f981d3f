"""The check of a matrix cell that no suite of ours proves: an outside tool ran, ran something, and nothing failed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from ..globbing import matching
from ..model import Case, CheckFailure, Invariant, Location, Spec, Vacuous
from ..targets.base import Target
from .counts import Counts
from .json_reports import read_sarif, read_vitest
from .junit import read_junit
from .run import Ran, run_command
from .tap import read_tap
from .text import one_line

#: Key of the manifest -> how its report is counted.
_READERS: Mapping[str, Callable[[Path, str], Counts]] = {
    "junit": read_junit,
    "tap": read_tap,
    "vitest": read_vitest,
    "sarif": read_sarif,
}
_SHOWN = 5
_GLOB = frozenset("*?[")
_CLOCK_SLACK = 2.0  # a file system may stamp a file a little before our clock
#: Manifests and checks whose command is running now, so that a command that runs pytest can't come back to itself.
_RUNNING = "LETSBE_EVIDENCE_RUNNING"

_INVARIANT = Invariant(
    "evidence",
    "The outside tool ran, ran something, and nothing failed.",
    "bats, vitest -t, node:test and --passWithNoTests exit 0 with nothing tested",
)


class EvidenceOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What proves a check without a suite of ours: ``run``, a report, or both. ``run`` alone is weak: an exit code."""

    run: Annotated[str | list[str] | None, Meta(description="command of the tests: a shell line, or an argv")] = None
    junit: Annotated[
        str | None,
        Meta(description="JUnit report to judge, or a glob of them; with `run`, this run must have written it"),
    ] = None
    tap: Annotated[str | None, Meta(description="TAP report (12 to 14), or a glob of them")] = None
    vitest: Annotated[str | None, Meta(description="JSON report of vitest or jest, or a glob of them")] = None
    sarif: Annotated[
        str | None,
        Meta(description="SARIF 2.1.0 log, or a glob: its artifacts are the tests, errors and warnings fail"),
    ] = None
    timeout: Annotated[float, Meta(gt=0, le=86400, description="seconds that `run` may take")] = 900.0
    min_passed: Annotated[int, Meta(ge=1, description="at least so many tests must have passed in the report")] = 1
    allow_skipped: Annotated[
        bool | Annotated[int, Meta(ge=0)],
        Meta(description="how many tests in the report may be skipped or expected to fail"),
    ] = True

    def __post_init__(self) -> None:
        reports = [name for name in _READERS if getattr(self, name) is not None]
        for name in ("run", *reports):
            value = getattr(self, name)
            if value is not None and (not value or not value[0].strip()):
                raise ValueError(f"`{name}` is empty")
        if self.run is None and not reports:
            raise ValueError("evidence needs `run` (a command), a report (`junit`, `tap`, `vitest`, `sarif`), or both")
        if len(reports) > 1:
            raise ValueError(f"one report proves a check, not {' and '.join(f'`{name}`' for name in reports)}")

    @property
    def format(self) -> str | None:
        """The format of the report, if there is one."""
        return next((name for name in _READERS if getattr(self, name) is not None), None)

    @property
    def report(self) -> str | None:
        """The report's path or glob."""
        return getattr(self, self.format) if self.format else None


@dataclass(frozen=True, slots=True)
class _Source:
    options: EvidenceOptions
    root: Path
    location: Location


@dataclass(frozen=True)
class EvidenceCheck:
    """One item: ``unit::evidence[junit]`` (or the report's other format), ``unit::evidence[run]`` where there is none.

    The command and its report are one item, so that ``-k``, ``--lf`` and xdist never run the command twice, nor judge
    the report without it.
    """

    name: str
    role: ClassVar[None] = None
    options: ClassVar[type[EvidenceOptions]] = EvidenceOptions
    invariants: ClassVar[tuple[Invariant, ...]] = (_INVARIANT,)
    preconditions: ClassVar[frozenset[str]] = frozenset()

    def cases(self, spec: Spec) -> list[Case]:
        options: EvidenceOptions = spec.options
        return [
            Case(
                spec.check,
                _INVARIANT.id,
                options.format or "run",
                spec.location,
                data=_Source(options, spec.root, spec.location),
            )
        ]

    def run(self, case: Case, target: Target | None = None) -> None:
        """Raises:
        CheckFailure: a test failed or was retried, the command failed, or its report is missing, stale or unreadable.
        Vacuous: nothing passed and nothing failed.
        """
        source: _Source = case.data
        options = source.options
        before = _signatures(source)
        started = time.time()
        ran = None if options.run is None else _run(case, source)
        if options.report is None:
            if ran is not None and ran.code != 0:
                raise CheckFailure(_ended(options, ran), evidence=ran.tail)
            return
        try:
            counts = _read(source, before, started)
        except CheckFailure as unread:
            if ran is None or ran.code == 0:
                raise
            raise CheckFailure(f"{_ended(options, ran)}; {unread.sentence}", evidence=ran.tail) from None
        if ran is not None and ran.code != 0:
            evidence = (*_named("failing", counts.failing), *ran.tail)
            raise CheckFailure(f"{_ended(options, ran)}; {options.report}: {counts}", evidence=evidence)
        _judge(options, counts)


def _judge(options: EvidenceOptions, counts: Counts) -> None:
    where = f"{options.report}: {counts}"
    if counts.failed or counts.errors:
        raise CheckFailure(where, evidence=_named("failing", counts.failing))
    if counts.rerun:
        raise CheckFailure(f"{where}: green only after a retry", evidence=_named("retried", counts.retried))
    if counts.findings:
        raise CheckFailure(f"{where}: the report contradicts itself", evidence=_named("", counts.findings))
    if not counts.passed:
        why = "nothing passed" if counts.total else "it holds no testcase"
        raise Vacuous(f"{where}: {why}, so nothing is proven")
    if counts.passed < options.min_passed:
        raise CheckFailure(f"{where}, but at least {options.min_passed} must pass (min_passed)")
    idle = counts.skipped + counts.xfailed
    allowed = idle if options.allow_skipped is True else int(options.allow_skipped)
    if idle > allowed:
        raise CheckFailure(f"{where}, but at most {allowed} may be skipped or expected to fail (allow_skipped)")


def _named(label: str, names: tuple[str, ...]) -> tuple[str, ...]:
    head = f"{label}: " if label else ""
    names = tuple(dict.fromkeys(names))
    more = len(names) - _SHOWN
    return (*(f"{head}{name}" for name in names[:_SHOWN]), *((f"+{more} more",) if more > 0 else ()))


def _ended(options: EvidenceOptions, ran: Ran) -> str:
    command = _command(options)
    if ran.code is None:
        return f"`{command}` didn't end within {options.timeout:g} seconds"
    if ran.code < 0:
        return f"`{command}` was ended by signal {-ran.code}"
    return f"`{command}` exited with {ran.code}"


def _command(options: EvidenceOptions) -> str:
    command = options.run or ""
    return one_line(command if isinstance(command, str) else " ".join(command))


def _run(case: Case, source: _Source) -> Ran:
    key = f"{source.root.resolve()}::{case.check}"
    running = os.environ.get(_RUNNING, "").splitlines()
    command = _command(source.options)
    if key in running:
        raise CheckFailure(f"`{command}` comes back to this check: let it run the tests without `-p letsbe`")
    ours = ("PYTEST_XDIST_", "PYTEST_CURRENT_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    env.setdefault("CI", "true")  # vitest and jest refuse `.only` and watch mode under it
    if sys.prefix != sys.base_prefix:  # as in an activated venv: `python3 -m pytest` means the pytest that runs us
        env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', os.defpath)}"
    env[_RUNNING] = "\n".join([*running, key])
    try:
        return run_command(source.options.run or "", cwd=source.root, timeout=source.options.timeout, env=env)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise CheckFailure(f"`{command}` can't be started: {why}") from None


def _paths(source: _Source) -> Iterator[Path]:
    report = source.options.report
    if report is None:
        return
    if _GLOB.isdisjoint(report):
        yield source.root / report
        return
    yield from matching(source.root, report, option="report", location=source.location)


def _signatures(source: _Source) -> dict[Path, tuple[int, ...] | None]:
    return {path: _signature(path) for path in _paths(source)}


def _signature(path: Path) -> tuple[int, ...] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _read(source: _Source, before: dict[Path, tuple[int, ...] | None], started: float) -> Counts:
    """Count the reports, each of which this run must have written if there was a run."""
    paths = list(_paths(source))
    run = source.options.run
    if not any(path.exists() for path in paths):
        mend = "the command didn't write it" if run else "run the tests before, or tell the command in `run:`"
        raise CheckFailure(f"{source.options.report} is missing: {mend}")
    parts = []
    for path in paths:
        shown = os.path.relpath(path, source.root)
        signature = _signature(path)
        if run and signature and (signature == before.get(path) or signature[0] / 1e9 < started - _CLOCK_SLACK):
            raise CheckFailure(f"{shown} was not written by this run: it is from an earlier one")
        parts.append(_READERS[source.options.format or "junit"](path, shown))
    return sum(parts, Counts())
