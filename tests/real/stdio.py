"""The letsbe protocol for a redactor in Python that takes a text and gives one back."""

import base64
import json
import sys
from collections.abc import Callable

NO_STREAM = "redacts whole texts; nothing is promised for a stream"
NO_REGISTRY = "takes no registered values"


def answer(redact: Callable[[str], str], name: str, version: str, op: str, given: dict) -> dict:
    if op == "hello":
        return {"output": {"name": name, "version": version, "ops": ["redact"]}}
    if op != "redact" or given.get("secrets") or given.get("tenant"):
        return {"unsupported": NO_STREAM if op != "redact" else NO_REGISTRY}
    if "text" in given:
        return {"output": {"text": redact(given["text"])}}
    text = redact(base64.b64decode(given["base64"]).decode("latin-1"))
    return {"output": {"base64": base64.b64encode(text.encode()).decode()}}


def serve(redact: Callable[[str], str], name: str, version: str) -> None:
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = answer(redact, name, version, request["op"], request["input"])
        except Exception as error:  # an error is an answer; its text may quote the input
            reply = {"error": type(error).__name__}
        print(json.dumps({"id": request["id"], **reply}), flush=True)
