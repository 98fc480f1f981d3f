"""A miniature check and a project to run it in: the seam is tested without any real suite."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

# A run that ends before it is configured leaves nothing to `Imported`; libyaml's C half can't be imported twice.
import pytest_letsbe.checks.redaction.check
import pytest_letsbe.strict_yaml  # noqa: F401

pytest_plugins = ("pytester",)

#: A check whose cases do what they are called: `coin: {cases: [heads, tails/fails]}`.
MINIATURE = """
from msgspec import Struct
from pytest_letsbe.model import Case, CheckFailure, Invariant, Location, NotEvaluated, Vacuous


class CoinOptions(Struct, forbid_unknown_fields=True):
    cases: list[str] = []
    target: str | None = None


class Coin:
    name = "coin"
    role = None
    options = CoinOptions
    invariants = (Invariant("liveness", "The coin is there."), Invariant("lands", "The coin lands."))
    preconditions = frozenset({"liveness"})

    def cases(self, spec):
        return [
            Case("coin", "liveness" if name.startswith("live") else "lands", name, spec.location,
                 0 if "empty" in name else 3, data=spec.root)
            for name in sorted(spec.options.cases)
        ]

    def run(self, case, target):
        if "flaky" in case.name and not (case.data / "seen").exists():
            (case.data / "seen").touch()
            raise CheckFailure("the coin stood on its edge")
        if "fails" in case.name:
            raise CheckFailure("the coin fell into the drain", evidence=["it rolled"],
                               failed_samples=[f"throw-{n}" for n in range(8)])
        if "lacks" in case.name:
            raise NotEvaluated("the coin has no second side")
        if "hollow" in case.name:
            raise Vacuous("nobody threw it")
        if "crashes" in case.name:
            raise KeyError("a bug of ours")


def pytest_letsbe_checks():
    return [Coin()]
"""


class Imported:
    """What a run in this process imported, kept for the next.

    pytester forgets each module that was imported while it was there, but the packages around it still hold it: half
    of a library that is imported anew gets the old one, and classes of both meet (requests: "You can only merge into
    CookieJar").
    """

    def __init__(self) -> None:
        self._modules: dict[str, ModuleType] = {}

    def note(self, project: Path) -> None:
        """All but the modules of the project that was run: the next one has its own of those names."""
        for name, module in list(sys.modules.items()):
            if not Path(getattr(module, "__file__", None) or sys.executable).is_relative_to(project):
                self._modules[name] = module

    def put_back(self) -> None:
        for name, module in self._modules.items():
            sys.modules.setdefault(name, module)


@pytest.fixture
def imported() -> Iterator[Imported]:
    """Asked for before pytester: put back after it is gone."""
    kept = Imported()
    yield kept
    kept.put_back()


@pytest.fixture
def pytester(imported: Imported, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """pytest's own, of which no library is imported twice."""

    class Noted:
        def pytest_unconfigure(self) -> None:
            imported.note(pytester.path)

    inline_run = pytester.inline_run

    def run(*arguments: str, plugins: tuple[object, ...] = (), **options: object) -> pytest.HookRecorder:
        try:
            return inline_run(*arguments, plugins=(*plugins, Noted()), **options)
        finally:
            imported.put_back()

    monkeypatch.setattr(pytester, "inline_run", run)
    return pytester


class Project:
    """A package repo in a temporary folder, with the miniature check registered by its conftest."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.path = pytester.path
        pytester.makeconftest(MINIATURE)
        # What these tests look at has an order of its own; that shuffled runs work too is one test's business.
        pytester.makefile(".toml", pytest='[pytest]\naddopts = ["-p", "letsbe", "-p", "no:randomly"]')

    def manifest(self, text: str, name: str = "letsbe.yaml") -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return path

    def coin(
        self, *cases: str, more: str = "", require: str = "[+coin, -references, -secrets, -redaction, -egress, -perf]"
    ) -> Path:
        """A manifest that requires the coin and nothing else."""
        waived = "".join(
            f"\n  - {{id: {check}, until: 2099-01-01, reason: not this test}}"
            for check in ("references", "secrets", "redaction", "egress", "perf")
            if f"-{check}" in require
        )
        text = f"version: 1\npackage: egress-proxy\nrequire: {require}\nchecks:\n  coin: {{cases: {json.dumps(list(cases))}}}\n"
        return self.manifest(text + (f"waive:{waived}" if waived or more else "") + more)

    def run(self, *arguments: str, subprocess: bool = False) -> pytest.RunResult:
        run = self.pytester.runpytest_subprocess if subprocess else self.pytester.runpytest_inprocess
        return run(*arguments)

    def report(self, *arguments: str, name: str = "report.json", subprocess: bool = False) -> dict[str, object]:
        """Run with --letsbe-report and return the report."""
        self.run("--letsbe-report", name, *arguments, subprocess=subprocess)
        return json.loads((self.path / name).read_text(encoding="utf-8"))


@pytest.fixture
def project(pytester: pytest.Pytester) -> Project:
    return Project(pytester)
