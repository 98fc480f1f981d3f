"""An approval: what it is good for, in which state, and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .audit import canonical

PENDING, APPROVED, DENIED, USED, REVOKED = "pending", "approved", "denied", "used", "revoked"


def opened(call: Mapping[str, Any], facets: str, expires: int | None) -> dict[str, Any]:
    """What is kept of a new pending approval; ``facets`` is what ``bound`` made of its call."""
    return {
        "state": PENDING,
        "rid": call["rid"],
        "session": call["session"],
        "tenant": call["tenant"],
        "agent": call.get("agent"),
        "bound": facets,
        "expires": expires,
        "by": [],
    }


def bound(call: Mapping[str, Any], binds: Sequence[str]) -> str:
    """The facets of a call that an approval is good for, as one text to compare."""
    return canonical({name: call.get(name) for name in binds})


def expired(item: Mapping[str, Any], now: int) -> bool:
    return item["expires"] is not None and now >= item["expires"]
