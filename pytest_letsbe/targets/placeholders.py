"""Fills `{port}`, `{policy}`, `{dns}`, `{ca}` and `{state}` into what starts a server."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from ..model import Location, UsageError

#: Every placeholder, and what stands for it.
PLACEHOLDERS = {
    "port": "a free loopback port",
    "policy": "the policy rendered for this run",
    "dns": "host:port of our resolver",
    "ca": "our CA bundle",
    "state": "a fresh folder, kept across a restart",
}

_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


def fill(text: str, values: Mapping[str, str], location: Location | None = None) -> str:
    """``text`` with its placeholders replaced; ``{{`` and ``}}`` are plain braces. UsageError on any other name."""

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return match[0][0]
        if name not in values:
            raise UsageError(_mend(name, values), location)
        return values[name]

    return _PART.sub(replace, text)


def _mend(name: str, values: Mapping[str, str]) -> str:
    if name in PLACEHOLDERS:
        given = ", ".join(f"{{{known}}}" for known in PLACEHOLDERS if known in values)
        return f"{{{name}}} ({PLACEHOLDERS[name]}) isn't given to this target; it has {given}"
    close = difflib.get_close_matches(name, PLACEHOLDERS, 1)
    hint = f"did you mean {{{close[0]}}}?" if close else f"for a plain brace write {{{{{name}}}}}"
    return f"unknown placeholder {{{name}}}; {hint}"
