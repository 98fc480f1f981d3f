"""Counts what a JUnit report really holds, testcase by testcase, whichever tool wrote it.

The suites' own ``tests=`` is compared with the testcases and never trusted. Where the tools differ (all of this
was seen in reports they wrote): pytest counts subtests that have no testcase, and writes a retried test twice; jest
leaves a todo out of ``tests=`` and writes it as a plain pass; surefire counts only its last rerun; node:test counts
child suites.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from ..model import CheckFailure
from .counts import Counts
from .text import one_line

_CHUNK = 1 << 16
_MAX_DEPTH = 100
_BAD_STATUS = frozenset({"fail", "failed", "failure", "error", "broken"})
_NOT_RUN = frozenset({"notrun", "disabled", "skipped", "ignored", "pending", "suppressed"})
_BAD = frozenset({"failed", "errors"})


def read_junit(path: Path, shown: str | None = None) -> Counts:
    """Read one report. ``shown`` is how messages name the file.

    Raises:
        CheckFailure: it is missing, empty, cut off, not JUnit, or brings a DTD (entities can swell to any size).
    """
    shown = shown or str(path)
    if path.exists() and not path.is_file():  # reading a pipe could take for ever
        raise CheckFailure(f"{shown} can't be read: it isn't a file")
    reader = _Reader(shown)
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = reader.refuse_dtd
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
    except FileNotFoundError:
        raise CheckFailure(f"{shown} is missing") from None
    except OSError as error:
        raise CheckFailure(f"{shown} can't be read: {error.strerror}") from None
    except expat.ExpatError as error:
        if parser.CurrentByteIndex <= 0 and not path.stat().st_size:
            raise CheckFailure(f"{shown} is empty") from None
        what = expat.ErrorString(error.code)
        raise CheckFailure(f"{shown}:{error.lineno} isn't whole XML ({what}); was it cut off?") from None
    except (LookupError, ValueError) as error:
        raise CheckFailure(f"{shown} has an encoding that can't be read: {one_line(str(error))}") from None
    return reader.counts()


@dataclass(slots=True)
class _Testcase:
    name: str
    key: tuple[str | None, ...]
    status: str
    marks: set[str] = field(default_factory=set)

    def outcome(self) -> str:
        failed = "failure" in self.marks
        if "todo" in self.marks and failed:  # node:test: a todo may fail
            return "xfailed"
        for name, holds in (
            ("failed", failed),
            ("errors", "error" in self.marks),
            ("failed", self.status in _BAD_STATUS),
            ("xfailed", "xfail" in self.marks),
            ("skipped", "skipped" in self.marks or self.status in _NOT_RUN),
        ):
            if holds:
                return name
        return "passed"


@dataclass(slots=True)
class _Suite:
    name: str
    is_root: bool
    declared: dict[str, int]
    children: int = 0  # direct ones: testcases and suites
    direct: list[tuple[_Testcase, str]] = field(default_factory=list)
    below: int = 0  # testcases at any depth
    bad: int = 0  # not-passed ones of them that a tool may call a failure
    extra: int = 0  # attempts and todos that ``tests=`` doesn't count


class _Reader:
    """expat's handlers."""

    def __init__(self, shown: str) -> None:
        self._shown = shown
        self._path: list[str] = []
        self._suites: list[_Suite] = []
        self._case: _Testcase | None = None
        self._tally: dict[str, int] = defaultdict(int)
        self._failing: list[str] = []
        self._retried: list[str] = []
        self._findings: list[str] = []
        self._dialect = ""

    def counts(self) -> Counts:
        tally = self._tally
        return Counts(
            passed=tally["passed"],
            failed=tally["failed"],
            errors=tally["errors"],
            skipped=tally["skipped"],
            xfailed=tally["xfailed"],
            rerun=tally["rerun"],
            failing=tuple(self._failing),
            retried=tuple(self._retried),
            findings=tuple(self._findings),
        )

    def refuse_dtd(self, *_: object) -> None:
        raise CheckFailure(f"{self._shown} brings a DTD; a test report needs none, so it isn't read")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if not self._path and tag not in ("testsuites", "testsuite"):
            raise CheckFailure(f"{self._shown} isn't a JUnit report: its root is <{one_line(tag)}>")
        if len(self._path) >= _MAX_DEPTH:
            raise CheckFailure(f"{self._shown} nests deeper than {_MAX_DEPTH} elements")
        parent = self._path[-1] if self._path else ""
        self._path.append(tag)
        if self._case is not None:
            if parent == "testcase":
                self._mark(self._case, tag, attributes.get("type", ""))
        elif tag in ("testsuites", "testsuite"):
            self._open_suite(tag, attributes)
        elif tag == "testcase":
            self._case = _testcase(attributes)
        elif tag in ("failure", "error") and parent in ("testsuites", "testsuite"):
            suite = self._suites[-1]
            suite.bad += 1
            self._tally["errors" if tag == "error" else "failed"] += 1
            self._failing.append(f"suite {suite.name}")

    def end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        self._path.pop()
        if tag == "testcase" and self._path[-1] in ("testsuites", "testsuite"):
            case, self._case = self._case, None
            if case is not None:
                self._close_case(case)
        elif self._case is None and tag in ("testsuites", "testsuite"):
            self._close_suite(self._suites.pop())

    @staticmethod
    def _mark(case: _Testcase, tag: str, kind: str) -> None:
        if tag in ("failure", "error", "skipped"):
            case.marks.add(tag)
        if tag == "skipped" and kind in ("pytest.xfail", "todo"):
            case.marks.add(kind.removeprefix("pytest."))
        if tag in ("flakyFailure", "flakyError"):
            case.marks.add("flaky")

    def _open_suite(self, tag: str, attributes: dict[str, str]) -> None:
        name = one_line(attributes.get("name", "")) or tag
        if not self._dialect:
            self._dialect = {"pytest tests": "pytest", "pytest": "pytest", "jest tests": "jest"}.get(name, "")
        declared: dict[str, int] = {}
        for key in ("tests", "failures", "errors"):
            if key in attributes:
                if attributes[key].isdecimal():
                    declared[key] = int(attributes[key][:12])
                else:
                    self._findings.append(f"suite {name}: {key} isn't a number")
        if self._suites:
            self._suites[-1].children += 1
        self._suites.append(_Suite(name, tag == "testsuites", declared))

    def _close_case(self, case: _Testcase) -> None:
        outcome = case.outcome()
        suite = self._suites[-1]
        suite.children += 1
        suite.direct.append((case, outcome))
        suite.below += 1
        suite.bad += outcome in _BAD or outcome == "xfailed"
        self._tally[outcome] += 1
        if outcome in _BAD:
            self._failing.append(case.name)
        if "flaky" in case.marks:
            self._note_retry(case.name, 1)

    def _note_retry(self, name: str, attempts: int) -> None:
        self._retried.append(name)
        self._tally["rerun"] += attempts

    def _close_suite(self, suite: _Suite) -> None:
        self._find_retries(suite)
        tests = suite.declared.get("tests")
        held = {suite.below, suite.below - suite.extra, suite.children}
        if tests is not None and tests not in held:
            self._explain(suite, tests)
        promised = suite.declared.get("failures", 0) + suite.declared.get("errors", 0)
        if promised > 0 and not suite.bad:
            self._findings.append(f"suite {suite.name} declares {promised} failed and shows none")
        if self._suites:
            parent = self._suites[-1]
            parent.below += suite.below
            parent.bad += suite.bad
            parent.extra += suite.extra

    def _explain(self, suite: _Suite, tests: int) -> None:
        surplus = suite.below - suite.extra - tests
        if surplus > 0 and self._dialect == "jest":
            todo = min(surplus, sum(outcome == "passed" for _, outcome in suite.direct))
            self._tally["passed"] -= todo
            self._tally["skipped"] += todo
            suite.extra += todo
            surplus -= todo
        if surplus and not (surplus < 0 and self._dialect == "pytest"):  # pytest counts subtests too
            self._findings.append(f"suite {suite.name} declares {tests} tests and holds {suite.below}")

    def _find_retries(self, suite: _Suite) -> None:
        """A name twice in one suite is a retry, unless ``tests=`` counts both (``it.each`` under one name)."""
        groups: dict[tuple[str | None, ...], list[tuple[_Testcase, str]]] = defaultdict(list)
        for case, outcome in suite.direct:
            groups[case.key].append((case, outcome))
        tests = suite.declared.get("tests")
        counted = suite.is_root if tests is None else self._dialect != "pytest" and tests >= len(suite.direct)
        for group in groups.values():
            bad = sum(outcome in _BAD for _, outcome in group)
            if len(group) == 1 or (counted and not bad):
                continue
            if bad < len(group):
                self._note_retry(group[0][0].name, len(group) - 1)
            if not counted:  # pytest also writes a failed test twice when its teardown breaks
                suite.extra += len(group) - 1


def _testcase(attributes: dict[str, str]) -> _Testcase:
    name, owner = attributes.get("name", "").strip(), attributes.get("classname", "").strip()
    told = name if not owner or name.startswith(owner) else f"{owner}::{name}"
    words = (attributes.get("status", "").lower(), attributes.get("result", "").lower())
    status = next((word for word in words if word in _BAD_STATUS | _NOT_RUN), "")
    key = tuple(attributes.get(part) for part in ("name", "classname", "file", "line"))
    return _Testcase(one_line(told) or "(a testcase without a name)", key, status)
