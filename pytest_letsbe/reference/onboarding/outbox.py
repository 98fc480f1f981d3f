"""Rows in SQLite; a payment only fills an outbox, which a thread of its own empties a little later."""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from . import rules

_TABLES = """
create table if not exists site (sink text);
create table if not exists visit (id text primary key, plan text, data text, state text, tries int);
create table if not exists done (key text primary key, said text, reply text);
create table if not exists outbox (visit text primary key, sent int default 0);
"""


class OutboxOnboarding:
    """Differs from the reference in all that the protocol leaves open."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="letsbe-onboarding-")
        self._file = Path(os.environ.get("LETSBE_STATE") or self._folder.name) / "site.db"
        self._lock = threading.RLock()
        self._open()

    def _open(self) -> None:
        self._db = sqlite3.connect(self._file, check_same_thread=False, isolation_level=None)
        self._db.executescript("pragma journal_mode=wal; pragma synchronous=off;" + _TABLES)

    def reset(self, seed: int = 0, sink: str = "") -> dict[str, Any]:
        with self._lock:
            self._db.executescript("delete from site; delete from visit; delete from done; delete from outbox;")
            self._db.execute("insert into site values (?)", [sink])
        return {"ok": True}

    def restart(self, hard: bool = False) -> dict[str, Any]:
        with self._lock:
            self._db.close()
            self._open()
            self._send_later()
        return {"ok": True}

    def start(self, **given: Any) -> dict[str, Any]:
        if not rules.good_address(given.get("email")) or given.get("plan") not in rules.PLANS:
            return {"error": "invalid"}
        return self._once("start", given, self._started)

    def _started(self, given: dict[str, Any]) -> dict[str, Any]:
        name = f"onb_{os.urandom(8).hex()}"
        self._db.execute("insert into visit values (?, ?, '{}', 'open', 0)", [name, given["plan"]])
        return {"onboarding": name}

    def submit(self, **given: Any) -> dict[str, Any]:
        return self._once(f"submit {given['onboarding']}", given, self._submitted)

    def _submitted(self, given: dict[str, Any]) -> dict[str, Any]:
        _, data, state = self._visit(given["onboarding"])
        order = list(rules.STEPS)
        step = given["step"]
        if state != "open" or step not in order or order.index(step) > len(data):
            raise ValueError("not now")
        if not rules.good_data(step, given["data"]):
            raise ValueError("not whole")
        data[step] = given["data"]
        self._db.execute("update visit set data = ? where id = ?", [json.dumps(data), given["onboarding"]])
        return {"next": order[len(data)] if len(data) < len(order) else "payment"}

    def pay(self, **given: Any) -> dict[str, Any]:
        answer = self._once(f"pay {given['onboarding']}", given, self._paid)
        self._send_later()
        return answer

    def _paid(self, given: dict[str, Any]) -> dict[str, Any]:
        _, data, state = self._visit(given["onboarding"])
        if len(data) < len(rules.STEPS) or given["outcome"] not in rules.OUTCOMES:
            raise ValueError("not now")
        if given["outcome"] == "paid" and state == "open":
            self._db.execute("update visit set state = 'paid' where id = ?", [given["onboarding"]])
            self._db.execute("insert into outbox (visit) values (?)", [given["onboarding"]])
        return {"ok": True}

    def resume(self, onboarding: str) -> dict[str, Any]:
        with self._lock:
            _, data, state = self._visit(onboarding)
        left = [step for step in rules.STEPS if step not in data]
        merged = {key: value for each in data.values() for key, value in each.items()}
        return {"step": left[0] if left else "pay" if state == "open" else "finished", "data": merged}

    def _visit(self, name: str) -> tuple[str, dict[str, Any], str]:
        plan, data, state = self._db.execute("select plan, data, state from visit where id = ?", [name]).fetchone()
        return plan, json.loads(data), state

    def _once(self, scope: str, given: dict[str, Any], act: Any) -> dict[str, Any]:
        """Do it in one transaction, with its key; what a key did is answered again, and nothing else by that key."""
        key, said = given.get("idempotency"), json.dumps(given, sort_keys=True)
        with self._lock:
            if key is not None:
                known = self._db.execute("select said, reply from done where key = ?", [f"{scope} {key}"]).fetchone()
                if known is not None:
                    if known[0] != said:
                        raise ValueError("this key was used for something else")
                    return dict(json.loads(known[1]))
            self._db.execute("begin immediate")
            try:
                reply: dict[str, Any] = act(given)
                if key is not None:
                    self._db.execute("insert into done values (?, ?, ?)", [f"{scope} {key}", said, json.dumps(reply)])
                self._db.execute("commit")
            except BaseException:
                self._db.execute("rollback")
                raise
            return reply

    def _send_later(self) -> None:
        threading.Thread(target=self._send, daemon=True).start()

    def _send(self) -> None:
        time.sleep(0.01)
        with self._lock:
            waiting = self._db.execute("select visit from outbox where sent = 0").fetchall()
            self._db.execute("update outbox set sent = 1")
            sink = self._db.execute("select sink from site").fetchone()
            plans = {name: self._visit(name)[0] for (name,) in waiting}
        for name, plan in plans.items():
            rules.provision(sink[0], name, plan)
