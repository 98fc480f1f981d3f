"""Server-sent events: how long after the site sent each event the client could read it."""

from __future__ import annotations

import itertools
import json
import time
from typing import TYPE_CHECKING, Any

from ..client import Client, RouteError
from ..site import WORDS

if TYPE_CHECKING:
    from ..laboratory import Laboratory

_runs = itertools.count(1)


def lags(lab: Laboratory, way: str, proxy: str, events: int, gap: float) -> dict[str, Any]:
    """Seconds of lag, event by event, direct and proxied; ``head`` is when the answer's head came, after the request.

    An event counts as read when its word is in what came: how it is cut into chunks is the proxy's matter.
    """
    return {
        "direct": _one(lab, way, None, events, gap),
        "proxied": _one(lab, way, proxy, events, gap),
    }


def _one(lab: Laboratory, way: str, lane: str | None, events: int, gap: float) -> dict[str, Any]:
    events = min(events, len(WORDS))
    token = f"stream-{next(_runs)}"
    client = Client(lab.route(way, lane), timeout=events * gap + 10)
    read_at: list[float] = []
    text = b""
    started = time.monotonic()
    try:
        response = client.begin(f"/stream?events={events}&gap={gap}&mark={token}")
        head = time.monotonic() - started
        if response.status != 200:
            raise RouteError(f"for a stream was answered {response.status}")
        while data := response.read1(65536):
            now = time.monotonic()
            text += data
            while len(read_at) < events and WORDS[len(read_at)].encode() in text:
                read_at.append(now)
    except OSError as error:
        raise RouteError(f"for a stream broke off: {error}") from None
    finally:
        client.close()
    sent_at = json.loads(Client(lab.route("http", None)).ask(f"/times?mark={token}")[1])
    if len(sent_at) < events:
        raise RouteError("for a stream never reached the site")
    return {"head": head, "lags": [read - sent for read, sent in zip(read_at, sent_at, strict=False)], "events": events}
