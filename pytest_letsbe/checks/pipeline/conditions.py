"""A small, decidable part of ``if:`` expressions: true on every run of an event, false on every run, or unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

#: What can't be told without a run; a condition that comes to it is treated as one that may be false.
UNKNOWN = type("Unknown", (), {"__repr__": lambda self: "UNKNOWN"})()

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<op>&&|\|\||==|!=|<=|>=|[!<>(),])|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z_][\w-]*(?:\.[\w*-]+|\['[^']*'\]|\[\d+\])*))"
)


@dataclass(frozen=True, slots=True)
class Event:
    """What is known of a run: ``pull_request``, ``push`` to a branch, or another event."""

    name: str
    branch: str = "main"

    def known(self) -> dict[str, Any]:
        """Context values of such a run. ``gitea.`` is an alias of ``github.``."""
        facts: dict[str, Any] = {"event_name": self.name}
        if self.name.startswith("pull_request"):
            facts |= {"base_ref": self.branch, "event.pull_request.base.ref": self.branch, "ref_type": "branch"}
            facts["ref"] = facts["ref_name"] = _Never()
        elif self.name == "push":
            facts |= {"ref": f"refs/heads/{self.branch}", "ref_name": self.branch, "ref_type": "branch", "base_ref": ""}
            facts["head_ref"] = ""
        return facts


class _Never:
    """The ref of a pull request, ``refs/pull/N/...``: no branch and no tag."""


def holds(condition: object, event: Event) -> bool | None:
    """Whether a condition is true on every run of the event; None when that can't be told.

    Status functions: ``always()`` is true; ``success()``, ``failure()`` and ``cancelled()`` depend on the run.
    """
    if isinstance(condition, bool):
        return condition
    if condition is None:
        return True
    source = str(condition).strip()
    inner = re.fullmatch(r"\$\{\{(.*)\}\}", source, re.DOTALL)
    if inner and "${{" not in inner[1]:
        source = inner[1]
    elif "${{" in source:  # text around an expression: a text that isn't empty is true
        return None
    try:
        value = _Parser(source, event.known()).whole()
    except (ValueError, RecursionError):
        return None
    return None if value is UNKNOWN else bool(value)


class _Parser:
    def __init__(self, source: str, facts: Mapping[str, Any]) -> None:
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while position < len(source.rstrip()):
            found = _TOKEN.match(source, position)
            if not found or found.lastgroup is None:
                raise ValueError(source)
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            position = found.end()
        self._facts = facts
        self._at = 0

    def whole(self) -> Any:
        value = self._either()
        if self._at < len(self._tokens):
            raise ValueError("more than one expression")
        return value

    def _next(self, *wanted: str) -> str | None:
        if self._at < len(self._tokens) and self._tokens[self._at][0] == "op" and self._tokens[self._at][1] in wanted:
            self._at += 1
            return self._tokens[self._at - 1][1]
        return None

    def _either(self) -> Any:
        value = self._both()
        while self._next("||"):
            other = self._both()
            # Truth is all that is asked for: an operand known to be true decides, whatever the other is.
            value = value if _true(value) else other if _true(other) else _first_unknown(value, other)
        return value

    def _both(self) -> Any:
        value = self._compared()
        while self._next("&&"):
            other = self._compared()
            value = value if _false(value) else other if _false(other) else _first_unknown(value, other)
        return value

    def _compared(self) -> Any:
        left = self._negated()
        if operator := self._next("==", "!=", "<", ">", "<=", ">="):
            right = self._negated()
            if isinstance(left, _Never) or isinstance(right, _Never):
                return _never(left if isinstance(right, _Never) else right, operator)
            if left is UNKNOWN or right is UNKNOWN or operator not in ("==", "!="):
                return UNKNOWN
            same = _folded(left) == _folded(right)
            return same if operator == "==" else not same
        return left

    def _negated(self) -> Any:
        if self._next("!"):
            value = self._negated()
            return UNKNOWN if value is UNKNOWN or isinstance(value, _Never) else not value
        return self._operand()

    def _operand(self) -> Any:
        if self._next("("):
            value = self._either()
            if not self._next(")"):
                raise ValueError("no closing parenthesis")
            return value
        if self._at >= len(self._tokens):
            raise ValueError("ends too early")
        kind, token = self._tokens[self._at]
        self._at += 1
        if kind == "text":
            return token[1:-1].replace("''", "'")
        if kind == "number":
            return float(token)
        if kind != "name":
            raise ValueError(token)
        if self._next("("):
            return self._called(token.lower())
        return self._value(token)

    def _called(self, function: str) -> Any:
        arguments: list[Any] = []
        while not self._next(")"):
            arguments.append(self._either())
            self._next(",")
        if function == "always":
            return True
        made = _FUNCTIONS.get(function)
        if made is None or len(arguments) != 2:
            return UNKNOWN
        if isinstance(arguments[0], _Never):
            return _never_starts(arguments[1]) if function == "startswith" else UNKNOWN
        return UNKNOWN if UNKNOWN in arguments else made(*map(_folded, arguments))

    def _value(self, name: str) -> Any:
        lower = name.lower()
        if lower in ("true", "false", "null"):
            return {"true": True, "false": False}.get(lower)
        root, _, rest = lower.partition(".")
        return self._facts.get(rest, UNKNOWN) if root in ("github", "gitea") else UNKNOWN


_FUNCTIONS: dict[str, Callable[[Any, Any], bool]] = {
    "startswith": lambda whole, part: str(whole).startswith(str(part)),
    "endswith": lambda whole, part: str(whole).endswith(str(part)),
    "contains": lambda whole, part: str(part) in str(whole),
}


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _true(value: Any) -> bool:
    return value is not UNKNOWN and bool(value)


def _false(value: Any) -> bool:
    return value is not UNKNOWN and not value


def _first_unknown(left: Any, right: Any) -> Any:
    return UNKNOWN if UNKNOWN in (left, right) else right


def _never(other: Any, operator: str) -> Any:
    if isinstance(other, str) and "pull" not in other and "/merge" not in other:
        return operator == "!=" if operator in ("==", "!=") else UNKNOWN
    return UNKNOWN


def _never_starts(prefix: Any) -> Any:
    return False if isinstance(prefix, str) and prefix.startswith(("refs/heads", "refs/tags")) else UNKNOWN
