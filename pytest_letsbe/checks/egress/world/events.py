"""What the world saw, in order: connections, bytes, names asked for, packets."""

from __future__ import annotations

import time
from typing import Any

#: Of one connection the first so many bytes are kept; a leak shows long before.
KEPT = 256 * 1024


class Log:
    """Every event is a JSON object with ``seq``, ``at`` (seconds) and ``kind``: open, bytes, tls, close, dns, syn, udp."""

    def __init__(self) -> None:
        self._events: list[dict[str, Any]] = []
        self._dropped = 0
        self.muted = False

    @property
    def next(self) -> int:
        return self._dropped + len(self._events)

    def add(self, kind: str, **more: Any) -> None:
        if not self.muted:
            self._events.append({"seq": self.next, "at": round(time.monotonic(), 4), "kind": kind, **more})

    def since(self, seq: int) -> list[dict[str, Any]]:
        return self._events[max(0, seq - self._dropped) :]

    def forget(self, seq: int) -> None:
        """Drop what is older; whoever asks for it later gets the rest."""
        gone = max(0, seq - self._dropped)
        self._events = self._events[gone:]
        self._dropped += gone
