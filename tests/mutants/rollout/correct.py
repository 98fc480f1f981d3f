"""Correct controllers, each built in another way: none of them may raise an alarm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_letsbe.reference.rollout import ReferenceController
from pytest_letsbe.reference.rollout.state import State

Told = Mapping[str, Any]


class _Correct(ReferenceController):
    check_options = {"plan": None}  # noqa: RUF012


class Reference(_Correct):
    """The embedded reference: a whole wave in one tick."""

    expected = None


class OneATick(_Correct):
    """One tenant a tick, the last of the list first, and rollbacks one a tick as well, as long as there is time."""

    expected = None

    def _choose(self, state: State, seen: Told, wave: Told) -> Sequence[str]:
        eligible = self._eligible(state, seen, wave["region"])
        room = self._cap(state, wave, len(eligible)) - sum(name in state.deployed for name in eligible)
        return [name for name in reversed(eligible) if name not in state.deployed][: max(0, min(1, room))]

    def _to_return(self, state: State, seen: Told) -> list[str]:
        return super()._to_return(state, seen)[:3]


class OneInFlight(_Correct):
    """Waits for every deploy to be healthy before it gives the next one, also within a wave."""

    expected = None

    def tick(self, now: int, fleet: list[dict[str, Any]], health: dict[str, str]) -> dict[str, Any]:
        self._health = health
        return super().tick(now, fleet, health)

    def _choose(self, state: State, seen: Told, wave: Told) -> Sequence[str]:
        return list(super()._choose(state, seen, wave))[:1] if self._healthy(state, seen, self._health) else []


class TwiceTheSoak(_Correct):
    """Stricter than the plan: soaks longer, and keeps neither a log nor an epoch in its answers."""

    expected = None

    def _soaked(self, state: State) -> bool:
        return state.soaked is not None and state.soaked >= state.plan["waves"][state.wave]["soak"] + 30

    def start(self, campaign: str, plan: dict[str, Any], fleet: list[dict[str, Any]]) -> dict[str, Any]:
        return {"accepted": super().start(campaign, plan, fleet)["accepted"], "note": "more than asked for"}

    def status(self) -> dict[str, Any]:
        return {"state": super().status()["state"]}


class RefusesLoudly(_Correct):
    """Answers what it doesn't do with an error, and hears an approval only while its wave waits for it."""

    expected = None

    def start(self, campaign: str, plan: dict[str, Any], fleet: list[dict[str, Any]]) -> dict[str, Any]:
        said = super().start(campaign, plan, fleet)
        if not said["accepted"]:
            raise ValueError(said["reason"])
        return said

    def tick(self, now: int, fleet: list[dict[str, Any]], health: dict[str, str]) -> dict[str, Any]:
        state = self._state
        if state is not None and state.now is not None and now == state.now:
            raise ValueError("this tick was answered already")
        answer = super().tick(now, fleet, health)
        return {"commands": [*answer["commands"], {"op": "wait", "reason": "for the next tick"}]}

    def approve(self, campaign: str, gate: str, epoch: int, actor: str) -> dict[str, Any]:
        state = self._state
        waves = [] if state is None else state.plan["waves"]
        if state is None or state.wave + 1 >= len(waves) or waves[state.wave + 1]["gate"] != gate:
            raise ValueError(f"nothing waits for {gate}")
        said = super().approve(campaign, gate, epoch, actor)
        if not said["ok"]:
            raise ValueError("not the current epoch")
        return said

    def resume(self) -> dict[str, Any]:
        if not super().resume()["ok"]:
            raise ValueError("nothing to resume")
        return {"ok": True}


class NodeController(_Correct):
    """Another language and another build: NodeController.mjs, a journal of facts over stdio."""

    expected = None
