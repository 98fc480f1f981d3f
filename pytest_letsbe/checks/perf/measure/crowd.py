"""Many tunnels at once: each must carry bytes while all the others are open, or be refused at once and in words."""

from __future__ import annotations

import http.client
import time
from typing import TYPE_CHECKING, Any

from ..client import Client, Refusal, RouteError

if TYPE_CHECKING:
    from ..laboratory import Laboratory

#: After so many that hung, the rest would only cost as much again.
ENOUGH = 3


def tunnels(lab: Laboratory, proxy: str, open_: int, wait: float) -> dict[str, Any]:
    """How many of ``open_`` tunnels worked once all were open; statuses of refusals; what befell the others."""
    route = lab.route("connect", proxy)
    clients: list[Client] = []
    refused: dict[str, int] = {}
    failed: list[str] = []
    opening: list[float] = []
    worked = 0
    try:
        for _ in range(open_):
            started = time.perf_counter()
            client = Client(route, wait)
            try:
                client._connection = route.open(wait)
                clients.append(client)
            except Refusal as refusal:
                refused[str(refusal.status)] = refused.get(str(refusal.status), 0) + 1
            except RouteError as error:
                failed.append(f"a tunnel {error}")
                if len(failed) >= ENOUGH:
                    break
            opening.append(time.perf_counter() - started)
        for client in clients:
            try:
                status, _ = client.ask("/small")
                worked += status == 200
                if status != 200:
                    failed.append(f"a request in a tunnel was answered {status}")
            except (RouteError, http.client.HTTPException) as error:
                failed.append(f"a request in a tunnel {error}")
            if len(failed) >= ENOUGH:
                break
    finally:
        for client in clients:
            client.close()
    after = Client(lab.route("http", proxy), wait)
    try:
        after.seconds("/small")
    except RouteError as error:
        failed.append(f"once all were closed, a request {error}")
    finally:
        after.close()
    return {
        "asked": open_,
        "opened": len(clients),
        "worked": worked,
        "refused": refused,
        "failed": failed,
        "opening": opening,
    }
