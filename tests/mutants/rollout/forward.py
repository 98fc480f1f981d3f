"""Controllers that go forward wrongly: too far, too early, to the wrong tenants, or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_letsbe.reference.rollout import ReferenceController
from pytest_letsbe.reference.rollout.state import State

Told = Mapping[str, Any]


class _Mutant(ReferenceController):
    #: Judged by our own plans alone; plans have mutants of their own.
    check_options = {"plan": None}  # noqa: RUF012


class DoesNothing(_Mutant):
    """Accepts everything and never deploys."""

    expected = "liveness"

    def _choose(self, state: State, seen: Told, wave: Told) -> Sequence[str]:
        return []


class NeverDone(_Mutant):
    """Deploys everywhere, but never says that it is done."""

    expected = "liveness"

    def status(self) -> dict[str, Any]:
        said = super().status()
        return said | {"state": "running" if said["state"] == "done" else said["state"]}


class ForgetsTheLastTenant(_Mutant):
    """An off-by-one leaves the last tenant of a region behind."""

    expected = "liveness"

    def _eligible(self, state: State, seen: Told, region: str) -> list[str]:
        return super()._eligible(state, seen, region)[:-1]


class RefusesFloor(_Mutant):
    """Only knows rounding up: a plan that rounds down is refused."""

    expected = "liveness"

    def start(self, campaign: str, plan: dict[str, Any], fleet: list[dict[str, Any]]) -> dict[str, Any]:
        return {"accepted": False} if plan["rounding"] == "floor" else super().start(campaign, plan, fleet)


class AlwaysRoundsUp(_Mutant):
    """Rounds up where the plan says floor."""

    expected = "wave-cap"

    def _cap(self, state: State, wave: Told, count: int) -> int:
        return min(count, max(state.plan["minimum"], -(-count * wave["percent"] // 100)))


class OneMore(_Mutant):
    """A `<=` lets one tenant more into each wave."""

    expected = "wave-cap"

    def _choose(self, state: State, seen: Told, wave: Told) -> Sequence[str]:
        eligible = self._eligible(state, seen, wave["region"])
        given = sum(name in state.deployed for name in eligible)
        room = self._cap(state, wave, len(eligible)) + 1 - given
        return [name for name in eligible if name not in state.deployed][: max(0, room)]


class PercentOfTheFleet(_Mutant):
    """Takes the percentage of all tenants instead of the region's."""

    expected = "wave-cap"

    def _choose(self, state: State, seen: Told, wave: Told) -> Sequence[str]:
        eligible = self._eligible(state, seen, wave["region"])
        given = sum(name in state.deployed for name in eligible)
        room = self._cap(state, wave, len(seen)) - given
        return [name for name in eligible if name not in state.deployed][: max(0, room)]


class PercentPerWave(_Mutant):
    """Adds each wave's percentage to those before instead of reading it as their sum."""

    expected = "wave-cap"

    def _choose(self, state: State, seen: Told, wave: Told) -> Sequence[str]:
        eligible = self._eligible(state, seen, wave["region"])
        given = sum(name in state.deployed for name in eligible)
        before = sum(
            self._cap(state, other, len(eligible))
            for other in state.plan["waves"][: state.wave]
            if other["region"] == wave["region"]
        )
        room = before + self._cap(state, wave, len(eligible)) - given
        return [name for name in eligible if name not in state.deployed][: max(0, room)]


class CountsLandedOnly(_Mutant):
    """Counts only deploys that have landed, so that those in flight make room for others."""

    expected = "wave-cap"

    def _choose(self, state: State, seen: Told, wave: Told) -> Sequence[str]:
        eligible = self._eligible(state, seen, wave["region"])
        landed = [name for name in eligible if seen[name]["digest"] == state.plan["digest"]]
        room = self._cap(state, wave, len(eligible)) - len(landed)
        return [name for name in eligible if name not in state.deployed][: max(0, room)]


class AllAtOnce(_Mutant):
    """Ignores waves: the first approval opens the region."""

    expected = "wave-cap"

    def _cap(self, state: State, wave: Told, count: int) -> int:
        return count


class NoSoak(_Mutant):
    """Opens the next wave as soon as the one before is healthy."""

    expected = "soaked"

    def _soaked(self, state: State) -> bool:
        return state.soaked is not None


class SoakInMinutes(_Mutant):
    """Reads the soak as milliseconds: it is over at once."""

    expected = "soaked"

    def _soaked(self, state: State) -> bool:
        return state.soaked is not None and state.soaked * 1000 >= state.plan["waves"][state.wave]["soak"]


class ClockDistance(_Mutant):
    """Takes the distance between two times: a clock that goes back is an hour of soaking."""

    expected = "soaked"

    def _passed(self, state: State, now: int) -> int:
        return 0 if state.now is None else abs(now - state.now)


class SoakCountsTicks(_Mutant):
    """Counts ten seconds for each tick, also for one that is delivered twice."""

    expected = "soaked"

    def _passed(self, state: State, now: int) -> int:
        return 10


class NoGates(_Mutant):
    """Opens waves without asking for an approval."""

    expected = "gate-approved"

    def _open(self, state: State, wave: Told) -> bool:
        return True


class AnyGate(_Mutant):
    """One approval opens every gate."""

    expected = "gate-approved"

    def _open(self, state: State, wave: Told) -> bool:
        return wave["gate"] is None or bool(state.approved)


class AnyCampaignsApproval(_Mutant):
    """Doesn't look which campaign an approval is for."""

    expected = "gate-approved"

    def _counts(self, state: State, campaign: str, gate: str, epoch: int) -> bool:
        return epoch == state.epoch


class AnyFutureApproval(_Mutant):
    """Takes approvals of epochs that haven't come."""

    expected = "gate-approved"

    def _counts(self, state: State, campaign: str, gate: str, epoch: int) -> bool:
        return campaign == state.campaign and epoch >= state.epoch


class ApprovalsByName(_Mutant):
    """Keeps approvals by the campaign's name: they hold for the next one of that name, with another digest."""

    expected = "gate-approved"

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[str, list[str]] = {}

    def start(self, campaign: str, plan: dict[str, Any], fleet: list[dict[str, Any]]) -> dict[str, Any]:
        said = super().start(campaign, plan, fleet)
        if said["accepted"] and self._state is not None:
            self._state.approved += self._kept.setdefault(campaign, [])
        return said

    def approve(self, campaign: str, gate: str, epoch: int, actor: str) -> dict[str, Any]:
        self._kept.setdefault(campaign, []).append(gate)
        return super().approve(campaign, gate, epoch, actor)


class RegionsTogether(_Mutant):
    """US begins with EU."""

    expected = "region-order"

    def _choose(self, state: State, seen: Told, wave: Told) -> Sequence[str]:
        chosen = list(super()._choose(state, seen, wave))
        us = [name for name in self._eligible(state, seen, "us") if name not in state.deployed]
        return chosen + [name for name in us[:1] if name not in chosen and "us-canary" in state.approved]


class UsBeforeEuIsDone(_Mutant):
    """The last EU wave needn't be whole before US begins."""

    expected = "region-order"

    def _full(self, state: State, seen: Told) -> bool:
        if state.wave == 2:
            return True
        return super()._full(state, seen)

    def _healthy(self, state: State, seen: Told, health: Told) -> bool:
        return state.wave == 2 or super()._healthy(state, seen, health)

    def _soaked(self, state: State) -> bool:
        return state.wave == 2 or super()._soaked(state)


class UpdatesFrozen(_Mutant):
    """Doesn't look at `frozen`."""

    expected = "frozen-untouched"

    def _eligible(self, state: State, seen: Told, region: str) -> list[str]:
        return [name for name, told in seen.items() if told["region"] == region]


class FrozenAtStartOnly(_Mutant):
    """Looks at `frozen` when the campaign starts, and never again."""

    expected = "frozen-untouched"

    def start(self, campaign: str, plan: dict[str, Any], fleet: list[dict[str, Any]]) -> dict[str, Any]:
        self._thawed = {told["tenant"] for told in fleet if not told["frozen"]}
        return super().start(campaign, plan, fleet)

    def _eligible(self, state: State, seen: Told, region: str) -> list[str]:
        return [name for name, told in seen.items() if told["region"] == region and name in self._thawed]


class DeploysTheTag(_Mutant):
    """Deploys the tag, which somebody can move, instead of the digest."""

    expected = "plan-digest"

    def _digest(self, state: State) -> str:
        return str(state.plan["tag"])


class FirstDigestForever(_Mutant):
    """Keeps the digest of the first campaign it ever ran."""

    expected = "plan-digest"
    _first = ""

    def _digest(self, state: State) -> str:
        self._first = self._first or str(state.plan["digest"])
        return self._first

    def _full(self, state: State, seen: Told) -> bool:
        return all(seen[name]["state"] == "running" for name in state.deployed) and super()._full(state, seen)


class SecondReplacesFirst(_Mutant):
    """A second start takes the place of the live campaign."""

    expected = "one-campaign"

    def _refuses_second(self, state: State, campaign: str) -> bool:
        return False


class StartedAgainFromZero(_Mutant):
    """The same start delivered twice begins the campaign again."""

    expected = "one-campaign"

    def _refuses_second(self, state: State, campaign: str) -> bool:
        return campaign != state.campaign
