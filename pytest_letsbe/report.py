"""The end of a run: outcomes gathered, the terminal matrix, the JSON report, exit code 10."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .failure import Shown
from .state import STATE, Loaded

if TYPE_CHECKING:
    from .matrix import CaseResult, Row

#: Where a worker of pytest-xdist leaves what it met for the controller.
KEY = "letsbe"

#: pytest took 0 to 6; the matrix has its own.
EXIT_NOT_SATISFIED = 10


class Reporter:
    """Listens to every test report; silent in a session that met no letsbe.yaml.

    ``collected`` are the manifests of this session, ``deselected`` the node ids of Python tests with
    ``letsbe_check`` that were left out.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.collected: set[Path] = set()
        self.deselected: dict[str, CaseResult] = {}
        self._results: dict[str, dict[str, CaseResult]] = {}
        self._rows: dict[Path, tuple[bool, list[Row]]] = {}
        self._written: list[str] = []
        self._unwritten: str | None = None
        self._exit: int = pytest.ExitCode.OK

    # -- gathering

    def pytest_deselected(self, items: Iterable[pytest.Item]) -> None:
        for item in items:
            check = None if hasattr(item, "case") else _named(item, "letsbe_check", "name")
            if check is not None:
                invariant = _named(item, "letsbe_invariant", "id") or item.name
                self.deselected[item.nodeid] = left_out(item.nodeid, check, invariant, item.name)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Python tests marked ``letsbe_check`` carry their check to the report, as YAML items do."""
        for item in items:
            check = None if hasattr(item, "case") else _named(item, "letsbe_check", "name")
            if check is not None:
                item.user_properties += [
                    ("letsbe.check", check),
                    ("letsbe.invariant", _named(item, "letsbe_invariant", "id") or item.name),
                    ("letsbe.case", item.name),
                    ("letsbe.samples", 1),
                ]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        facts = dict(report.user_properties)
        if "letsbe.check" not in facts:
            return
        if isinstance(report.longrepr, str):  # here, since a worker of pytest-xdist sends it as text
            report.longrepr = Shown(report.longrepr)  # type: ignore[assignment]
        results = self._results.setdefault(str(facts.get("letsbe.manifest", "")), {})
        result = _result(report, facts, results.get(report.nodeid))
        if result is not None:
            results[report.nodeid] = result

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._exit = session.exitstatus
        state = self.config.stash[STATE]
        self.collected |= state.manifests.keys()
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput[KEY] = {
                "manifests": sorted(map(str, self.collected)),
                "deselected": [[r.id, r.check, r.invariant, r.case] for r in self.deselected.values()],
            }
            return
        if self.config.option.collectonly or not self.collected or state.errors:
            return
        if session.exitstatus in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR):
            return
        for path in sorted(self.collected):
            self._rows[path] = self._judge(state.manifests[path])
        self._write_report()
        if self._unwritten:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        if session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            from .matrix import satisfied

            if any(complete and not satisfied(rows) for complete, rows in self._rows.values()):
                session.exitstatus = EXIT_NOT_SATISFIED

    def _judge(self, loaded: Loaded) -> tuple[bool, list[Row]]:
        from .matrix import judge

        results = self._case_results(loaded)
        complete = all(result.outcome != "deselected" for result in results)
        return complete, judge(loaded.manifest, results, date.today())

    def _case_results(self, loaded: Loaded) -> list[CaseResult]:
        """Every case of a manifest, those that didn't run as ``deselected``, and the marked Python tests."""
        ran = {(r.check, r.invariant, r.case): r for r in self._results.get(str(loaded.manifest.path), {}).values()}
        cases = [
            ran.get((c.check, c.invariant, c.name))
            or left_out(f"{loaded.manifest.path.name}::{c.id}", c.check, c.invariant, c.name)
            for c in loaded.cases()
        ]
        marked = self._results.get("", {})
        return [*cases, *marked.values(), *(r for r in self.deselected.values() if r.id not in marked)]

    # -- showing

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> Iterator[None]:
        """Below everything else: thousands of lines of a failed run mustn't push the verdict away."""
        yield
        self._show(terminalreporter)

    def _show(self, terminalreporter: Any) -> None:
        if self._rows:
            from .terminal import write_matrices

            manifests = self.config.stash[STATE].manifests
            write_matrices(terminalreporter, [(manifests[path].manifest, *self._rows[path]) for path in self._rows])
            if len(self._written) > 1:
                terminalreporter.write_line(f"one report of each package: {', '.join(self._written)}")
            if self._unwritten:
                terminalreporter.write_line(f"letsbe: {self._unwritten}", red=True)
        elif self.config.option.collectonly:
            if self.collected:
                from .terminal import NOT_ENFORCED

                terminalreporter.write_line(NOT_ENFORCED, yellow=True)
        elif self.config.getoption("letsbe_report"):
            terminalreporter.write_line("letsbe: no report was written: no letsbe.yaml was collected", red=True)
        elif self._exit == pytest.ExitCode.NO_TESTS_COLLECTED and not self.collected:
            here = self.config.invocation_params.dir
            terminalreporter.write_line(f"letsbe: no letsbe.yaml in {here}: `letsbe init` writes one")

    def _write_report(self) -> None:
        target = self.config.getoption("letsbe_report")
        if not target:
            return
        paths = sorted(self._rows)
        manifests = [self.config.stash[STATE].manifests[path].manifest for path in paths]
        packages = [manifest.package for manifest in manifests]
        if twice := sorted({str(m.location.path) for m in manifests if packages.count(m.package) > 1}):
            self._unwritten = f"no report was written: {' and '.join(twice)} name the same package; run one at a time"
            return
        for path in paths:
            # A report speaks of one package; a run over several writes report.<package>.json beside each other.
            package = self.config.stash[STATE].manifests[path].manifest.package
            file = Path(target) if len(paths) == 1 else Path(target).with_suffix(f".{package}{Path(target).suffix}")
            whole = self.config.invocation_params.dir / file
            try:
                whole.parent.mkdir(parents=True, exist_ok=True)
                whole.write_text(json.dumps(self._report(path), indent=1, ensure_ascii=True) + "\n", encoding="utf-8")
            except OSError as error:
                self._unwritten = f"the report {file} can't be written: {error.strerror or error}"
            self._written.append(str(file))

    def _report(self, path: Path) -> dict[str, Any]:
        from .report_json import document

        loaded = self.config.stash[STATE].manifests[path]
        complete, rows = self._rows[path]
        argv = [str(argument) for argument in self.config.invocation_params.args]
        results = self._case_results(loaded)
        return document(loaded.manifest, rows, results, complete=complete, shard=_shard(self.config), argv=argv)


def left_out(id: str, check: str, invariant: str, case: str) -> CaseResult:
    """A case that was collected and didn't run."""
    from .matrix import CaseResult

    return CaseResult(id, check, invariant, case, "deselected")


def _result(report: pytest.TestReport, facts: dict[str, Any], before: CaseResult | None) -> CaseResult | None:
    """The case's result once its last phase that matters has reported; None while there is nothing to say."""
    from .matrix import CaseResult

    if report.when != "call" and report.outcome == "passed":
        return None
    outcome = str(facts.get("letsbe.outcome") or report.outcome)
    if report.when == "teardown" or (report.when == "setup" and report.outcome == "failed") or outcome == "rerun":
        outcome = "failed"
    elif "letsbe.outcome" not in facts and hasattr(report, "wasxfail"):
        outcome = "skipped" if report.outcome == "skipped" else "failed"
    message = str(facts.get("letsbe.message") or "")
    if not message and outcome in ("failed", "skipped"):
        message = _first_line(report)
    failed = str(facts.get("letsbe.failed_samples") or "")
    check, invariant, case = (str(facts[f"letsbe.{key}"]) for key in ("check", "invariant", "case"))
    yaml_id = f"letsbe.yaml::{check}::{invariant}[{case}]"
    return CaseResult(
        id=yaml_id if "letsbe.manifest" in facts else report.nodeid,
        check=check,
        invariant=invariant,
        case=case,
        outcome=outcome,
        message=message,
        samples=int(facts.get("letsbe.samples") or 1),
        failed_samples=tuple(failed.split(", ")) if failed and outcome == "failed" else (),
        seconds=round(report.duration, 4),
        retried=before is not None and before.outcome == "failed" and outcome != "failed",
        where=str(facts.get("letsbe.where") or ""),
        evidence=str(facts.get("letsbe.evidence") or ""),
    )


def _named(item: pytest.Item, marker: str, argument: str) -> str | None:
    """The one argument of a marker, given by position or by name."""
    mark = item.get_closest_marker(marker)
    if mark is None:
        return None
    return str(mark.args[0]) if mark.args else str(mark.kwargs.get(argument))


def _first_line(report: pytest.TestReport) -> str:
    longrepr = report.longrepr
    text = str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr or "")
    return text.strip().splitlines()[-1 if "Traceback" in text else 0][:300] if text.strip() else ""


def _shard(config: pytest.Config) -> list[int] | None:
    """``[i, n]`` of pytest-split (1-based already) or pytest-shard (0-based)."""
    splits, group = config.getoption("splits", None), config.getoption("group", None)
    if splits and group:
        return [int(group), int(splits)]
    shards, index = config.getoption("num_shards", None), config.getoption("shard_id", None)
    if shards and int(shards) > 1 and index is not None:
        return [int(index) + 1, int(shards)]
    return None
