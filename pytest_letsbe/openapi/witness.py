"""Values that a schema admits, made by construction: simple ones first, then those near the other schema's bounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any

from .export import export
from .prover import Predicate, predicate
from .schema import Node, Role, branches, number
from .texts import matching
from .view import View, view

DEPTH = 7
#: Texts and objects that are longer than this aren't made.
LONGEST = 20_000
FORMATS = {
    "date": "2026-11-25", "date-time": "2026-11-25T10:00:00Z", "time": "10:00:00Z", "email": "a@example.com",
    "uuid": "6d3bd2f1-3c5e-4f0a-9d3e-1f2a3b4c5d6e", "uri": "https://example.com/a", "url": "https://example.com/a",
    "uri-reference": "/a", "hostname": "example.com", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "byte": "YQ==",
    "duration": "P1D", "json-pointer": "/a", "regex": "a", "iri": "https://example.com/a", "idn-email": "a@example.com",
    "uri-template": "/a/{b}", "relative-json-pointer": "0/a", "idn-hostname": "example.com", "iri-reference": "/a",
}  # fmt: skip


def samples(schema: Node, role: Role, hints: View | None = None, depth: int = 0) -> Iterator[Any]:
    """Values that are meant to be valid; the caller checks them."""
    if depth > DEPTH:
        return
    seen = view(schema, role)
    if seen.never:
        return
    if seen.unions:
        union = seen.unions[0]
        for branch in branches(schema, union):
            yield from islice(samples(branch, role, hints, depth + 1), 12)
        return
    if seen.enum is not None:
        yield from seen.enum
        return
    yield from _typed(seen, role, hints or View(), depth)


def _typed(seen: View, role: Role, hints: View, depth: int) -> Iterator[Any]:
    """The type that the schema speaks of first."""
    makers: dict[str, Callable[[], Iterator[Any]]] = {
        "object": lambda: _objects(seen, role, hints, depth),
        "array": lambda: _arrays(seen, role, hints, depth),
        "string": lambda: _strings(seen, hints),
        "integer": lambda: _numbers(seen, hints, whole=True),
        "number": lambda: _numbers(seen, hints, whole=False),
        "boolean": lambda: iter((True, False)),
        "null": lambda: iter((None,)),
    }
    wanted = [kind for kind in makers if kind in seen.types]
    if len(wanted) == len(makers) and not seen.says_object():
        wanted.sort(key=lambda kind: kind not in ("string", "integer"))
    for kind in wanted:
        yield from makers[kind]()


def _strings(seen: View, hints: View) -> Iterator[str]:
    low, high = seen.min_length, seen.max_length
    if low > LONGEST:
        return
    for form in [*seen.formats, *hints.formats]:
        if form in FORMATS:
            yield FORMATS[form]
    lengths = [low, low + 1, hints.min_length - 1, (hints.max_length or 0) + 1, hints.min_length]
    if high is not None:
        lengths.append(high)
    for pattern in seen.patterns:
        yield from matching(pattern)
    yield "string" if low <= 6 and (high is None or high >= 6) else "a" * low
    for length in lengths:
        if low <= length <= (high if high is not None else LONGEST):
            yield from (letter * length for letter in ("a", "1", "A", " ", "é", "-"))
    yield from (text for text in ("not a format", "a b", "~", "0", "\n") if low <= len(text))
    for pattern in hints.patterns:
        yield from matching(pattern)


def _numbers(seen: View, hints: View, *, whole: bool) -> Iterator[int | float]:
    near: list[int | float] = [0, 1, -1]
    for bound in (seen.low, seen.high, hints.low, hints.high):
        if bound is not None and number(bound[0]) and math.isfinite(bound[0]):
            near = [bound[0], bound[0] + 1, bound[0] - 1, *near] if bound in (seen.low, seen.high) else [
                *near, bound[0], bound[0] + 1, bound[0] - 1
            ]  # fmt: skip
            if not whole:
                near += [bound[0] + 0.5, bound[0] - 0.5, bound[0] * 2]
    for step in [*seen.multiples, *hints.multiples]:
        start = near[0]
        near += [step, 2 * step, 3 * step, -step, math.ceil(start / step) * step, math.floor(start / step) * step]
        near += [(math.ceil(start / step) + extra) * step for extra in range(1, 8)]
    near += [2, 7, 1000003]
    if not whole:
        near += [0.5, 1.5, 0.25]
    for value in near:
        fits = (value == int(value)) if whole else True
        if fits and _within(value, seen):
            yield int(value) if whole else value


def _within(value: float, seen: View) -> bool:
    if seen.low is not None and (value < seen.low[0] or (seen.low[1] and value == seen.low[0])):
        return False
    return seen.high is None or not (value > seen.high[0] or (seen.high[1] and value == seen.high[0]))


def _arrays(seen: View, role: Role, hints: View, depth: int) -> Iterator[list[Any]]:
    def element(index: int) -> list[Any]:
        schema = seen.prefix[index] if index < len(seen.prefix) else seen.items
        if schema is None:
            return [f"item {index}", index, None, {}]
        return some(schema, role, depth + 1)

    top = seen.max_items if seen.max_items is not None else 10_000
    wanted = [
        seen.min_items,
        1,
        len(seen.prefix),
        0,
        hints.min_items - 1,
        (hints.max_items or 0) + 1,
        len(seen.prefix) + 1,
    ]
    for length in dict.fromkeys(n for n in wanted if seen.min_items <= n <= min(top, 200)):
        options = [element(index) for index in range(length)]
        if not all(options):
            continue
        plain = [option[0] for option in options]
        if seen.unique or not hints.unique:
            plain = [option[index % len(option)] for index, option in enumerate(options)] if seen.unique else plain
        yield plain
        if hints.unique and not seen.unique and length >= 2:
            yield [options[0][0]] * length
    if hints.unique and not seen.unique and top >= 2 and (one := element(0)):
        yield [one[0]] * max(2, seen.min_items)


def _objects(seen: View, role: Role, hints: View, depth: int) -> Iterator[dict[str, Any]]:
    base = base_object(seen, role, depth)
    if base is None:
        return
    yield base
    full = dict(base)
    for name, schema in seen.properties.items():
        if name not in full:
            value = one(schema, role, depth + 1)
            if value is not None:
                full[name] = value[0]
                yield {**base, name: value[0]}
    yield full
    if seen.extra is None:
        yield {**base, "extra": "undeclared"}
        yield {**base, **{f"extra-{index}": index for index in range(min(hints.max_properties or 0, LONGEST) + 1)}}
    else:
        value = one(seen.extra, role, depth + 1)
        if value is not None:
            yield {**base, "extra": value[0]}
            yield {
                **base,
                **{f"extra-{index}": value[0] for index in range(min(hints.max_properties or 0, LONGEST) + 1)},
            }


def base_object(seen: View, role: Role, depth: int = 0) -> dict[str, Any] | None:
    """The smallest object: what is required, and as many more as ``minProperties`` wants."""
    base: dict[str, Any] = {}
    names = [name for name in seen.properties if name in seen.required] + sorted(seen.required - seen.properties.keys())
    for name in names:
        schema = seen.properties.get(name, seen.extra)
        value = ["any"] if schema is None else one(schema, role, depth + 1)
        if value is None:
            return None
        base[name] = value[0]
    if seen.min_properties > LONGEST:
        return None
    spare: Iterator[str] = chain(seen.properties, (f"extra-{index}" for index in range(LONGEST)))
    for name in spare:
        if len(base) >= seen.min_properties:
            break
        schema = seen.properties.get(name, seen.extra)
        value = [1] if schema is None else one(schema, role, depth + 1)
        if value is not None:
            base.setdefault(name, value[0])
    for name, needed in sorted(seen.needs):
        if name in base and needed not in base and needed in seen.properties:
            value = one(seen.properties[needed], role, depth + 1)
            if value is not None:
                base[needed] = value[0]
    return base


def valid_samples(schema: Node, role: Role, depth: int = 0, hints: View | None = None) -> Iterator[Any]:
    """Samples that the schema's own validator accepts."""
    accepts = predicate_of(schema, role)
    for value in samples(schema, role, hints, depth):
        if accepts(value):
            yield value


def some(schema: Node, role: Role, depth: int = 0) -> list[Any]:
    """Up to eight valid values, worked out once; none while they are being worked out, which ends recursion."""
    schema = schema.landed()
    key = ("some", schema.key, role)
    memo = schema.doc.memo
    if key not in memo:
        memo[key] = []
        memo[key] = list(islice(valid_samples(schema, role, depth), 8))
    found: list[Any] = memo[key]
    return found


def one(schema: Node, role: Role, depth: int = 0) -> list[Any] | None:
    """The first valid value in a list, so that None can be one; most objects ask no more of a property."""
    schema = schema.landed()
    key = ("one", schema.key, role)
    memo = schema.doc.memo
    if key not in memo:
        memo[key] = None
        memo[key] = list(islice(valid_samples(schema, role, depth), 1)) or None
    found: list[Any] | None = memo[key]
    return found


class Again:
    """Values that are made once, as far as somebody looks, and can be gone through again."""

    def __init__(self, values: Iterable[Any]) -> None:
        self._made: list[Any] = []
        self._left = iter(values)

    def __iter__(self) -> Iterator[Any]:
        yield from self._made
        for value in self._left:
            self._made.append(value)
            yield value


def predicate_of(schema: Node, role: Role, *, tolerant: bool = False) -> Predicate:
    """The quick validator of a schema, made once; one that accepts everything when it can't be made."""
    schema = schema.landed()
    key = ("predicate", schema.key, role, tolerant)
    memo = schema.doc.memo
    if key not in memo:
        memo[key] = predicate(export(schema, role, tolerant=tolerant)) or (lambda value: True)
    found: Predicate = memo[key]
    return found
