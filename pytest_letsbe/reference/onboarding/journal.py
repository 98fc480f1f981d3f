"""A journal of events in a file, replayed at a restart; each event is written before it is acted upon."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from pathlib import Path
from typing import Any

from . import rules


class ReferenceOnboarding:
    """Each decision is a method, so that a mutant spoils one."""

    def __init__(self) -> None:
        folder = os.environ.get("LETSBE_STATE")
        self._folder = None if folder else tempfile.TemporaryDirectory(prefix="letsbe-onboarding-")
        self._journal = Path(folder or (self._folder.name if self._folder else "")) / "journal.jsonl"
        self._lock = threading.RLock()
        self._load()

    def reset(self, seed: int = 0, sink: str = "") -> dict[str, Any]:
        with self._lock:
            self._journal.unlink(missing_ok=True)
            self._load()
            self._write({"event": "reset", "seed": seed, "sink": sink})
        return {}

    def restart(self, hard: bool = False) -> dict[str, Any]:
        with self._lock:
            self._load()
        return {}

    def start(self, email: Any, plan: Any, idempotency: str | None = None) -> dict[str, Any]:
        with self._lock:
            self._check_start(email, plan)
            known = self._known("start", idempotency, {"email": email, "plan": plan})
            if known is None:
                known = self._new_id(idempotency)
                event = {"event": "start", "id": known, "email": email, "plan": plan, "key": idempotency}
                self._write(event)
            return {"onboarding": known, "step": self._step(known)}

    def submit(self, onboarding: str, step: str, data: Any, idempotency: str | None = None) -> dict[str, Any]:
        with self._lock:
            if self._known(f"submit {onboarding}", idempotency, [step, data]) is None:
                self._check_step(onboarding, step, data)
                event = {"event": "submit", "id": onboarding, "step": step, "data": data, "key": idempotency}
                self._write(event)
            return {"step": self._step(onboarding)}

    def pay(self, onboarding: str, outcome: Any = None, idempotency: str | None = None) -> dict[str, Any]:
        with self._lock:
            if self._known(f"pay {onboarding}", idempotency, outcome) is None:
                self._check_payment(onboarding, outcome)
                self._write({"event": "pay", "id": onboarding, "outcome": outcome, "key": idempotency})
            if self._due(onboarding):
                self._provision(onboarding)
            return {"step": self._step(onboarding)}

    def resume(self, onboarding: str) -> dict[str, Any]:
        with self._lock:
            return {"step": self._step(onboarding), "data": self._rows[onboarding]["data"]}

    def _check_start(self, email: Any, plan: Any) -> None:
        if not rules.good_address(email):
            raise ValueError("no mail can be sent there")
        if plan not in rules.PLANS:
            raise ValueError("no such plan")

    def _check_step(self, onboarding: str, step: str, data: Any) -> None:
        row = self._rows[onboarding]
        if row["paid"] or step not in rules.STEPS or not rules.good_data(step, data):
            raise ValueError("no such step, or its data isn't whole")
        if step not in row["data"] and step != self._step(onboarding):
            raise ValueError("another step comes first")

    def _check_payment(self, onboarding: str, outcome: Any) -> None:
        if outcome not in rules.OUTCOMES:
            raise ValueError("no such outcome")
        if self._step(onboarding) in rules.STEPS:
            raise ValueError("steps are left")

    def _due(self, onboarding: str) -> bool:
        return self._rows[onboarding]["paid"] and not self._rows[onboarding]["provisioned"]

    def _provision(self, onboarding: str) -> None:
        self._write({"event": "provisioned", "id": onboarding})
        rules.provision(self._sink, onboarding, self._rows[onboarding]["plan"])

    def _step(self, onboarding: str) -> str:
        row = self._rows[onboarding]
        left = [step for step in rules.STEPS if step not in row["data"]]
        return left[0] if left else "done" if row["provisioned"] else "provisioning" if row["paid"] else "payment"

    def _new_id(self, key: str | None) -> str:
        return f"onb_{os.urandom(4).hex()}"

    def _known(self, scope: str, key: str | None, said: Any) -> Any:
        """What this key did before; None when it is new. Raises ValueError when it did something else."""
        if key is None or (scope, key) not in self._keys:
            return None
        before, result = self._keys[scope, key]
        if before != said:
            raise ValueError("this key was used for something else")
        return result

    def _load(self) -> None:
        self._rows: dict[str, dict[str, Any]] = {}
        self._keys: dict[tuple[str, str], tuple[Any, str]] = {}
        self._sink = ""
        if self._journal.exists():
            for line in self._journal.read_text().splitlines():
                self._apply(json.loads(line))

    def _write(self, event: dict[str, Any]) -> None:
        with self._journal.open("a") as journal:
            journal.write(json.dumps(event) + "\n")
        self._apply(event)

    def _apply(self, event: dict[str, Any]) -> None:
        kind, name, key = event["event"], event.get("id", ""), event.get("key")
        if kind == "reset":
            self._sink = event["sink"]
            return
        said: Any = None
        scope = kind
        if kind == "start":
            self._rows[name] = {"plan": event["plan"], "data": {}, "paid": False, "provisioned": False}
            said = {"email": event["email"], "plan": event["plan"]}
        elif kind == "submit":
            self._rows[name]["data"][event["step"]] = event["data"]
            scope, said = f"submit {name}", [event["step"], event["data"]]
        elif kind == "pay":
            self._rows[name]["paid"] |= event["outcome"] == "paid"
            scope, said = f"pay {name}", event["outcome"]
        else:
            self._rows[name]["provisioned"] = True
        if key is not None:
            self._keys[scope, key] = (said, name)
