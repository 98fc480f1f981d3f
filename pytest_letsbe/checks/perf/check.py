"""perf: what the proxy costs, measured direct and proxied in one run, judged as ratios and additions."""

from __future__ import annotations

import sys
from pathlib import Path

from ...model import Case, Invariant, Location, NotEvaluated, Spec
from ...targets.base import Target
from ...targets.spec import TargetSpec
from .bench import Bench, read_budget
from .invariants import bulk, growth, latency, liveness, load, stream
from .invariants.base import Judge
from .options import PerfOptions

_RULES = (*liveness.RULES, *latency.RULES, *bulk.RULES, *stream.RULES, *load.RULES)


class PerfCheck:
    """See ``checks.base.Check``."""

    name = "perf"
    role = "proxy"
    options = PerfOptions
    preconditions = frozenset({liveness.LIVENESS.id})
    invariants: tuple[Invariant, ...] = (*(rule.invariant for rule in _RULES), growth.GROWTH)

    def __init__(self) -> None:
        self._judges: dict[tuple[str, str], Judge] = {
            (rule.invariant.id, name): rule.judge for rule in (*_RULES, growth.NIGHTLY_RULE) for name in rule.names
        }

    def costly(self, case: Case) -> bool:
        """Each case measures for seconds."""
        return True

    def cases(self, spec: Spec) -> list[Case]:
        read_budget(spec)  # a mistake in it is told before anything is measured
        rules = (*_RULES, growth.NIGHTLY_RULE if spec.profile == "nightly" else growth.QUICK_RULE)
        found = [case for rule in rules for case in rule.cases(spec)]
        order = {invariant.id: place for place, invariant in enumerate(self.invariants)}
        return sorted(found, key=lambda case: (order[case.invariant], case.name))

    def open(self, target: TargetSpec, spec: Spec, location: Location | None) -> Target:
        return Bench(target, spec, location)

    def run(self, case: Case, target: Target | None) -> None:
        if not isinstance(target, Bench):
            raise ValueError("perf opens its own target")
        _needs_extra()
        self._judges[case.invariant, case.name](case, target)

    def subject_target(self, path: Path, name: str) -> TargetSpec | None:
        """A mutant is a class that is built and served as the reference proxy is."""
        argv = [sys.executable, "-P", "-m", "pytest_letsbe.reference.proxy", "--class", f"{path}:{name}"]
        argv += ["--port", "{port}", "--policy", "{policy}", "--dns", "{dns}", "--ca", "{ca}", "--state", "{state}"]
        return TargetSpec(start=argv, url="http://127.0.0.1:{port}", timeout=30.0)


def _needs_extra() -> None:
    try:
        import dnslib  # noqa: F401
        import hdrh  # noqa: F401
        import trustme  # noqa: F401
    except ImportError as error:
        raise NotEvaluated(f"perf needs {error.name}: pip install 'pytest-letsbe[perf]'") from None
