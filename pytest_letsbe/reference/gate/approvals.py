"""An approval: what it is good for, in which state, and until when."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from .audit import canonical

PENDING, APPROVED, DENIED, USED, REVOKED = "pending", "approved", "denied", "used", "revoked"


def opened(call: Mapping[str, Any], binds: Sequence[str], expires: int | None) -> tuple[str, dict[str, Any]]:
    """A new pending approval: its id (128 random bits) and what is kept of it."""
    item = {
        "state": PENDING,
        "rid": call["rid"],
        "session": call["session"],
        "tenant": call["tenant"],
        "agent": call.get("agent"),
        "bound": bound(call, binds),
        "expires": expires,
        "by": [],
    }
    return secrets.token_hex(16), item


def bound(call: Mapping[str, Any], binds: Sequence[str]) -> str:
    """The facets of a call that an approval is good for, as one text to compare."""
    return canonical({name: call.get(name) for name in binds})


def expired(item: Mapping[str, Any], now: int) -> bool:
    return item["expires"] is not None and now >= item["expires"]
