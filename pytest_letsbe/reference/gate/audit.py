"""The audit: each record carries the hash of the one before, and names calls by keyed digests, never by their text."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import Any

from .store import Store

GENESIS = "0" * 64


def canonical(value: Any) -> str:
    """One text for one JSON value: keys sorted, 2.0 written as 2."""
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def digest(store: Store, value: Any) -> str:
    """What stands in a record instead of a value that may hold a secret; the key never leaves the store."""
    key = store.get("meta", "audit-key")
    if key is None:
        key = secrets.token_hex(32)
        store.put("meta", "audit-key", key)
    return hmac.new(bytes.fromhex(key), canonical(value).encode(), hashlib.sha256).hexdigest()[:32]


def record(store: Store, **facts: Any) -> None:
    """Append one record to the chain."""
    before = store.last()
    body = {"seq": 0 if before is None else before["seq"] + 1, **facts}
    body["prev"] = GENESIS if before is None else before["hash"]
    body["hash"] = hashlib.sha256(canonical(body).encode()).hexdigest()
    store.append(body)


def intact(records: list[dict[str, Any]]) -> bool:
    """Whether no record was changed, taken out or put elsewhere."""
    before = GENESIS
    for place, each in enumerate(records):
        body = {key: value for key, value in each.items() if key != "hash"}
        own = hashlib.sha256(canonical(body).encode()).hexdigest()
        if each.get("prev") != before or each.get("hash") != own or each.get("seq") != place:
            return False
        before = own
    return True
