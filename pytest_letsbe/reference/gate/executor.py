"""The executor: one POST to the sink for one run, never repeated."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit


def run(sink: str, call: Mapping[str, Any], seconds: float) -> bool:
    """Send the call to the sink. False when its answer is missing: whether it ran is unknown then."""
    parts = urlsplit(sink)
    body = json.dumps({name: call[name] for name in ("rid", "tool", "args", "session", "tenant")}).encode("ascii")
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=seconds)
    try:
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.request("POST", parts.path, body, {"Content-Type": "application/json"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
