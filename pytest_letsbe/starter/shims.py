"""A first redactor shim in the package's language: it answers the protocol and waits for the package's own function."""

from __future__ import annotations

from pathlib import Path

_NODE = """\
// What `pytest -p letsbe` talks to: one JSON object a line, in and out.
import { createInterface } from "node:readline";

const redact = (text) => text; // put yours here: import { redact } from "../dist/redact.js";

const ops = {
  hello: () => ({ name: "redactor", version: "1.0.0", ops: ["redact"] }),
  redact: ({ text }) => ({ text: redact(text) }),
};
// What you don't support is answered with `unsupported`, never ignored: a stream, bytes, values that were registered.
const supported = (op, input) => op in ops && (op !== "redact" || ("text" in input && !input.secrets));
for await (const line of createInterface({ input: process.stdin })) {
  const { id, op, input } = JSON.parse(line);
  console.log(JSON.stringify(supported(op, input) ? { id, output: ops[op](input) } : { id, unsupported: op }));
}
"""
_PYTHON = '''\
"""What `pytest -p letsbe` calls: text in, text out."""


def redact(text: str) -> str:
    return text  # put yours here: from mypackage.logs import redact
'''
_SHELL = """\
#!/usr/bin/env bash
# What `pytest -p letsbe` talks to: one JSON object a line, in and out. Put your patterns into `redact`.
exec jq --unbuffered -c '
  def redact: .;  # such as: gsub("gh[pousr]_[A-Za-z0-9]{36}"; "[REDACTED]")
  if .op == "hello" then {id, output: {name: "redactor", version: "1", ops: ["redact"]}}
  elif .op == "redact" and .input.text and (.input.secrets | not) then {id, output: {text: (.input.text | redact)}}
  else {id, unsupported: .op} end'
"""
SHIMS = {
    "node": ("letsbe/redactor.mjs", _NODE),
    "python": ("letsbe_redactor.py", _PYTHON),
    "shell": ("letsbe/redactor.sh", _SHELL),
}


def write_shim(folder: Path, language: str) -> str | None:
    """Write the shim of that language; its path, or None when a file stands there."""
    path, text = SHIMS[language]
    place = folder / path
    if place.exists() or place.is_symlink():
        return None
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
    return path
