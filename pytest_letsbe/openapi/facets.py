"""What a keyword refuses: types, bounds, lengths, patterns, formats, each with a value that shows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from . import prover, witness
from .export import compiles, export
from .schema import TYPES, Node, narrowed, type_of
from .validator import KNOWN
from .view import View

if TYPE_CHECKING:
    from .compare import Change, Comparer

#: Formats that name how text is written or shown, not which texts are valid.
NO_CLAIM = frozenset(
    {"password", "binary", "byte", "html", "markdown", "string", "text", "textarea", "double", "decimal"}
)


def types(comparer: Comparer, producer: Node, consumer: Node, sent: View, read: View) -> list[Change]:
    """Types that are sent and not read, and values outside an enum."""
    from .compare import Change

    place = comparer.new(producer, consumer)
    missing = sent.types - read.types
    if comparer.wire and "string" in read.types and (sent.types == TYPES or not missing & {"array", "object"}):
        missing = frozenset()  # on the wire every scalar is text, and what nothing is said about is one
        if "string" not in sent.types and (found := _as_text(comparer, producer, consumer, read)):
            return found
    if missing == TYPES - {"integer", "number"} and not read.types:
        return []
    if missing:
        takes = comparer.accepts(consumer)
        for value in islice(witness.valid_samples(producer, comparer.role, hints=read), 200):
            if type_of(value) in missing and not takes(value):
                kind = "nullable" if missing == {"null"} else "type"
                return [Change(kind, (), place, f"{_words(sent)} is sent where {_words(read)} is read", (value,))]
        for kind in sorted(missing):
            chosen = _of_type(producer, kind, comparer)
            for value in chosen:
                if not takes(value):
                    name = "nullable" if missing == {"null"} else "type"
                    return [Change(name, (), place, f"{_words(sent)} is sent where {_words(read)} is read", (value,))]
    return _unlisted(comparer, producer, consumer, read)


def _unlisted(comparer: Comparer, producer: Node, consumer: Node, read: View) -> list[Change]:
    """A value outside an enum that the producer doesn't have."""
    from .compare import Change

    if read.enum is None or read.extensible:
        return []
    takes = comparer.accepts(consumer)
    place = comparer.new(producer, consumer)
    for value in islice(witness.valid_samples(producer, comparer.role, hints=read), 200):
        if not takes(value):
            return [Change("became-enum", (), place, "any value is sent where only listed ones are read", (value,))]
    return []


def _as_text(comparer: Comparer, producer: Node, consumer: Node, read: View) -> list[Change]:
    """A scalar of a parameter whose text isn't one that is read."""
    from .compare import Change

    if not (read.min_length or read.max_length is not None or read.patterns or read.formats):
        return []
    takes = comparer.accepts(consumer)
    for value in islice(witness.valid_samples(producer, comparer.role, hints=read), 200):
        if not takes(value):
            sentence = f"the text of {value!r} is refused"
            return [Change("type", (), comparer.new(producer, consumer), sentence, (value,))]
    return []


def _of_type(producer: Node, kind: str, comparer: Comparer) -> list[Any]:
    return list(islice(witness.valid_samples(narrowed(producer, kind), comparer.role), 40))


def _words(seen: View) -> str:
    if seen.types == TYPES:
        return "anything"
    names = seen.types - {"integer"} if "number" in seen.types else seen.types
    return " or ".join(sorted(names)) or "nothing"


def scalars(comparer: Comparer, producer: Node, consumer: Node, sent: View, read: View) -> list[Change]:
    """Stricter bounds of strings and numbers."""
    from .compare import Change

    common = sent.types & read.types
    wanted: list[tuple[str, str, Callable[[Any], bool]]] = []
    if "string" in common:
        wanted += _string_claims(sent, read)
    if common & {"integer", "number"}:
        wanted += _number_claims(sent, read)
    found = []
    place = comparer.new(producer, consumer)
    values = witness.Again(islice(witness.valid_samples(producer, comparer.role, hints=read), 200))
    takes = comparer.accepts(consumer) if wanted else None
    # A pattern that only other engines read (\\p{L}) is left out of what is proven; where none was, it is a break.
    by_rules = {"format", *(() if all(map(compiles, read.patterns)) else ("pattern-set",))}
    for kind, sentence, refuses in wanted:
        hit = next(((value,) for value in values if refuses(value) and takes and not takes(value)), ())
        if hit:
            found.append(Change(kind, (), place, sentence, hit))
        elif kind in by_rules or unproven(comparer, producer, consumer):
            by_rule = kind in by_rules
            found.append(Change(kind if by_rule else "unknown", (), place, sentence, certain=by_rule))
    return found


def unproven(comparer: Comparer, producer: Node, consumer: Node) -> bool:
    wide, narrow = export(consumer, comparer.role, tolerant=True), export(producer, comparer.role, closed=True)
    return prover.covers(wide, narrow) != "yes"


def _string_claims(sent: View, read: View) -> list[tuple[str, str, Callable[[Any], bool]]]:
    claims: list[tuple[str, str, Callable[[Any], bool]]] = []
    if read.min_length > sent.min_length:
        text = f"the shortest text sent has {sent.min_length} characters, {read.min_length} are wanted"
        claims.append(("min-length", text, lambda v: isinstance(v, str) and len(v) < read.min_length))
    if read.max_length is not None and (sent.max_length is None or sent.max_length > read.max_length):
        most = read.max_length
        text = f"text may be {or_any(sent.max_length)} characters long, {most} are taken"
        kind = "max-length" if sent.max_length is not None else "max-length-set"
        claims.append((kind, text, lambda v: isinstance(v, str) and len(v) > most))
    for pattern in read.patterns:
        if pattern not in sent.patterns:
            kind = "pattern" if sent.patterns else "pattern-set"
            claims.append((kind, f"text outside the pattern {pattern!r} is sent", partial(_outside, pattern)))
    for form in read.formats:
        if form in sent.formats or (form in NO_CLAIM and not (sent.formats and form in ("byte", "binary"))):
            continue
        said = f"text of the format {sent.formats[0]}" if sent.formats else "text of any format"
        if form in KNOWN or sent.formats:
            claims.append(("format", f"{said} is sent where {form} is read", lambda v: isinstance(v, str)))
    return claims


def _outside(pattern: str, value: Any) -> bool:
    try:
        return isinstance(value, str) and re.search(pattern, value) is None
    except re.error:
        return False


def _number_claims(sent: View, read: View) -> list[tuple[str, str, Callable[[Any], bool]]]:
    claims: list[tuple[str, str, Callable[[Any], bool]]] = []

    def numeric(value: Any) -> bool:
        return type_of(value) in ("integer", "number")

    if read.low is not None and (sent.low is None or (read.low[0], read.low[1]) > (sent.low[0], sent.low[1])):
        low = read.low[0]
        text = f"the least sent is {_bound(sent.low)}, the least read {_bound(read.low)}"
        claims.append(("min" if sent.low else "min-set", text, lambda v: numeric(v) and v <= low))
    if read.high is not None and (
        sent.high is None or (read.high[0], not read.high[1]) < (sent.high[0], not sent.high[1])
    ):
        high = read.high[0]
        text = f"the most sent is {_bound(sent.high)}, the most read {_bound(read.high)}"
        claims.append(("max" if sent.high else "max-set", text, lambda v: numeric(v) and v >= high))
    steps = [step for step in read.multiples if step not in sent.multiples]
    claims += [("multiple-of", f"only multiples of {step} are read", numeric) for step in steps]
    return claims


def or_any(count: int | None) -> str:
    return "any number of" if count is None else str(count)


def _bound(bound: tuple[Any, bool] | None) -> str:
    return "unbounded" if bound is None else f"{'beyond ' if bound[1] else ''}{bound[0]}"
