"""A value of a PostgreSQL type as text: large, long and precise first, so that a narrower type can't hold it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SIZE = re.compile(r"\((\d+)(?:,\s*(\d+))?\)")
#: What a CHECK compares with: 'trial', 100.
_LITERAL = re.compile(r"'((?:[^']|'')*)'|(?<![\w.])(\d+(?:\.\d+)?)(?![\w.])")
_LONGEST = 300
_TEXTS = ("", "letsbe{n}", "letsbe{n}@example.com", "https://{n}.example.com/", "{n}", "a", "ab{n}", "A{n}")
_PLAIN = {
    "boolean": "true",
    "date": "2024-02-{day}",
    "json": '{{"letsbe": {n}, "list": [1, null]}}',
    "jsonb": '{{"letsbe": {n}, "list": [1, null]}}',
    "bytea": "\\x00ff{n:02x}",
    "uuid": "00000000-0000-4000-8000-{n:012d}",
    "inet": "192.0.2.{n}",
    "cidr": "192.0.2.{n}/32",
    "macaddr": "00:00:5e:00:53:{n:02x}",
    "interval": "{n} days 03:04:05.678912",
    "money": "{n}.25",
    "real": "{n}.5",
    "double precision": "{n}.12345",
    "point": "({n},1)",
    "xml": "<letsbe>{n}</letsbe>",
    "tsvector": "letsbe{n}",
    "bit": "1",
}
_WHOLE = {"smallint": 32_000, "integer": 2_000_000_000, "bigint": 9_007_199_254_740_000, "oid": 4_000_000_000}


@dataclass(frozen=True, slots=True)
class Kind:
    """A type as ``format_type`` writes it, domains resolved, and an enum's labels."""

    type: str
    labels: tuple[str, ...] = ()


def value(kind: Kind, number: int, style: int, check: str = "") -> str:
    """The ``number``-th value. Styles are ever more modest; from the second on a CHECK's own literals are tried."""
    if kind.type.endswith("[]"):
        inner = value(Kind(kind.type[:-2], kind.labels), number, style, check)
        return '{"' + inner.replace("\\", "\\\\").replace('"', '\\"') + '"}'
    if kind.labels:
        return kind.labels[-1 - number % len(kind.labels)]
    literals = _literals(check)
    if literals and style % 2 and style // 2 < len(literals):
        return literals[(style // 2 + number) % len(literals) if style == 1 else style // 2]
    modest = (style + 1) // 2 if check else style
    base = _SIZE.sub("", kind.type).strip()
    if base in _WHOLE:
        return str((_WHOLE[base] if modest == 0 else (0, 100, 0, 10, 1, 1000)[modest % 6]) + number + 1)
    if base == "numeric":
        return _numeric(kind.type, number, modest)
    if base.startswith(("timestamp", "time ")) or base == "time":
        clock = f"03:04:{number % 60:02d}.678912"
        day = "" if base.startswith("time ") or base == "time" else f"2024-02-{number % 28 + 1:02d} "
        return day + clock + ("+00" if "with time zone" in base else "")
    if base in _PLAIN:
        return _PLAIN[base].format(n=number + 1, day=f"{number % 28 + 1:02d}")
    return _text(kind.type, base, number, modest)


def _text(kind: str, base: str, number: int, modest: int) -> str:
    size = _SIZE.search(kind)
    longest = int(size[1]) if size else (1 if base == "character" else _LONGEST)
    shape = _TEXTS[modest % len(_TEXTS)]
    if shape and len(shape.format(n=number + 1)) <= longest:
        return shape.format(n=number + 1)
    return f"{number + 1}-letsbe-".ljust(min(longest, _LONGEST), "x")[:longest]


def _numeric(kind: str, number: int, modest: int) -> str:
    size = _SIZE.search(kind)
    whole, scale = (int(size[1]) - int(size[2] or 0), int(size[2] or 0)) if size else (9, 3)
    if modest:
        return str((0, 1, 100)[modest % 3] + number)
    high = 10 ** (whole - 1) + number if whole > 1 else number % 10 if whole == 1 else 0
    return str(high) + ("." + "1" * scale if scale else "")


def _literals(check: str) -> list[str]:
    found = []
    for text, figure in _LITERAL.findall(check):
        if figure:
            whole = figure.partition(".")[0]
            found += [figure, str(int(whole) + 1), str(max(int(whole) - 1, 0))]
        else:
            found.append(text.replace("''", "'"))
    return list(dict.fromkeys(found))
