"""What both references agree on: plans, steps, addresses, and the one POST that provisions."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

PLANS = ("solo", "team", "business")
#: Step -> the fields that its data must hold, as text.
STEPS: Mapping[str, tuple[str, ...]] = {"company": ("company",), "domain": ("domain",)}
OUTCOMES = ("paid", "declined", "pending")
_ADDRESS = re.compile(r"[A-Za-z0-9.+_-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\Z")


def good_address(email: Any) -> bool:
    """Whether mail may be sent there: one address, with a domain."""
    return isinstance(email, str) and len(email) <= 254 and _ADDRESS.match(email) is not None


def good_data(step: str, data: Any) -> bool:
    """Whether the step's data is whole."""
    if not isinstance(data, dict):
        return False
    return all(isinstance(data.get(name), str) and 0 < len(data[name]) <= 200 for name in STEPS[step])


def provision(sink: str, onboarding: str, plan: str) -> None:
    """The one POST; never repeated, as it can't be told whether it arrived."""
    parts = urlsplit(sink)
    body = json.dumps({"onboarding": onboarding, "tenant": f"ten_{onboarding[4:]}", "plan": plan})
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=5)
    try:
        connection.request("POST", parts.path, body, {"Content-Type": "application/json"})
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return
    finally:
        connection.close()
