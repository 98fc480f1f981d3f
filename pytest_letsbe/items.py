"""letsbe.yaml into pytest's tree: a file, a collector for each check, a function item for each case."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from . import waivers
from .failure import SHOWN_WHOLE, render
from .model import Case, CheckFailure, LetsbeError, Noted, NotEvaluated, UsageError, Vacuous
from .runner import Runner
from .session import open_manifest
from .state import STATE, Loaded

#: User properties that tell how an item ended; the others are known before it runs.
_OUTCOME_KEYS = ("letsbe.outcome", "letsbe.message", "letsbe.failed_samples", "letsbe.where", "letsbe.evidence")
#: So many lines of a failure's evidence go into the reports; the terminal shows all of them.
_EVIDENCE_LINES = 12


class LetsbeFile(pytest.File):
    """A package's manifest."""

    def collect(self) -> Iterator[CheckCollector]:
        try:
            loaded = open_manifest(self.config, self.path)
        except UsageError as error:
            if hasattr(self.config, "workerinput"):  # a worker can't end the run: report it as a collection error
                raise self.CollectError(str(error)) from None
            self.config.stash[STATE].errors.append(error)
            return
        for name, runner in loaded.runners.items():
            yield CheckCollector.from_parent(self, name=name, runner=runner, loaded=loaded)


class CheckCollector(pytest.Collector):
    """One check of a manifest."""

    def __init__(self, *, runner: Runner, loaded: Loaded, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.runner = runner
        self.loaded = loaded
        self.add_marker(pytest.mark.letsbe_check(name=self.name))

    def collect(self) -> Iterator[CaseItem]:
        for case in self.runner.cases:
            name = f"{case.invariant}[{case.name}]"
            callobj = _judging(self.runner, case)
            yield CaseItem.from_parent(self, name=name, callobj=callobj, case=case, loaded=self.loaded)


def _judging(runner: Runner, case: Case) -> Callable[[], None]:
    """A plain function: pytest asks each for its signature, and a partial's costs five times as much."""

    def judge() -> None:
        runner.run(case)

    return judge


class CaseItem(pytest.Function):
    """One case; a function item, so that fixtures, -k, --lf, -x, xdist and reruns work on it."""

    def __init__(self, *, case: Case, loaded: Loaded, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.case = case
        self.loaded = loaded
        self.add_marker(pytest.mark.letsbe_invariant(id=case.invariant))
        self.user_properties += [
            ("letsbe.manifest", str(loaded.manifest.path)),
            ("letsbe.check", case.check),
            ("letsbe.invariant", case.invariant),
            ("letsbe.case", case.name),
            ("letsbe.samples", case.samples),
        ]

    @cached_property
    def id(self) -> Any:
        """pytest 9.2 keeps what stands in brackets apart; --lf compares it with the id it reads back from text."""
        own = super().id
        return type(own).parse(str(own))

    def getparent(self, cls: type[Any]) -> Any:
        """A consumer's module-scoped autouse fixture looks for a module: the manifest is ours."""
        return super().getparent(LetsbeFile if cls is pytest.Module else cls)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        where = self.case.location
        line = where.line - 1 if where is not None and where.path == self.loaded.manifest.location.path else 0
        return self.path, line, self.case.id

    def runtest(self) -> None:
        self._record(None)  # a retried item is the same object
        try:
            super().runtest()
        except CheckFailure as failure:
            self._record("failed", failure.sentence, failure.failed_samples, failure)
            self._waive_or_raise("failed", failure)
        except Noted as note:
            self._record("passed", str(note))
            self.add_report_section("call", "note", str(note))
        except NotEvaluated as why:
            self._waive_or_raise("not evaluated", why)
            self._record("not_evaluated", str(why))
            pytest.skip(f"not evaluated: {why}")
        except Vacuous as why:
            self._record("vacuous", str(why))
            pytest.skip(f"vacuous: {why}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Our findings as text; any other exception as pytest shows it."""
        error = excinfo.value
        if isinstance(error, CheckFailure):
            whole = self.config.getoption("verbose") > 0 or self._often() <= SHOWN_WHOLE
            return render(self.case, error, self._rerun(), self._expired(), whole=whole)
        if isinstance(error, LetsbeError):
            return str(error)
        return super().repr_failure(excinfo)

    def _often(self) -> int:
        """The how-manieth finding of its invariant this is."""
        name = f"{self.case.check}::{self.case.invariant}"
        self.loaded.told[name] += 1
        return self.loaded.told[name]

    def _waive_or_raise(self, what: str, error: LetsbeError) -> None:
        waiver = waivers.find(self.loaded.manifest.waivers, self.case.id, date.today())
        if waiver is not None:
            self._record("waived", f"waived until {waiver.until}: {waiver.reason}")
            pytest.xfail(f"{what}, waived until {waiver.until}: {waiver.reason}")
        if what == "failed":
            raise error

    def _expired(self) -> str | None:
        for waiver in self.loaded.manifest.waivers:
            if waiver.covers(self.case.id):
                return f"{waiver.location}: its waiver expired on {waiver.until} ({waiver.reason})"
        return None

    def _record(
        self,
        outcome: str | None,
        message: str = "",
        failed_samples: Sequence[str] = (),
        failure: CheckFailure | None = None,
    ) -> None:
        self.user_properties[:] = [(key, value) for key, value in self.user_properties if key not in _OUTCOME_KEYS]
        if outcome is not None:
            place = (failure and failure.location) or self.case.location
            evidence = "\n".join(failure.evidence[:_EVIDENCE_LINES]) if failure else ""
            facts = (outcome, message, ", ".join(failed_samples), str(place) if failure and place else "", evidence)
            self.user_properties += [(k, v) for k, v in zip(_OUTCOME_KEYS, facts, strict=True) if v]

    def _rerun(self) -> str:
        path = os.path.relpath(self.path, self.config.invocation_params.dir)
        return "pytest -p letsbe " + shlex.quote(f"{path}::{self.case.check}::{self.name}")
