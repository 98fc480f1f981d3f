"""Branch and path filters of triggers: whether they let a branch pass."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from .workflows import sequence, text


@lru_cache(maxsize=512)
def pattern(glob: str) -> re.Pattern[str]:
    """A filter glob: ``*`` stays inside a path part, ``**`` crosses, ``?`` and ``+`` repeat what stands before."""
    parts = re.findall(r"\*\*/|\*\*|\*|\?|\+|\[[^\]]+\]|\\.|[^*?+\[\\]|\[|\\", glob)
    made = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "?", "+": "+"}
    body = ""
    for part in parts:
        if part in ("?", "+") and not body:
            part = "\\" + part
        body += made.get(part) or (part if len(part) > 2 and part[0] == "[" else re.escape(part))
    try:
        return re.compile(body + r"\Z")
    except re.error:
        return re.compile(re.escape(glob) + r"\Z")


def matches(globs: list[str], name: str) -> bool:
    """The last glob that matches decides; ``!`` in front takes out."""
    taken = False
    for glob in globs:
        if glob.startswith("!"):
            taken = taken and not pattern(glob[1:]).match(name)
        else:
            taken = taken or bool(pattern(glob).match(name))
    return taken


def globs(filters: Mapping[str, Any], key: str) -> list[str]:
    return [text(glob) for glob in sequence(filters.get(key))]


def covers(filters: Mapping[str, Any], branch: str) -> bool:
    """Whether ``branches`` and ``branches-ignore`` let the branch start a run."""
    if "branches" in filters and not matches(globs(filters, "branches"), branch):
        return False
    return not ("branches-ignore" in filters and matches(globs(filters, "branches-ignore"), branch))
