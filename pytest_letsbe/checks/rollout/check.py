"""rollout: the plan is sound, and the controller does what it says, whatever fails meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...model import Case, Invariant, Spec
from ...targets.base import Target
from ...targets.spec import TargetSpec
from . import plan
from .campaign import Campaign, Stage
from .controller import Controller
from .invariants import any_order, faults, gates, goes_well, goes_wrong, holding, plans
from .invariants.base import Scenario
from .options import RolloutOptions
from .world import Tenant, World

_SCENARIOS = (
    *goes_well.scenarios(),
    *gates.scenarios(),
    *goes_wrong.scenarios(),
    *holding.scenarios(),
    *faults.scenarios(),
)
_OWN_PLAN = "your-plan"


@dataclass(frozen=True, slots=True)
class _Plan:
    """A case that judges the plan file."""

    read: plan.ReadPlan


class RolloutCheck:
    """See ``checks.base.Check``."""

    name = "rollout"
    role = "rollout"
    options = RolloutOptions
    #: A campaign with another digest never ends either: that it is another one must be said all the same.
    preconditions = frozenset({goes_well.LIVENESS.id, goes_well.DIGEST.id})
    invariants: tuple[Invariant, ...] = (
        *dict.fromkeys(scenario.invariant for scenario in _SCENARIOS),
        any_order.ANY_ORDER,
        *plans.RULES,
    )

    def __init__(self) -> None:
        # Campaigns of one controller are counted through, so that no two share a tenant.
        self._controllers: dict[Target, Controller] = {}

    def cases(self, spec: Spec) -> list[Case]:
        found = [Case(self.name, s.invariant.id, s.name, spec.location, data=s) for s in _SCENARIOS]
        samples = any_order.examples(spec.profile)
        found.append(Case(self.name, any_order.ANY_ORDER.id, "composed", spec.location, samples, spec))
        if spec.options.plan is not None:
            read = _Plan(plan.read(spec.file("plan"), spec.options.plan))
            where = read.read.document.at("plan")
            found += [Case(self.name, rule.id, "plan", where, data=read) for rule in plans.RULES]
            found.append(Case(self.name, goes_well.LIVENESS.id, _OWN_PLAN, where, data=read))
        order = {invariant.id: place for place, invariant in enumerate(self.invariants)}
        return sorted(found, key=lambda case: (order[case.invariant], case.name))

    def run(self, case: Case, target: Target | None) -> None:
        if isinstance(case.data, _Plan) and case.name != _OWN_PLAN:
            plans.judge(case.invariant, case.data.read)
            return
        if target is None:
            raise ValueError("rollout needs a target")
        controller = self._controllers.setdefault(target, Controller(target))
        if isinstance(case.data, Scenario):
            Stage(controller, case.data.wanted()).play(case.data.play)
        elif isinstance(case.data, _Plan):
            read = case.data.read
            Stage(controller, frozenset()).play(lambda stage: _play_own(stage, read))
        else:
            any_order.judge(case, Stage(controller, None), case.data)

    def subject_target(self, path: Path, name: str) -> TargetSpec | None:
        """A mutant is a class of ``path``, or a program of the same name beside it."""
        program = path.with_name(f"{name}.mjs")
        if program.is_file():
            return TargetSpec(run=["node", str(program)])
        if path.stem == "plans":
            return TargetSpec(reference="correct")
        return TargetSpec(python=f"{path}:{name}")


def _play_own(stage: Stage, read: plan.ReadPlan) -> None:
    """The plan of the package on its own fleet, by our clock; tenants that no wave reaches stay as they are."""
    regions = {wave.region for wave in read.plan.waves}
    members = [member for member in read.file.fleet if member.region in regions]
    tenants = [Tenant(m.tenant, m.region, m.digest, m.digest, m.frozen) for m in members]
    campaign = Campaign(stage, f"{read.plan.component}-own", read.plan, World(tenants)).started()
    campaign.finish(must=True)
