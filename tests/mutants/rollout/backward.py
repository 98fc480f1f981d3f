"""Controllers that stop, take back or remember wrongly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_letsbe.reference.rollout import ReferenceController
from pytest_letsbe.reference.rollout.state import State

Told = Mapping[str, Any]


class _Mutant(ReferenceController):
    check_options = {"plan": None}  # noqa: RUF012


class NeverHalts(_Mutant):
    """No number of failing tenants stops it."""

    expected = "halt-stops"

    def _crossed(self, state: State, seen: Told, health: Told) -> bool:
        return False

    def _healthy(self, state: State, seen: Told, health: Told) -> bool:
        return True


class OneMoreFailure(_Mutant):
    """A `>` where `>=` was meant: the threshold takes one more."""

    expected = "rollback-own"

    def _crossed(self, state: State, seen: Told, health: Told) -> bool:
        return sum(health.get(n) == "failing" for n in state.deployed) > state.plan["halt"]["failing"]


class CanaryOnlyHalts(_Mutant):
    """Watches only the first wave's tenants: a failure in US stops nothing."""

    expected = "rollback-own"

    def _crossed(self, state: State, seen: Told, health: Told) -> bool:
        return any(health.get(name) == "failing" for name in state.deployed[:2])


class FinishesTheWave(_Mutant):
    """Ends the wave it is in before it stops."""

    expected = "halt-stops"

    def _back(self, state: State, seen: Told) -> list[dict[str, str]]:
        commands = super()._back(state, seen)
        eligible = [name for name in self._eligible(state, seen, "eu") if name not in state.deployed]
        extra = [{"op": "deploy", "tenant": name, "digest": self._digest(state)} for name in eligible[:1]]
        state.deployed += eligible[:1] if commands else []
        return commands + (extra if commands else [])


class CarriesOnWhenHealthy(_Mutant):
    """Halts while somebody fails, and goes on when they recover, without anybody's word."""

    expected = "one-way"

    def _back(self, state: State, seen: Told) -> list[dict[str, str]]:
        commands = super()._back(state, seen)
        if state.phase == "rolled_back" and not state.aborted:
            state.phase, state.wave, state.soaked = "running", -1, None
            state.deployed, state.returned, state.approved = [], [], ["eu-canary"]
        return commands


class DeploysAfterAbort(_Mutant):
    """An abort only stops the wave: resume starts it again."""

    expected = "halt-stops"

    def _may_resume(self, state: State) -> bool:
        return state.phase == "rolled_back"


class RollsBackToTheMajority(_Mutant):
    """Takes every tenant back to what the first one ran."""

    expected = "rollback-own"

    def _target(self, state: State, name: str) -> str:
        return next(iter(state.previous.values()))


class LeavesInFlight(_Mutant):
    """Takes back only what has landed."""

    expected = "rollback-own"

    def _to_return(self, state: State, seen: Told) -> list[str]:
        if len(state.returned) > 0:
            return []
        return [n for n in super()._to_return(state, seen) if seen[n]["state"] == "running"]


class LeavesBroken(_Mutant):
    """Takes back only tenants that run: the broken ones stay broken."""

    expected = "rollback-own"

    def _to_return(self, state: State, seen: Told) -> list[str]:
        return [n for n in super()._to_return(state, seen) if seen[n]["state"] != "failed"]


class LeavesOtherRegion(_Mutant):
    """Takes back only the region that fails."""

    expected = "rollback-own"

    def _to_return(self, state: State, seen: Told) -> list[str]:
        region = state.plan["waves"][max(0, state.wave)]["region"]
        return [n for n in super()._to_return(state, seen) if state.regions[n] == region]


class OnlyTheFailing(_Mutant):
    """Takes back the tenant that fails and leaves the others on the new digest."""

    expected = "rollback-own"

    def _to_return(self, state: State, seen: Told) -> list[str]:
        return super()._to_return(state, seen)[-1:] if not state.returned else []


class RollsBackEveryTick(_Mutant):
    """Sends the rollback again in each tick."""

    expected = "once"

    def _to_return(self, state: State, seen: Told) -> list[str]:
        return list(state.deployed) if state.phase == "halted" else []


class AbortOnlyStops(_Mutant):
    """An abort stops the campaign and leaves everybody where they are."""

    expected = "rollback-own"

    def _to_return(self, state: State, seen: Told) -> list[str]:
        return [] if state.aborted else super()._to_return(state, seen)


class PassesAFailedCanary(_Mutant):
    """Below the threshold a failing tenant counts as healthy."""

    expected = "failed-canary"

    def _healthy(self, state: State, seen: Told, health: Told) -> bool:
        return all(health.get(name) in ("healthy", "failing") for name in state.deployed)


class UnknownIsHealthy(_Mutant):
    """Only `failing` holds it: no news is good news."""

    expected = "unknown-holds"

    def _healthy(self, state: State, seen: Told, health: Told) -> bool:
        return all(health.get(name) != "failing" and seen[name]["state"] == "running" for name in state.deployed)


class MissingIsHealthy(_Mutant):
    """Looks only at the health that arrived."""

    expected = "unknown-holds"

    def _healthy(self, state: State, seen: Told, health: Told) -> bool:
        return all(health.get(name, "healthy") == "healthy" for name in state.deployed)


class UnknownIsFailing(_Mutant):
    """A tenant whose health is missing counts as failing."""

    expected = "no-needless-rollback"

    def _crossed(self, state: State, seen: Told, health: Told) -> bool:
        landed = [
            n for n in state.deployed if seen[n]["state"] == "running" and seen[n]["digest"] == self._digest(state)
        ]
        bad = sum(health.get(name) != "healthy" for name in landed)
        return bad >= state.plan["halt"]["failing"] or super()._crossed(state, seen, health)


class AnybodyHalts(_Mutant):
    """Counts every failing tenant, also those that it never touched."""

    expected = "no-needless-rollback"

    def _crossed(self, state: State, seen: Told, health: Told) -> bool:
        return list(health.values()).count("failing") >= state.plan["halt"]["failing"]


class StaleApprovals(_Mutant):
    """Approvals survive a halt."""

    expected = "resume-approved"

    def _halt(self, state: State) -> None:
        kept = list(state.approved)
        super()._halt(state)
        state.approved = kept


class EpochIgnored(_Mutant):
    """Takes an approval of an older epoch when it is sent again."""

    expected = "resume-approved"

    def _counts(self, state: State, campaign: str, gate: str, epoch: int) -> bool:
        return campaign == state.campaign and epoch <= state.epoch


class ApprovalResumes(_Mutant):
    """An approval alone starts a stopped campaign again."""

    expected = "resume-approved"

    def approve(self, campaign: str, gate: str, epoch: int, actor: str) -> dict[str, Any]:
        said = super().approve(campaign, gate, epoch, actor)
        if said["ok"]:
            self.resume()
        return said


class NeverResumes(_Mutant):
    """A stopped campaign stays stopped, whoever approves."""

    expected = "resume-approved"

    def _may_resume(self, state: State) -> bool:
        return False


class ForgetsEverything(_Mutant):
    """A restart forgets the campaign."""

    expected = "restart-safe"

    def restart(self, hard: bool = False) -> dict[str, Any]:
        self._states = []
        return {}


class SavesOnStartOnly(_Mutant):
    """Writes the campaign down when it starts, and after a restart begins from there."""

    expected = "restart-safe"

    def tick(self, now: int, fleet: list[dict[str, Any]], health: dict[str, str]) -> dict[str, Any]:
        disk = self._disk
        answer = super().tick(now, fleet, health)
        self._disk = disk
        return answer


class ForgetsApprovals(_Mutant):
    """A restart loses approvals; they were only in memory."""

    expected = "restart-safe"

    def restart(self, hard: bool = False) -> dict[str, Any]:
        super().restart(hard)
        if self._state is not None:
            self._state.approved = []
            self._state.soaked = None
        return {}


class ForgetsTheHalt(_Mutant):
    """After a restart a halted campaign runs again."""

    expected = "restart-safe"

    def restart(self, hard: bool = False) -> dict[str, Any]:
        super().restart(hard)
        if self._state is not None and self._state.phase in ("halted", "rolled_back"):
            self._state.phase, self._state.approved = "running", ["eu-canary"]
        return {}


class ForgetsTheAbort(_Mutant):
    """A restart makes an aborted campaign a halted one, which can be resumed."""

    expected = "restart-safe"

    def restart(self, hard: bool = False) -> dict[str, Any]:
        super().restart(hard)
        if self._state is not None:
            self._state.aborted = False
        return {}


class EpochFromOne(_Mutant):
    """The epoch counts from one again after a restart: old approvals hold."""

    expected = "restart-safe"

    def restart(self, hard: bool = False) -> dict[str, Any]:
        super().restart(hard)
        if self._state is not None:
            self._state.epoch = 1
        return {}


class ForgetsReturned(_Mutant):
    """After a restart the rollbacks are sent once more."""

    expected = "restart-safe"

    def restart(self, hard: bool = False) -> dict[str, Any]:
        super().restart(hard)
        if self._state is not None:
            self._state.returned = []
        return {}


class ReadsTheFleetOnly(_Mutant):
    """Remembers no command: whoever doesn't run the digest yet gets it again."""

    expected = "once"

    def _choose(self, state: State, seen: Told, wave: Told) -> Sequence[str]:
        eligible = self._eligible(state, seen, wave["region"])[: self._cap(state, wave, 8)]
        return [name for name in eligible if seen[name]["digest"] != state.plan["digest"]]


class RetriesSlowDeploys(_Mutant):
    """A deploy that takes longer than a tick is sent again."""

    expected = "once"

    def _forward(self, state: State, seen: Told, health: Told, passed: int) -> list[dict[str, str]]:
        slow = [name for name in state.deployed if seen[name]["state"] == "deploying"]
        again = [{"op": "deploy", "tenant": name, "digest": self._digest(state)} for name in slow]
        return again + super()._forward(state, seen, health, passed)


class SaysDoneEarly(_Mutant):
    """Says done once everybody was told to deploy."""

    expected = "status-true"

    def status(self) -> dict[str, Any]:
        said = super().status()
        state = self._state
        over = state is not None and state.phase == "running" and state.wave == len(state.plan["waves"]) - 1
        return said | ({"state": "done"} if over else {})


class SaysRolledBackEarly(_Mutant):
    """Says rolled_back as soon as the commands are given."""

    expected = "status-true"

    def _is_back(self, state: State, seen: Told, name: str) -> bool:
        return name in state.returned


class KeepsRunning(_Mutant):
    """Status says running while it rolls back."""

    expected = "status-true"

    def status(self) -> dict[str, Any]:
        said = super().status()
        return said | ({"state": "running"} if said["state"] == "halted" else {})


class LosesEvents(_Mutant):
    """Its log holds one event for a tick, however many commands it gave."""

    expected = "status-true"

    def status(self) -> dict[str, Any]:
        said = super().status()
        return said | {"events": said.get("events", [])[::2]}


class SecondHaltForgotten(_Mutant):
    """Only the first stop of a campaign counts: after a resume nothing halts it any more."""

    expected = "rollback-own"

    def _crossed(self, state: State, seen: Told, health: Told) -> bool:
        return state.epoch == 1 and super()._crossed(state, seen, health)


class RestartWhileFailing(_Mutant):
    """A restart in a wave with a tenant in flight forgets that tenant, so that a later stop leaves it behind."""

    expected = "restart-safe"

    def __init__(self) -> None:
        super().__init__()
        self._flying: list[str] = []

    def tick(self, now: int, fleet: list[dict[str, Any]], health: dict[str, str]) -> dict[str, Any]:
        self._flying = [told["tenant"] for told in fleet if told["state"] == "deploying"]
        return super().tick(now, fleet, health)

    def _to_return(self, state: State, seen: Told) -> list[str]:
        lost = getattr(self, "_lost", [])
        return [name for name in super()._to_return(state, seen) if name not in lost]

    def restart(self, hard: bool = False) -> dict[str, Any]:
        self._lost = list(self._flying)
        return super().restart(hard)


class ClockBackStartsOver(_Mutant):
    """Takes a clock that went back for a new campaign, and forgets what it deployed."""

    expected = "any-order"

    def _passed(self, state: State, now: int) -> int:
        if state.now is not None and now < state.now and state.phase == "running":
            state.deployed, state.wave = [], -1
        return super()._passed(state, now)


class ResumeBeforeReturn(_Mutant):
    """Can be resumed before anybody was taken back, even after an abort, and then forgets whom it updated."""

    expected = "rollback-own"

    def _may_resume(self, state: State) -> bool:
        return state.phase in ("halted", "rolled_back")


class WatchesTheOpenRegion(_Mutant):
    """Counts failing tenants of the region whose wave is open: once US has begun, EU may fail."""

    expected = "rollback-own"
    first = "eu-fails-late"

    def _crossed(self, state: State, seen: Told, health: Told) -> bool:
        region = state.plan["waves"][max(state.wave, 0)]["region"]
        failing = sum(health.get(n) == "failing" for n in state.deployed if state.regions.get(n) == region)
        return bool(failing >= state.plan["halt"]["failing"])


class SilenceAddsUp(_Mutant):
    """Two tenants without news count as one that fails."""

    expected = "no-needless-rollback"
    first = "all-missing"

    def _crossed(self, state: State, seen: Told, health: Told) -> bool:
        points = sum(2 if health.get(n) == "failing" else n not in health for n in state.deployed)
        return bool(points >= 2 * state.plan["halt"]["failing"])


class SoftRestartForgets(_Mutant):
    """Writes its state down for a kill, and throws it away when it is asked to restart."""

    expected = "restart-safe"
    first = "softly"

    def restart(self, hard: bool = False) -> dict[str, Any]:
        if hard:
            return super().restart(hard)
        self._states = []
        return {}


class NeverSaysRolledBack(_Mutant):
    """Takes everybody back, and says halted for ever."""

    expected = "status-true"
    first = "of-a-stop"

    def status(self) -> dict[str, Any]:
        told = super().status()
        return told | {"state": "halted"} if told["state"] == "rolled_back" else told
