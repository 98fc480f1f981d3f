"""Parts of the reference that can be broken on purpose, so that what it does then can be seen."""

from __future__ import annotations

import threading
from typing import Any


class Broken(Exception):
    """A part raised, answered nonsense, or took too long."""


class Faults:
    """The faults that are switched on, by point."""

    POINTS = ("policy", "store", "sink", "hook")

    def __init__(self) -> None:
        self._modes: dict[str, tuple[str, float | None]] = {}
        self.gone = threading.Event()

    def set(self, point: str, mode: str, ms: float | None) -> None:
        self._modes.pop(point, None)
        if mode != "none":
            self._modes[point] = (mode, ms)

    def clear(self) -> None:
        self._modes.clear()

    def pass_through(self, point: str, seconds: float) -> Any:
        """Use the part: nothing happens when it is whole. Raises Broken within ``seconds``."""
        mode, ms = self._modes.get(point, ("none", None))
        if mode == "hang":
            wait = seconds if ms is None else ms / 1000
            self.gone.wait(min(wait, seconds))
            if wait < seconds:
                return
        if mode != "none":
            raise Broken(f"{point}: {mode}")
