"""What an object's keywords refuse: required and undeclared properties, counts, dependencies, each property's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from . import witness
from .schema import Node, anything
from .view import View, view

if TYPE_CHECKING:
    from .compare import Box, Change, Comparer

#: Makes the smallest object, once.
Base: TypeAlias = Callable[[], dict[str, Any] | None]


def objects(comparer: Comparer, producer: Node, consumer: Node, sent: View, read: View) -> list[Change]:
    """Everything about objects."""
    base = cache(lambda: witness.base_object(sent, comparer.role))  # made when a witness asks for it
    found = _required(comparer, producer, consumer, sent, read, base)
    found += _properties(comparer, sent, read, producer, consumer, base)
    found += _extra(comparer, producer, consumer, sent, read, base)
    if not found:
        found += _counts(comparer, producer, consumer, sent, read)
    return found


def _put(base: Base, name: str) -> Callable[[Any], Box]:
    def put(value: Any) -> Box:
        made = base()
        return () if made is None else ({**made, name: value},)

    return put


def _required(comparer: Comparer, producer: Node, consumer: Node, sent: View, read: View, base: Base) -> list[Change]:
    from .compare import Change

    found = []
    wanted = sorted(read.required - sent.required)
    if not wanted:
        return []
    takes, made = comparer.accepts(consumer), base()
    for name in wanted:
        if any(name == needed and trigger in sent.required for trigger, needed in sent.needs):
            continue
        without = {k: v for k, v in made.items() if k != name} if made is not None else {}
        hit: Box = (without,) if made is not None and not takes(without) else ()
        if not hit:
            others = (v for v in witness.some(producer, comparer.role) if isinstance(v, dict))
            hit = next(((v,) for v in others if name not in v and not takes(v)), ())
        here = read.properties.get(name) or sent.properties.get(name)
        place = here.place if here and comparer.role == "request" else comparer.new(producer, consumer)
        if comparer.role == "response" and name in sent.properties:
            place = sent.properties[name].place
        kind = "required" if name in sent.properties else "required-new"
        if hit or made is None:
            found.append(Change(kind, (name,), place, f"{name!r} may be absent and is required", hit))
    return found


def _properties(comparer: Comparer, sent: View, read: View, producer: Node, consumer: Node, base: Base) -> list[Change]:
    from .compare import Change

    found = []
    for name, mine in sent.properties.items():
        theirs = read.properties.get(name)
        if theirs is not None:
            found += comparer.nested(comparer.compare(mine, theirs), name, _put(base, name))
        elif name in read.hidden:
            continue  # a request may hold it all the same, and needn't: the server leaves it alone
        elif read.extra is not None and not view(mine, comparer.role).never:
            refused = view(read.extra, comparer.role).never
            if refused and comparer.role == "response":
                continue  # a property that was added: readers are tolerant of it
            changes = comparer.compare(mine, read.extra)
            if changes and refused:
                place = comparer.new(producer, consumer)
                value = _put(base, name)(changes[0].witness[0]) if changes[0].witness else ()
                found.append(
                    Change("removed", (name,), place, f"{name!r} is refused: it isn't declared any more", value)
                )
            else:
                found += comparer.nested(changes, name, _put(base, name))
        elif comparer.role == "request" and _gone(read) and not mine.flag("deprecated"):
            place = comparer.new(producer, consumer)
            found.append(Change("removed", (name,), place, f"{name!r} isn't declared any more"))
    for name, theirs in read.properties.items():
        if name in sent.properties or (name in sent.hidden and name not in read.required):
            continue
        free = sent.extra or (anything(producer) if name in sent.required else None)
        if free is not None and not view(free, comparer.role).never:  # names are free, or one is wanted of any kind
            found += comparer.nested(comparer.compare(free, theirs), name, _put(base, name))
        elif (
            comparer.role == "response" and name not in read.required and _gone(sent) and not theirs.flag("deprecated")
        ):
            place = comparer.new(producer, consumer)
            found.append(Change("optional-removed", (name,), place, f"{name!r} isn't declared any more"))
    return found


def _gone(seen: View) -> bool:
    """Whether an undeclared name is one that was taken away: not where names are free anyway."""
    return not any(key == "patternProperties" for key, _ in seen.rest) and seen.extra is None


def _extra(comparer: Comparer, producer: Node, consumer: Node, sent: View, read: View, base: Base) -> list[Change]:
    """Undeclared properties. Of a response only what both sides say in so many words counts."""
    from .compare import Change

    if read.extra is None or (sent.extra is not None and view(sent.extra, comparer.role).never):
        return []
    if sent.extra is None and comparer.role == "response" and not sent.extra_said:
        return []
    put = _put(base, "extra")
    if view(read.extra, comparer.role).never:
        mine = sent.extra or anything(producer)
        made = witness.one(mine, comparer.role)
        if made is None or any(key in ("patternProperties", "propertyNames") for key, _ in sent.rest):
            return []
        sentence = "properties that aren't declared are sent, and refused"
        return [Change("additional-properties", (), comparer.new(producer, consumer), sentence, put(made[0]))]
    changes = comparer.compare(sent.extra or anything(producer), read.extra)
    return comparer.nested(changes[:1], "*", put)


def _lonely(trigger: str, needed: str) -> Callable[[dict[str, Any]], bool]:
    return lambda value: trigger in value and needed not in value


def _counts(comparer: Comparer, producer: Node, consumer: Node, sent: View, read: View) -> list[Change]:
    from .compare import Change

    claims: list[tuple[str, str, Callable[[dict[str, Any]], bool]]] = []
    if read.min_properties > max(sent.min_properties, len(sent.required)):
        least = read.min_properties
        claims.append(("min-properties", f"{least} properties are wanted", lambda v: len(v) < least))
    if read.max_properties is not None and (sent.max_properties is None or sent.max_properties > read.max_properties):
        most = read.max_properties
        claims.append(("max-properties", f"{most} properties are taken", lambda v: len(v) > most))
    for trigger, needed in sorted(read.needs - sent.needs):
        if needed not in sent.required:
            sentence = f"{needed!r} is required beside {trigger!r}"
            claims.append(("dependent-required", sentence, _lonely(trigger, needed)))
    if not claims:
        return []
    found = []
    takes = comparer.accepts(consumer)
    values = witness.Again(
        v for v in islice(witness.valid_samples(producer, comparer.role, hints=read), 80) if isinstance(v, dict)
    )
    for kind, sentence, refuses in claims:
        hit = next(((value,) for value in values if refuses(value) and not takes(value)), ())
        if hit:
            found.append(Change(kind, (), comparer.new(producer, consumer), sentence, hit))
        elif not (comparer.role == "response" and kind == "max-properties" and sent.extra is None):
            found.append(Change("unknown", (), comparer.new(producer, consumer), sentence, certain=False))
    return found
