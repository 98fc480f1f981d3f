"""Carriers that a template can't write: model streams with the secret cut across events, and long texts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

_MODEL = "demo-large"


def _pieces(text: str) -> list[str]:
    """Five characters at a time, as tokens come; long texts in larger pieces, so that a key makes 40 events at most."""
    size = max(5, -(-len(text) // 40))
    return [text[start : start + size] for start in range(0, len(text), size)]


def _dumps(node: object) -> str:
    return json.dumps(node, ensure_ascii=False, separators=(",", ":"))


def _sse(events: Iterable[tuple[str | None, str]]) -> str:
    """WHATWG HTML 9.2: an optional ``event:`` line, a ``data:`` line, an empty line."""
    return "".join((f"event: {name}\n" if name else "") + f"data: {data}\n\n" for name, data in events)


def openai_chat(value: str, _: str) -> str:
    """Chat completion chunks (OpenAI API reference): the answer's text, some characters an event."""

    def chunk(delta: object, finish: str | None = None) -> tuple[None, str]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return None, _dumps(
            {"id": "chatcmpl-demo", "object": "chat.completion.chunk", "model": _MODEL, "choices": [choice]}
        )

    words = ["Use ", "this: ", *_pieces(value), " and ", "restart."]
    deltas = [chunk({"content": word}) for word in words]
    return _sse([chunk({"role": "assistant", "content": ""}), *deltas, chunk({}, "stop"), (None, "[DONE]")])


def openai_tool(value: str, key: str) -> str:
    """Chat completion chunks that carry the arguments of a tool call, JSON text cut anywhere."""

    def chunk(call: Mapping[str, object]) -> tuple[None, str]:
        delta = {"tool_calls": [{"index": 0, **call}]}
        return None, _dumps(
            {"id": "chatcmpl-demo", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta}]}
        )

    head = chunk({"id": "call_1", "type": "function", "function": {"name": "http_request", "arguments": ""}})
    arguments = _pieces(json.dumps({"method": "POST", key: value, "retries": 2}, ensure_ascii=False))
    return _sse([head, *(chunk({"function": {"arguments": piece}}) for piece in arguments), (None, "[DONE]")])


def openai_responses(value: str, _: str) -> str:
    """``response.output_text.delta`` events (OpenAI Responses API)."""
    name = "response.output_text.delta"
    words = ["The ", "log ", "says ", *_pieces(value), "."]
    events = [
        (name, _dumps({"type": name, "item_id": "msg_1", "output_index": 0, "sequence_number": number, "delta": word}))
        for number, word in enumerate(words, 1)
    ]
    done = "response.output_item.done"
    return _sse([*events, (done, _dumps({"type": done, "item_id": "msg_1", "output_index": 0}))])


def anthropic_text(value: str, _: str) -> str:
    """``text_delta`` events (Anthropic Messages streaming)."""
    return _anthropic({"type": "text", "text": ""}, "text_delta", "text", ["I ", "found ", *_pieces(value), " there."])


def anthropic_tool(value: str, key: str) -> str:
    """``input_json_delta`` events: a tool's input as JSON text cut anywhere (Anthropic Messages streaming)."""
    block = {"type": "tool_use", "id": "toolu_1", "name": "write_file", "input": {}}
    whole = json.dumps({"path": "notes.txt", key: value, "append": True}, ensure_ascii=False)
    return _anthropic(block, "input_json_delta", "partial_json", ["", *_pieces(whole)])


def _anthropic(block: object, kind: str, field: str, pieces: Sequence[str]) -> str:
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": _MODEL, "content": []}
    nodes: list[dict[str, object]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": block},
        *({"type": "content_block_delta", "index": 0, "delta": {"type": kind, field: piece}} for piece in pieces),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_stop"},
    ]
    return _sse((str(node["type"]), _dumps(node)) for node in nodes)


def ndjson_chat(value: str, _: str) -> str:
    """One JSON object a line, as Ollama and many proxies stream."""
    words = ["Try ", *_pieces(value), " now."]
    lines = [{"model": _MODEL, "message": {"role": "assistant", "content": word}, "done": False} for word in words]
    end = {"model": _MODEL, "message": {"role": "assistant", "content": ""}, "done": True}
    return "".join(_dumps(line) + "\n" for line in [*lines, end])


_SENTENCES = (
    "The nightly build took eleven minutes, two less than last week.",
    "Alice moved the cache to the second disk and the queue drained within the hour.",
    "Nothing in the release notes mentions the new default, so we keep the old one for now.",
    "The mobile team asked for a smaller image; the layers with the compilers can go.",
    "A retry with a longer timeout went through, which points at the load balancer.",
    "Please rename the column before Friday, the report depends on it.",
)


def long_prose(value: str, _: str) -> str:
    """Three kilobytes of minutes of a meeting, the value in a sentence in their middle."""
    lines = [f"{number}. {_SENTENCES[number * 5 % 6]} {_SENTENCES[number % 6]}" for number in range(1, 23)]
    lines.insert(11, f"For the record, it printed {value} before it stopped.")
    return "\n".join(lines) + "\n"


def long_log(value: str, key: str) -> str:
    """Three kilobytes of a log, the value in one of its lines."""
    lines = [
        f"2026-11-23T10:{minute:02d}:00Z INFO worker-{minute % 4} step={minute} took={minute * 13 % 90}ms ok"
        for minute in range(50)
    ]
    lines.insert(25, f"2026-11-23T10:25:01Z DEBUG worker-1 {key}={value} attempt=2")
    return "\n".join(lines) + "\n"


#: Renderers by name: ``(value, key in snake case) -> text``.
BUILTINS: MappingProxyType[str, Callable[[str, str], str]] = MappingProxyType(
    {
        "sse-openai": openai_chat,
        "sse-openai-tool": openai_tool,
        "sse-responses": openai_responses,
        "sse-anthropic": anthropic_text,
        "sse-anthropic-tool": anthropic_tool,
        "ndjson-chat": ndjson_chat,
        "long-prose": long_prose,
        "long-log": long_log,
    }
)
