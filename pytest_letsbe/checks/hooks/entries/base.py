"""What an entry path is: a way by which a tool call can start inside OpenClaw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..lab import Lab
from ..sentinel import Effect


@dataclass(frozen=True, slots=True)
class Entry:
    """``play`` starts calls by this path and returns them once the path has ended, whether they ran or not."""

    name: str
    how: str
    play: Callable[[Lab], list[Effect]]
