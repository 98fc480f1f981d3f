"""Memory over many requests: on a connection that stays, on fresh ones, with a body and without."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ..client import Client

if TYPE_CHECKING:
    from ..laboratory import Laboratory

SAMPLES = 60
#: A body as an agent sends it: a page of prose.
BODY = ("The quick agent reads a file, writes a line, and waits. " * 300).encode()


def series(lab: Laboratory, proxy: str, requests: int, most: float) -> dict[str, Any]:
    """Resident megabytes over the requests that go through in ``most`` seconds; None where they can't be read."""
    server = lab.server(proxy)
    stays = Client(lab.route("http", proxy))
    taken: list[float | None] = []
    every = max(1, requests // SAMPLES)
    end = time.monotonic() + most
    try:
        for index in range(requests):
            if time.monotonic() > end and len(taken) >= SAMPLES // 4:
                break
            if index % 8 == 0:
                fresh = Client(lab.route("connect" if index % 64 == 0 else "http", proxy))
                fresh.seconds("/small")
                fresh.close()
            elif index % 2:
                stays.seconds("/once?mark=memory", BODY)
            else:
                stays.seconds("/small")
            if index % every == every - 1:
                resident = server.resident_bytes()
                taken.append(None if resident is None else resident / 1e6)
    finally:
        stays.close()
    return {"series": taken, "requests": index + 1}
