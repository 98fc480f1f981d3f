"""What a body costs as it grows: CPU time of the proxy where that can be read, else the time on the clock."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ...redaction.invariants.growth import SHAPES
from ..client import Client, RouteError

if TYPE_CHECKING:
    from ..laboratory import Laboratory


def costs(
    lab: Laboratory, way: str, proxy: str, direction: str, shape: str, sizes: list[int], repeats: int, deadline: float
) -> dict[str, Any]:
    """Seconds for each size, the least of ``repeats``; ends where the proxy refuses a size or is late."""
    server = lab.server(proxy)
    client = Client(lab.route(way, proxy), deadline)
    seconds: list[float] = []
    told: dict[str, Any] = {}
    by_cpu = bool(server.cpu_seconds())
    try:
        client.seconds("/small")
        for size in sizes:
            body = SHAPES[shape](size).encode()
            best = float("inf")
            for _ in range(repeats):
                cpu, clock = server.cpu_seconds() or 0.0, time.perf_counter()
                if direction == "upload":
                    status, data = client.ask("/sink", body, kind="text/plain")
                else:
                    status, data = client.ask(f"/shape?kind={shape}&n={size}")
                clock = time.perf_counter() - clock
                cpu = (server.cpu_seconds() or 0.0) - cpu
                if status != 200 or not data:
                    return {"sizes": sizes, "seconds": seconds, "by_cpu": by_cpu, "refused": status}
                # One measure for all sizes: the clock also counts what the site and the network take for a large body.
                best = min(best, cpu if by_cpu else clock)
            seconds.append(best)
    except RouteError as error:
        server.check_alive()
        told = {"late": str(error)}
    finally:
        client.close()
    return {"sizes": sizes, "seconds": seconds, "by_cpu": by_cpu, **told}
