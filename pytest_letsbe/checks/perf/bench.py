"""What a judge works with: the laboratory, the proxies in it, the budget, and where findings are written."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ...model import Case, CheckFailure, Invariant, Location, NotEvaluated, Spec, UsageError
from ...targets.spec import TargetSpec
from ..egress.policy import Policy
from ..egress.policy import load as load_policy
from ..egress.probe import with_probes
from ..egress.render import Renderer
from ..egress.world.link import NoWorld, World
from . import budget as budgets
from .budget import Budget
from .chart import Chart
from .laboratory import BASE, TARGET
from .options import PerfOptions
from .page import render
from .plot import draw

FOLDER = ".letsbe/perf"
_MODULE = "pytest_letsbe.checks.perf.laboratory"
_PROXY = ["--port", "{port}", "--policy", "{policy}", "--dns", "{dns}", "--ca", "{ca}", "--state", "{state}"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A measurement that is over its budget: the sentence, facts as ``name: value`` lines, and what to draw."""

    sentence: str
    facts: Sequence[str]
    chart: Chart


class Bench:
    """One proxy under test in a laboratory that starts with the first measurement; also a ``targets.base.Target``."""

    def __init__(self, target: TargetSpec, spec: Spec, location: Location | None) -> None:
        self.spec, self.target_spec, self.location = spec, _started(target, location), location
        self.options: PerfOptions = spec.options
        self.budget = read_budget(spec)
        self._world: World | None = None
        self._running: set[str] = set()
        self._kept: dict[tuple[Any, ...], Any] = {}
        self._written: dict[tuple[str, ...], float] = {}
        self._renderer = Renderer(_path(spec.root, self.options.template), spec.location)
        self._policy = self._read_policy()

    @property
    def label(self) -> str:
        return " ".join(self.target_spec.start or [])

    @property
    def is_reference(self) -> bool:
        return self.target_spec.reference is not None

    @property
    def nightly(self) -> bool:
        return self.spec.profile == "nightly"

    @property
    def limits(self) -> budgets.Budgets:
        return self.budget.file.budgets

    def hello(self) -> Any:
        raise NotEvaluated("perf asks its target no ops")

    def call(self, op: str, input: Mapping[str, Any], *, timeout: float | None = None) -> Any:
        raise NotEvaluated("perf asks its target no ops")

    def call_many(
        self, op: str, inputs: Sequence[Mapping[str, Any]], *, timeout: float | None = None, window: int = 64
    ) -> Any:
        raise NotEvaluated("perf asks its target no ops")

    def cpu_seconds(self) -> float | None:
        return None

    def close(self) -> None:
        if self._world is not None:
            self._world.close()
            self._world = None
            self._running.clear()

    def take(self, op: str, *, base: bool = False, **input: Any) -> dict[str, Any]:
        """Make a measurement, with the proxies it needs running.

        Raises:
            CheckFailure: a request through the proxy failed. TargetDead: the proxy itself did.
            NotEvaluated: this machine lets us make no network of our own.
        """
        try:
            world = self._started_world()
            for name in (TARGET, BASE) if base else (TARGET,):
                self._start(world, name)
            measured: dict[str, Any] = world.ask(op, patience=300.0, **input)
        except NoWorld as why:
            self.close()
            raise NotEvaluated(f"perf needs a network of its own: {why}") from None
        except CheckFailure:  # the proxy died: the next measurement starts it afresh
            self.close()
            raise
        if "broken" in measured:
            raise CheckFailure(f"a request through the proxy {measured['broken']}", location=self.location)
        return measured

    def once(self, op: str, **input: Any) -> dict[str, Any]:
        """As ``take``, but several statements judge one measurement."""
        key = (op, *sorted(input.items()))
        if key not in self._kept:
            self._kept[key] = self.take(op, **input)
        kept: dict[str, Any] = self._kept[key]
        return kept

    def forget(self) -> None:
        """Measure anew what was kept."""
        self._kept.clear()

    def restart(self) -> None:
        """End the proxies; the next measurement starts them."""
        if self._world is not None:
            self._world.ask("stop")
        self._running.clear()

    def keep_figures(self, case: Case, figures: Mapping[str, Any]) -> None:
        """What was measured, also where it is within its budget: ``.letsbe/perf/<case>.json``."""
        self._file(case, ".json", json.dumps({"case": case.id, "at": _now(), **figures}, indent=1) + "\n")

    def fail(self, case: Case, invariant: Invariant, entry: str, finding: Finding) -> CheckFailure:
        """The failure of a finding: facts, a small plot, and the page it writes."""
        foot = {"measured": _now(), "cores": str(os.cpu_count()), "load": f"{os.getloadavg()[0]:.1f}"}
        html = render(
            case=case.id, statement=invariant.statement, sentence=finding.sentence, chart=finding.chart,
            facts=finding.facts, foot=foot,
        )  # fmt: skip
        page = self._file(case, ".html", html)
        evidence = [*finding.facts, "", *draw(finding.chart)]
        if page is not None:
            evidence += ["", f"page: {os.path.relpath(page)}"]
        return CheckFailure(finding.sentence, evidence=evidence, location=self.budget.at(entry))

    def update(self, key: tuple[str, ...], value: float, *, least: bool = False) -> None:
        """Write a limit into the budget file; of several cases the widest (or, with ``least``, the lowest) counts."""
        if self.options.budget is None:
            raise UsageError("--letsbe-update needs a file to write: `budget: perf-budget.yaml`", self.spec.location)
        known = self._written.get(key, value)
        self._written[key] = min(known, value) if least else max(known, value)
        budgets.write(self.spec.root / self.options.budget, self.options.budget, ("budgets", *key), self._written[key])

    def _started_world(self) -> World:
        if self._world is None:
            self._world = World(_MODULE)
            self._running.clear()
        return self._world

    def _start(self, world: World, name: str) -> None:
        if name in self._running:
            return
        target = self.target_spec if name == TARGET else base_spec(self.target_spec, self.options)
        policy = world.folder / f"{name}-policy{self._renderer.suffix}"
        if not policy.exists():
            state = world.folder / f"{name}-policy-state"
            state.mkdir(exist_ok=True)
            state.chmod(0o777)
            policy.write_text(
                self._renderer.render(self._policy, dns=world.dns, ca=world.ca, state=str(state), name=name),
                encoding="utf-8",
            )
        world.ask(
            "start", patience=target.timeout + 30, name=name, argv=target.start, url=target.url, ready=target.ready,
            cwd=str(self.spec.root / (target.cwd or "")), env=target.env or {}, timeout=target.timeout,
            policy=str(policy), label=" ".join(target.start or []),
        )  # fmt: skip
        self._running.add(name)

    def _read_policy(self) -> Policy:
        if self.options.policy is None:
            return with_probes(Policy(version=1, tls="terminate", redact=True))
        path = self.spec.file("policy")
        # Every tenant costs the same; without one there is nothing to authenticate, which is the plain way.
        return with_probes(msgspec.structs.replace(load_policy(path, shown_as=self.options.policy), tenants={}))

    def _file(self, case: Case, suffix: str, text: str) -> Path | None:
        name = f"{case.invariant}-{case.name}".replace("/", "-")
        folder = self.spec.root / FOLDER
        try:
            if folder.is_symlink() or folder.parent.is_symlink():  # not ours
                return None
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{name}{suffix}"
            path.write_text(text, encoding="utf-8")
        except OSError:  # a read-only checkout: the failure itself is told all the same
            return None
        return path


def read_budget(spec: Spec) -> Budget:
    """The budget of the manifest's entry. UsageError names the place and the mend."""
    name = spec.options.budget
    if name is None:
        return budgets.OWN
    path = spec.root / name
    if not path.exists():
        if spec.update:
            return budgets.OWN
        raise UsageError(f"there is no {name} yet; `pytest -p letsbe --letsbe-update` writes it", spec.at("budget"))
    return budgets.load(path, shown_as=os.path.relpath(path) if path.is_absolute() else name)


def has_base(options: PerfOptions) -> bool:
    """Whether a base build is named here; an unset ``cwd_from`` is none."""
    base = options.base
    return base is not None and (base.cwd_from is None or bool(os.environ.get(base.cwd_from)))


def base_spec(target: TargetSpec, options: PerfOptions) -> TargetSpec:
    """How the base build is started."""
    base = options.base
    if base is None:
        raise ValueError("no base build is named")
    cwd = os.environ.get(base.cwd_from) if base.cwd_from else base.cwd
    return msgspec.structs.replace(
        target,
        start=base.start or target.start,
        cwd=cwd or target.cwd,
        env={**(target.env or {}), **(base.env or {})},
    )


def _started(target: TargetSpec, location: Location | None) -> TargetSpec:
    if target.reference is not None:
        argv = [sys.executable, "-P", "-m", "pytest_letsbe.reference.proxy", *_PROXY]
        return msgspec.structs.replace(target, start=argv, url="http://127.0.0.1:{port}")
    if not target.start or not target.url:
        raise UsageError(
            "perf starts the proxy itself, inside a network of its own: it needs `start` and `url`", location
        )
    return target


def _path(root: Path, name: str | None) -> Path | None:
    return None if name is None else root / name


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S")
