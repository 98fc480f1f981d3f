"""A script into a package.json, without touching another byte of it."""

from __future__ import annotations

import json
import re
from typing import Any


def with_script(text: str, name: str, command: str) -> str | None:
    """The text with one script more; None when it has a script of that name.

    Raises:
        ValueError: it is no package.json that can be extended.
    """
    data = json.loads(text.removeprefix("\ufeff"))
    if not isinstance(data, dict) or not isinstance(data.get("scripts", {}), dict):
        raise ValueError("no object")
    if name in data.get("scripts", {}):
        return None
    end = "\r\n" if "\r\n" in text else "\n"
    indent = found[1] if (found := re.search(r'\n([ \t]+)"', text)) else "  "
    entry = f"{json.dumps(name)}: {json.dumps(command)}"
    if "scripts" in data:
        made = _inside(text, _scripts(text), entry, bool(data["scripts"]), end, indent)
    else:
        body = f'"scripts": {{{end}{indent * 2}{entry}{end}{indent}}}'
        made = _inside(text, text.index("{"), body, bool(data), end, indent, depth=1)
    wanted: dict[str, Any] = {**data, "scripts": {**data.get("scripts", {}), name: command}}
    if json.loads(made.removeprefix("\ufeff")) != wanted:
        raise ValueError("it isn't written as expected")
    return made


def _inside(text: str, brace: int, entry: str, filled: bool, end: str, indent: str, depth: int = 2) -> str:
    """The entry as the first one behind an opening brace."""
    rest = text[brace + 1 :]
    if not filled:
        return f"{text[: brace + 1]}{end}{indent * depth}{entry}{end}{indent * (depth - 1)}{rest.lstrip()}"
    gap = rest[: len(rest) - len(rest.lstrip())]
    return f"{text[: brace + 1]}{gap}{entry},{gap or ' '}{rest.lstrip()}"


def _scripts(text: str) -> int:
    """Where the object of the top-level key ``scripts`` opens."""
    depth = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[{}\[\]]', text):
        if token[0] in "{[":
            depth += 1
        elif token[0] in "}]":
            depth -= 1
        elif depth == 1 and json.loads(token[0]) == "scripts":
            opening = re.compile(r"\s*:\s*(\{)").match(text, token.end())
            if opening:
                return opening.start(1)
    raise ValueError("no scripts")
