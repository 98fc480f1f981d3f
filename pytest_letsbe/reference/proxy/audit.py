"""Writes one JSON line for every attempt, allowed or not, without a secret in it."""

from __future__ import annotations

import json
import time
from pathlib import Path

from .redacting import Redacting


class Audit(Redacting):
    """The line: ``at``, ``tenant``, ``method``, ``host``, ``port``, ``decision``, ``reason``, ``address``."""

    def record(
        self, decision: str, reason: str, *, method: str = "", host: str = "", port: int = 0, tenant: str | None = None,
        address: str = "",
    ) -> None:  # fmt: skip
        policy = self.policy
        if policy is None or policy.audit is None:
            return
        line = {
            "at": round(time.time(), 3), "tenant": tenant, "method": method, "host": self.audited(host), "port": port,
            "decision": decision, "reason": reason, "address": address,
        }  # fmt: skip
        place = Path(policy.audit.replace("{state}", str(self.state or ".")))
        with place.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def audited(self, host: str) -> str:
        """A host that a client made up may hold a secret."""
        return self.clean(host) if self.policy is not None and self.policy.redact and host else host
