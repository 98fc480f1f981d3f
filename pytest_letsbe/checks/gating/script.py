"""A gate script: JSON lines of ops and expectations, which anybody can read, keep and play again.

A line is one of

- ``{"op": "call", "rid": ..., "as": "a", "must": "ask"}``: an op with its input. ``as`` names the approval in the
  reply, ``must`` is what the reply has to be for the rest to mean anything. One with ``if_given: true`` is left out
  when the approval that it names never came.
- ``{"obtain": {...call}, "actors": [...]}``: the call must run: at once, or approved by the actors and spent.
- ``{"together": [{"op": "spend", ...}, ...]}``: the same op several times at once.
- ``{"sink": "drop", "ms": 20}``: how our ledger answers from here on.
- ``{"wait_ms": 300}``: real time.
- ``{"expect": "ran", "rid": ..., "most": 0}``: what is judged, see ``expect.py``.

As the ``approval`` of an op ``"$a"`` is the approval named ``a``, ``{"$id": "a", "as": "prefix"}`` one that
resembles it. Anywhere ``{"$repeat": ["x", 70000]}`` and ``{"$long": ["x", 70000, "end"]}`` are long texts,
``{"$nest": 500}`` a deep value, ``{"$secret": "base64", "in": "..."}`` a text with a planted secret.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from ...model import Location, UsageError

Step: TypeAlias = Mapping[str, Any]

FORMAT = "letsbe-gate-script/1"

KINDS = ("op", "obtain", "together", "sink", "wait_ms", "expect")


@dataclass(frozen=True, slots=True)
class Script:
    """One sample of a case. ``optional`` scripts may meet an op that the gate lacks."""

    name: str
    steps: tuple[Step, ...]
    seed: int = 0
    optional: bool = False
    case: str = ""
    statement: str = ""
    #: Where it was made of parts: those, and what makes the script of fewer of them.
    parts: tuple[Any, ...] = field(default=(), repr=False, compare=False)
    rebuilt: Callable[[Sequence[Any]], Script] | None = field(default=None, repr=False, compare=False)

    def having(self, **changes: Any) -> Script:
        return replace(self, **changes)

    def lines(self) -> list[str]:
        """The whole script as JSON lines, to be kept in a file."""
        head = {"format": FORMAT, "case": self.case, "statement": self.statement, "name": self.name, "seed": self.seed}
        return [_line(head), *map(_line, self.steps)]

    def shown(self) -> list[str]:
        """The script for a person: the policy by name only."""
        return [_line({**step, "policy": "..."} if step.get("op") == "reset" else step) for step in self.steps]


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=True)


def read(text: str, path: str) -> Script:
    """A script from its file. Raises UsageError with ``file:line``."""
    steps: list[Step] = []
    head: dict[str, Any] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        where = Location(path, number)
        try:
            value = json.loads(line)
        except ValueError as error:
            raise UsageError(f"isn't a line of JSON: {error}", where) from None
        if not isinstance(value, dict):
            raise UsageError("a line of a script is a JSON object", where)
        if "format" in value and not head:
            if value["format"] != FORMAT:
                raise UsageError(f"has format {value['format']!r}; this reads {FORMAT!r}", where)
            head = value
        elif len(value.keys() & set(KINDS)) != 1:
            raise UsageError(f"a line needs one of {', '.join(KINDS)}", where)
        else:
            steps.append(value)
    if not head or not steps:
        raise UsageError(
            f"isn't a gate script: its first line has format {FORMAT!r}, then steps follow", Location(path)
        )
    return Script(
        str(head.get("name", "")),
        tuple(steps),
        int(head.get("seed", 0)),
        case=str(head.get("case", "")),
        statement=str(head.get("statement", "")),
    )


def similar(identifier: str, how: str) -> Any:  # noqa: C901 - a list of forms
    """What resembles an approval id; the id itself where it has no such relative."""
    match how:
        case "prefix":
            return identifier[: max(1, len(identifier) // 2)]
        case "first-character":
            return identifier[:1]
        case "all-but-one":
            return identifier[:-1]
        case "longer":
            return identifier + "0"
        case "other-case":
            return identifier.swapcase()
        case "space-before":
            return " " + identifier
        case "space-behind":
            return identifier + " "
        case "newline-behind":
            return identifier + "\n"
        case "nul-behind":
            return identifier + "\0"
        case "one-character-changed":
            return identifier[:-1] + ("0" if identifier[-1:] != "0" else "1")
        case "in-a-list":
            return [identifier]
        case "in-an-object":
            return {"id": identifier}
    raise ValueError(how)


def approval_of(value: Any, ids: Mapping[str, str]) -> Any:
    """What a step's ``approval`` means: the id that ``"$a"`` names, or as ``fill``. Raises KeyError like it."""
    if isinstance(value, str) and value[:1] == "$":
        return ids[value[1:]]
    return fill(value, ids, 0)


def fill(value: Any, ids: Mapping[str, str], seed: int) -> Any:
    """A step's value with its ``{"$...": ...}`` forms replaced. Raises KeyError when an approval never came.

    A text stands for itself, also one that begins with a dollar sign: command lines do.
    """
    if isinstance(value, Mapping):
        match value:
            case {"$id": name, "as": how}:
                return similar(ids[name], how)
            case {"$repeat": [str(text), int(times)]}:
                return text * times
            case {"$long": [str(text), int(times), str(end)]}:
                return text * times + end
            case {"$nest": int(depth)}:
                return _nested(depth)
            case {"$secret": str(encoding), "in": str(template)}:
                from .plants import planted

                return template.replace("{}", planted(seed, encoding))
        return {key: fill(inner, ids, seed) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [fill(inner, ids, seed) for inner in value]
    return value


def _nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value
