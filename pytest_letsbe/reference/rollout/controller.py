"""A small correct rollout controller: waves, gates, soaks, one threshold, and a way back for every tenant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .state import State, dump, read

Told = Mapping[str, Any]


class ReferenceController:
    """The ops of DESIGN section 4; ``docs/rollout.md`` says step by step what each means.

    The small methods at the end are the decisions; a mutant replaces one of them.
    """

    def __init__(self) -> None:
        self._disk = dump([])
        self._states: list[State] = []

    # -- ops ----------------------------------------------------------------------------------------------------

    def start(self, campaign: str, plan: dict[str, Any], fleet: list[dict[str, Any]]) -> dict[str, Any]:
        state = self._state
        if state is not None and state.live and self._refuses_second(state, campaign):
            return {"accepted": False, "reason": f"{state.campaign} is live"}
        previous = {told["tenant"]: told["digest"] for told in fleet}
        regions = {told["tenant"]: told["region"] for told in fleet}
        self._states = [State(campaign, plan, previous, regions)]
        self._save()
        return {"accepted": True, "epoch": 1}

    def tick(self, now: int, fleet: list[dict[str, Any]], health: dict[str, str]) -> dict[str, Any]:
        state = self._state
        if state is None or state.phase == "done":
            return {"commands": []}
        passed = self._passed(state, now)
        state.now = now
        seen = {told["tenant"]: told for told in fleet}
        if state.phase == "running" and self._crossed(state, seen, health):
            self._halt(state)
        commands = self._forward(state, seen, health, passed) if state.phase == "running" else self._back(state, seen)
        state.events += [dict(command) for command in commands]
        self._save()
        return {"commands": commands}

    def approve(self, campaign: str, gate: str, epoch: int, actor: str) -> dict[str, Any]:
        state = self._state
        taken = state is not None and self._counts(state, campaign, gate, epoch)
        if state is not None and taken:
            state.approved.append(gate)
            self._save()
        return {"ok": taken}

    def resume(self) -> dict[str, Any]:
        state = self._state
        if state is None or not self._may_resume(state):
            return {"ok": False}
        state.phase, state.wave, state.soaked = "running", -1, None
        state.deployed, state.returned = [], []
        self._save()
        return {"ok": True}

    def abort(self) -> dict[str, Any]:
        state = self._state
        if state is None or state.phase == "done":
            return {"ok": False}
        if state.phase == "running":
            self._halt(state)
        state.aborted = True
        self._save()
        return {"ok": True}

    def restart(self, hard: bool = False) -> dict[str, Any]:
        self._states = read(self._disk)
        return {}

    def status(self) -> dict[str, Any]:
        state = self._state
        if state is None:
            return {"state": "done"}
        return {"state": state.phase, "epoch": state.epoch, "events": state.events}

    # -- the two directions -------------------------------------------------------------------------------------

    def _forward(self, state: State, seen: Told, health: Told, passed: int) -> list[dict[str, str]]:
        if self._full(state, seen) and self._healthy(state, seen, health):
            state.soaked = 0 if state.soaked is None else state.soaked + passed
        else:
            state.soaked = None
        if state.wave < 0 or self._soaked(state):
            if state.wave + 1 == len(state.plan["waves"]):
                state.phase = "done"
                return []
            if self._open(state, state.plan["waves"][state.wave + 1]):
                state.wave, state.soaked = state.wave + 1, None
        if state.wave < 0:
            return []
        wave = state.plan["waves"][state.wave]
        chosen = self._choose(state, seen, wave)
        state.deployed += chosen
        return [{"op": "deploy", "tenant": name, "digest": self._digest(state)} for name in chosen]

    def _back(self, state: State, seen: Told) -> list[dict[str, str]]:
        chosen = self._to_return(state, seen)
        state.returned += chosen
        if all(self._is_back(state, seen, name) for name in state.deployed):
            state.phase = "rolled_back"
        return [{"op": "rollback", "tenant": name, "digest": self._target(state, name)} for name in chosen]

    def _halt(self, state: State) -> None:
        state.phase = "halted"
        state.epoch += 1
        state.approved = []

    # -- decisions ----------------------------------------------------------------------------------------------

    @property
    def _state(self) -> State | None:
        return self._states[-1] if self._states else None

    def _save(self) -> None:
        self._disk = dump(self._states)

    def _refuses_second(self, state: State, campaign: str) -> bool:
        return True

    def _passed(self, state: State, now: int) -> int:
        """Seconds since the last tick; a clock that went back adds none."""
        return 0 if state.now is None else max(0, now - state.now)

    def _crossed(self, state: State, seen: Told, health: Told) -> bool:
        failing = sum(health.get(name) == "failing" for name in state.deployed)
        return bool(failing >= state.plan["halt"]["failing"])

    def _counts(self, state: State, campaign: str, gate: str, epoch: int) -> bool:
        return campaign == state.campaign and epoch == state.epoch

    def _may_resume(self, state: State) -> bool:
        return state.phase == "rolled_back" and not state.aborted

    def _eligible(self, state: State, seen: Told, region: str) -> list[str]:
        return [
            n for n, told in seen.items() if n in state.previous and told["region"] == region and not told["frozen"]
        ]

    def _cap(self, state: State, wave: Told, count: int) -> int:
        share = count * wave["percent"]
        rounded = share // 100 if state.plan["rounding"] == "floor" else -(-share // 100)
        return int(min(count, max(state.plan["minimum"], rounded)))

    def _open(self, state: State, wave: Told) -> bool:
        return wave["gate"] is None or wave["gate"] in state.approved

    def _choose(self, state: State, seen: Told, wave: Told) -> Sequence[str]:
        eligible = self._eligible(state, seen, wave["region"])
        given = sum(name in state.deployed for name in eligible)
        room = self._cap(state, wave, len(eligible)) - given
        return [name for name in eligible if name not in state.deployed][: max(0, room)]

    def _digest(self, state: State) -> str:
        return str(state.plan["digest"])

    def _full(self, state: State, seen: Told) -> bool:
        """Whether the open wave and all before it run the digest."""
        if state.wave < 0:
            return False
        wave = state.plan["waves"][state.wave]
        eligible = self._eligible(state, seen, wave["region"])
        running = [n for n in eligible if seen[n]["digest"] == state.plan["digest"] and seen[n]["state"] == "running"]
        return len(running) >= self._cap(state, wave, len(eligible))

    def _healthy(self, state: State, seen: Told, health: Told) -> bool:
        taking_part = [name for name in state.deployed if not seen.get(name, {}).get("frozen")]
        return all(health.get(name) == "healthy" for name in taking_part)

    def _soaked(self, state: State) -> bool:
        if state.soaked is None:
            return False
        return bool(state.soaked >= state.plan["waves"][state.wave]["soak"])

    def _to_return(self, state: State, seen: Told) -> list[str]:
        return [n for n in state.deployed if n not in state.returned and not seen.get(n, {}).get("frozen")]

    def _is_back(self, state: State, seen: Told, name: str) -> bool:
        told = seen.get(name, {})
        there = told.get("digest") == state.previous[name] and told.get("state") == "running"
        return bool(told.get("frozen")) or (name in state.returned and there)

    def _target(self, state: State, name: str) -> str:
        return state.previous[name]
