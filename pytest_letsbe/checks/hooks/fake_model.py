"""An OpenAI-compatible model on loopback that plays scripted tool calls and keeps every request it was sent."""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: How a prompt says which script is played; the model finds it in the conversation it is sent.
MARK = re.compile(r"letsbe-script-([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call that the model asks for."""

    tool: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Script:
    """What the model asks for, turn by turn; a turn may hold several calls at once. After the last it says "done"."""

    turns: Sequence[Sequence[ToolCall]]
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def prompt(self) -> str:
        """The message that makes the model play this script."""
        return f"letsbe-script-{self.id}"


class FakeModel:
    """The server. ``requests`` gives what was asked while a script was played, oldest first."""

    def __init__(self) -> None:
        self._scripts: dict[str, Script] = {}
        self._requests: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def load(self, *scripts: Script) -> None:
        with self._lock:
            self._scripts.update((script.id, script) for script in scripts)

    def requests(self, script: Script) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._requests[script.id])

    def answer(self, request: dict[str, Any]) -> list[ToolCall]:
        """The calls of this turn; none once the script is over, or when nobody knows the script."""
        messages = [message for message in request.get("messages", []) if isinstance(message, dict)]
        mark = _first_mark(messages)
        with self._lock:
            if mark is not None:
                self._requests[mark].append(request)
            script = self._scripts.get(mark or "")
        turn = sum(1 for message in messages if message.get("role") == "assistant" and message.get("tool_calls"))
        return list(script.turns[turn]) if script is not None and turn < len(script.turns) else []

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def _first_mark(messages: list[dict[str, Any]]) -> str | None:
    """What the user said first: a parent's conversation later quotes the scripts of its sub-agents."""
    for roles in (("user",), ("system", "developer")):
        for message in messages:
            found = MARK.search(json.dumps(message.get("content"))) if message.get("role") in roles else None
            if found:
                return found[1]
    return None


def _chunks(calls: list[ToolCall], model: str) -> Iterator[dict[str, Any]]:
    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return {
            "id": "chatcmpl-letsbe",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": model,
            "choices": [choice],
        }

    yield chunk({"role": "assistant", "content": None if calls else "done"})
    for index, call in enumerate(calls):
        function = {"name": call.tool, "arguments": json.dumps(call.args)}
        asked = {"index": index, "id": f"call_{uuid.uuid4().hex[:24]}", "type": "function", "function": function}
        yield chunk({"tool_calls": [asked]})
    yield chunk({}, "tool_calls" if calls else "stop")
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    yield chunk({}) | {"choices": [], "usage": usage}


def _handler(model: FakeModel) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            try:
                request = json.loads(body)
            except ValueError:
                request = {}
            calls = model.answer(request if isinstance(request, dict) else {})
            lines = [f"data: {json.dumps(c)}\n\n" for c in _chunks(calls, str(request.get("model", "scripted")))]
            payload = "".join([*lines, "data: [DONE]\n\n"]).encode()
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def do_GET(self) -> None:
            payload = json.dumps({"object": "list", "data": [{"id": "scripted", "object": "model"}]}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, format: str, *args: Any) -> None:
            """stderr belongs to the user."""

    return Handler
