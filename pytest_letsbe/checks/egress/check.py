"""egress: nothing leaves through the proxy but what its policy allows, judged by what canaries saw."""

from __future__ import annotations

import sys
from pathlib import Path

from ...model import Case, Invariant, Location, NotEvaluated, Spec, UsageError
from ...targets.base import Target
from ...targets.spec import TargetSpec
from . import policy as policies
from . import vectors
from .invariants import attacks, audit, closed, liveness, redaction, survives, tenants
from .invariants.base import Judge, Plan
from .options import EgressOptions
from .policy import Policy, Tenant
from .render import Renderer
from .target import ProxyTarget
from .world.link import NoWorld, World

_RULES = (
    *liveness.RULES,
    *attacks.RULES,
    *redaction.RULES,
    *closed.RULES,
    *tenants.RULES,
    *audit.RULES,
    *survives.RULES,
)
#: Without a policy file everything is asked for.
EVERYTHING = Policy(
    version=1,
    tls="terminate",
    redact=True,
    tenants={"acme": Tenant(token="acme-token-0001")},  # noqa: S106 - synthetic
    audit="{state}/audit.jsonl",
    reload="hup",
)


class EgressCheck:
    """See ``checks.base.Check``."""

    name = "egress"
    role = "proxy"
    options = EgressOptions
    preconditions = frozenset({liveness.LIVENESS.id})
    subjects_per_core = 3
    invariants: tuple[Invariant, ...] = tuple(dict.fromkeys(rule.invariant for rule in _RULES))

    def __init__(self) -> None:
        self._judges: dict[tuple[str, str], Judge] = {}
        self._spare: list[World] | None = None

    def costly(self, case: Case) -> bool:
        """Each case sends a class of attacks through a fresh proxy."""
        return True

    def cases(self, spec: Spec) -> list[Case]:
        policy = policy_of(spec)
        modes = tuple(spec.options.modes) or ((policy.mode,) if spec.options.policy else ("allow", "deny"))
        plan = Plan(spec, policy, modes, tuple(vectors.load(spec)))
        cases: list[Case] = []
        for rule in _RULES:
            for case in rule.cases(plan):
                self._judges[case.invariant, case.name] = rule.judge
                cases.append(case)
        order = {invariant.id: place for place, invariant in enumerate(self.invariants)}
        return sorted(cases, key=lambda case: (order[case.invariant], case.name))

    def run(self, case: Case, target: Target | None) -> None:
        if not isinstance(target, ProxyTarget):
            raise NotEvaluated("egress needs a proxy that it starts itself: give the target `start` and `url`")
        try:
            self._judges[case.invariant, case.name](case, target)
        except NoWorld as why:  # what was asked and what is answered no longer belong together: begin afresh
            target.close(spoilt=True)
            raise NotEvaluated(str(why)) from None

    def open(self, target: TargetSpec, spec: Spec, location: Location | None) -> Target:
        _need_extra(spec.location)
        template = spec.options.template
        place = None if template is None else spec.root / template
        return ProxyTarget(target, spec, policy_of(spec), Renderer(place, spec.location), location, self._spare)

    def subject_target(self, path: Path, name: str) -> TargetSpec:
        """A mutant is a class that the reference's own starter starts; one after the other in the same worlds."""
        self._spare = [] if self._spare is None else self._spare
        argv = [
            sys.executable,
            "-P",
            "-m",
            "pytest_letsbe.reference.proxy",
            "--class",
            f"{path}:{name}",
            "--port",
            "{port}",
        ]
        argv += ["--policy", "{policy}", "--dns", "{dns}", "--ca", "{ca}", "--state", "{state}"]
        return TargetSpec(start=argv, url="http://127.0.0.1:{port}", timeout=20.0)

    def corpus_cases(self, path: Path) -> list[Case]:
        """One case for each row of a corpus file, which ``validate`` judges."""
        from ...corpora import read

        return [
            Case(self.name, "corpus", row.id or "row", row.location, data=row) for row in read(path, vectors.SECTIONS)
        ]

    def validate(self, case: Case) -> None:
        vectors.vector_class(case.data)


def policy_of(spec: Spec) -> Policy:
    """The policy that the manifest names, or one that asks for everything. Raises UsageError."""
    name = spec.options.policy
    return EVERYTHING if name is None else policies.load(spec.file("policy"), shown_as=name)


def _need_extra(location: Location) -> None:
    try:
        import dnslib  # noqa: F401
        import h2  # noqa: F401
        import trustme  # noqa: F401
    except ImportError as error:
        raise UsageError(f"egress needs {error.name}: pip install 'pytest-letsbe[egress]'", location) from None
