"""The person who approves: lists what is pending and resolves it, over several sockets at once when asked to."""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...model import CheckFailure
from ...targets.child import Child
from .install import Installed
from .options import ApprovalMethods

SCRIPT = Path(__file__).parent / "approver.mjs"
#: Seconds for an answer of the gateway.
DEADLINE = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What the gateway answered; ``text`` is its payload or error as JSON."""

    ok: bool
    payload: Any
    text: str


class Approver:
    """A process that holds the sockets. ``CheckFailure`` when it or the gateway says nothing in time."""

    def __init__(self, installed: Installed, url: str, token: str, methods: ApprovalMethods) -> None:
        env = {"LETSBE_GATEWAY": url.replace("http", "ws", 1), "LETSBE_TOKEN": token}
        self._methods = methods
        self._child = Child([str(installed.node), str(SCRIPT)], SCRIPT.parent, env, talks=True)
        self._stdin, self._stdout, self._stderr = self._child.fds()
        self._buffer = b""
        self._serial = 0

    def pending(self) -> list[dict[str, Any]]:
        """What waits for an answer, each with its ``id``; the gateway is asked again while it still starts."""
        end = time.monotonic() + DEADLINE
        while True:
            reply = self._ask([(0, self._methods.list, {})])[0]
            if reply.ok:
                return list(_with_ids(reply.payload))
            if "starting" not in reply.text or time.monotonic() > end:
                raise CheckFailure(f"{self._methods.list} can't be called on the gateway", evidence=[reply.text[:300]])
            time.sleep(0.2)

    def resolve(self, id: str, decision: str) -> Reply:
        return self.race(id, [decision])[0]

    def race(self, id: str, decisions: Sequence[str]) -> list[Reply]:
        """All decisions at once, each over a socket of its own; answers in the order of the decisions."""
        return self._ask(
            [(n, self._methods.resolve, {"id": id, "decision": decision}) for n, decision in enumerate(decisions)]
        )

    def connect(self, sockets: int) -> None:
        """Open so many sockets, so that a race isn't one of handshakes."""
        self._ask([(n, self._methods.list, {}) for n in range(sockets)])

    def close(self) -> None:
        self._child.end()

    def _ask(self, calls: Sequence[tuple[int, str, dict[str, Any]]]) -> list[Reply]:
        lines, ids = [], []
        for socket, method, params in calls:
            self._serial += 1
            ids.append(self._serial)
            lines.append(json.dumps({"id": self._serial, "socket": socket, "method": method, "params": params}))
        try:
            os.write(self._stdin, ("\n".join(lines) + "\n").encode())
        except OSError as error:
            raise CheckFailure(f"the approver's process has ended: {error}") from None
        got: dict[int, Reply] = {}
        end = time.monotonic() + DEADLINE
        while len(got) < len(ids):
            answer = json.loads(self._line(end))
            said = answer.get("payload") if answer["ok"] else answer.get("error")
            got[answer["id"]] = Reply(answer["ok"], answer.get("payload"), json.dumps(said))
        return [got[serial] for serial in ids]

    def _line(self, end: float) -> bytes:
        while b"\n" not in self._buffer:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._stdout], [], [], left)[0]:
                raise CheckFailure(f"the gateway didn't answer an approver within {DEADLINE:g} s")
            piece = os.read(self._stdout, 65536)
            if not piece:
                raise CheckFailure("the approver's process has ended")
            self._buffer += piece
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line


def _with_ids(payload: Any) -> list[dict[str, Any]]:
    """The objects with an id in a list, or in the first list inside an object."""
    if isinstance(payload, dict):
        payload = next((value for value in payload.values() if isinstance(value, list)), [])
    return [item for item in payload or [] if isinstance(item, dict) and isinstance(item.get("id"), str)]
