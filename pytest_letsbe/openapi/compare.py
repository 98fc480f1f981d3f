"""Whether everything a producer may send is taken by its reader: structural, with a witness for each refusal.

A pair of schemas that is met again while it is being judged counts as fine, which is how recursive types are compared
(Amadio and Cardelli, "Subtyping recursive types", 1993): no unrolling, no bound.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from . import arrays, facets, objects, prover, witness
from .declared import declared
from .export import export
from .load import Place
from .same import Sameness
from .schema import NULLABLE, Node, Role, Union, anything, branches, identity, narrowed, type_of
from .view import View, view

#: A value in a box, so that ``null`` can be a witness; an empty box is none.
Box = tuple[Any, ...]
#: More pairs than this in one operation are given up as unknown.
MAX_PAIRS = 20_000
MAX_DEPTH = 60
#: How many values are tried for a witness.
TRIES = 300


@dataclass(frozen=True, slots=True)
class Change:
    """One way in which the reader refuses what the producer may send.

    ``kind`` names the rule, ``path`` the place inside the value, ``place`` where the new document says so.
    """

    kind: str
    path: tuple[str, ...]
    place: Place
    sentence: str
    witness: Box = ()
    certain: bool = True


@dataclass
class Comparer:
    """Compares schemas in one direction; remembers what it has judged."""

    role: Role
    same: Sameness = field(default_factory=Sameness)
    wire: bool = False
    pairs: int = 0
    #: When to give up, on the clock of this thread's CPU time: a busy machine judges no less.
    deadline: float = math.inf
    _known: dict[Any, list[Change]] = field(default_factory=dict)
    _open: set[Any] = field(default_factory=set)

    def compare(self, producer: Node, consumer: Node, hint: str = "") -> list[Change]:
        """All refusals; empty means proven."""
        producer, consumer = producer.landed(), consumer.landed()
        key = (producer.key, consumer.key, hint)
        if key in self._known:
            return self._known[key]
        if key in self._open or self.same.nodes(producer, consumer):
            return []
        self.pairs += 1
        if self.pairs > MAX_PAIRS or len(self._open) > MAX_DEPTH:
            return [self.unknown(producer, consumer, "is too large to be judged")]
        if time.thread_time() > self.deadline:
            return [self.unknown(producer, consumer, "isn't judged: the time for the whole comparison is spent")]
        self._open.add(key)
        try:
            found = self._compare(producer, consumer, hint)
        finally:
            self._open.discard(key)
        self._known[key] = found
        return found

    def new(self, producer: Node, consumer: Node) -> Place:
        """Where the new document speaks of the pair."""
        chosen = consumer if self.role == "request" else producer
        return chosen.place

    def unknown(self, producer: Node, consumer: Node, sentence: str) -> Change:
        return Change("unknown", (), self.new(producer, consumer), sentence, certain=False)

    def accepts(self, schema: Node) -> prover.Predicate:
        """Whether the reader takes a value; on the wire, where all is text, also as what its text may be read as."""
        takes = witness.predicate_of(schema, self.role, tolerant=True)
        return (lambda value: any(map(takes, spellings(value)))) if self.wire else takes

    def _compare(self, producer: Node, consumer: Node, hint: str) -> list[Change]:
        sent, read = view(producer, self.role), view(consumer, self.role)
        if sent.never:
            return []
        if sent.opaque != read.opaque:
            names = ", ".join(sorted(sent.opaque ^ read.opaque))
            return [self.unknown(producer, consumer, f"can't be compared: {names} leads nowhere")]
        by_rule = declared(self, producer, consumer, sent, read)
        return [*by_rule, *self._values(*self._without_shared(producer, consumer, sent, read), hint)]

    def _values(self, producer: Node, consumer: Node, sent: View, read: View, hint: str) -> list[Change]:
        """What the reader refuses, value by value."""
        if sent.unions:
            return self._each_branch(producer, consumer, sent.unions[0])
        values = finite(sent)
        if values is not None:
            return self._each_value(producer, consumer, read, values)
        if read.unions:
            return self._some_branch(producer, consumer, read, read.unions[0], hint)
        if read.never:
            made = witness.one(producer, self.role)
            return (
                [Change("type", (), self.new(producer, consumer), "takes no value any more", tuple(made))]
                if made
                else []
            )
        if (rest := self._rest(producer, consumer, sent, read)) is not None:
            return rest
        found = facets.types(self, producer, consumer, sent, read)
        if not found:
            found += facets.scalars(self, producer, consumer, sent, read)
        if "array" in sent.types & read.types:
            found += arrays.arrays(self, producer, consumer, sent, read)
        if "object" in sent.types & read.types:
            found += objects.objects(self, producer, consumer, sent, read)
        return found

    def _without_shared(self, producer: Node, consumer: Node, sent: View, read: View) -> tuple[Node, Node, View, View]:
        """Without the unions that both have: what holds beside the same condition holds under it."""
        pairs = [(one, other) for one in sent.unions for other in read.unions if self._same_union(one, other)]
        if not pairs:
            return producer, consumer, sent, read
        mine, theirs = {id(one) for one, _ in pairs}, {id(other) for _, other in pairs}

        def left(schema: Node, gone: set[int]) -> Node:
            kept = [p.part() if isinstance(p, Union) else p for p in schema.flat if id(p) not in gone]
            return Node(tuple(kept)) if kept else anything(schema)

        producer, consumer = left(producer, mine), left(consumer, theirs)
        return producer, consumer, view(producer, self.role), view(consumer, self.role)

    def _same_union(self, one: Union, other: Union) -> bool:
        if one.keyword != other.keyword or len(one.branches) != len(other.branches):
            return False
        return all(self.same.nodes(a, b) for a, b in zip(one.branches, other.branches, strict=True))

    def _each_branch(self, producer: Node, consumer: Node, union: Union) -> list[Change]:
        each = [
            (name, self.compare(branch, consumer, name))
            for branch, name in zip(branches(producer, union), union.names, strict=True)
        ]
        shown = {name for name, changes in each if any(change.witness or change.path for change in changes)}
        strange = self._strange(producer, consumer, union, shown)
        if strange:  # what nobody expects needn't be judged value by value
            each = [(name, [change for change in changes if change.certain]) for name, changes in each]
        found = [*(change for _, changes in each for change in changes), *strange]
        refused = [(name, changes) for name, changes in each if changes]
        if len(refused) == len(each) or not refused or union.names == NULLABLE or view(consumer, self.role).unions:
            return found
        # A branch that came (or must go) is one change, however many of its properties are strange to the reader.
        kind = "one-of" if union.keyword == "oneOf" else "any-of"
        chosen = []
        for name, changes in refused:
            best = next((change for change in changes if change.witness), changes[0])
            where = best.path and best.certain and len(changes) > 1
            sentence = f"the branch {name or 'of ' + union.keyword} isn't taken: {best.sentence}"
            alone = replace(best, kind=kind, path=(), place=self.new(producer, consumer), sentence=sentence)
            chosen += [alone] if where or best.kind == "type" else changes
        return chosen

    def _strange(self, producer: Node, consumer: Node, union: Union, refused: set[str]) -> list[Change]:
        """Named branches that the reader's own choice lacks: no value need show it, yet nobody expects them."""
        theirs = [other for other in view(consumer, self.role).unions if other.keyword == union.keyword]
        if len(theirs) != 1 or not all(theirs[0].names) or theirs[0].names == NULLABLE:
            return []
        kind = "one-of" if union.keyword == "oneOf" else "any-of"
        found = []
        for branch, name in zip(union.branches, union.names, strict=True):
            known = not name or name in theirs[0].names or name in refused
            if known or any(self.same.nodes(branch.landed(), other.landed()) for other in theirs[0].branches):
                continue
            if view(branch, self.role).types == {"object"}:
                place = self.new(producer, consumer)
                found.append(Change(kind, (), place, f"the branch {name} is on one side only"))
        return found

    def _each_value(self, producer: Node, consumer: Node, read: View, values: list[Any]) -> list[Change]:
        takes = self.accepts(consumer)
        may = witness.predicate_of(producer, self.role)
        refused = [value for value in values if may(value) and not takes(value)]
        if not refused or read.extensible:
            return []
        place = self.new(producer, consumer)
        if refused == [None]:
            return [Change("nullable", (), place, "null is refused", (None,))]
        shown = ", ".join(map(repr, refused[:5])) + (", ..." if len(refused) > 5 else "")
        wrong = [value for value in refused if type_of(value) not in read.types]
        kind = "enum" if not wrong or read.enum is not None else "type"
        return [Change(kind, (), place, f"{shown} {'is' if len(refused) == 1 else 'are'} refused", (refused[0],))]

    def _some_branch(self, producer: Node, consumer: Node, read: View, union: Union, hint: str) -> list[Change]:
        sent = view(producer, self.role)
        kinds = sorted(sent.types - ({"number"} if "integer" in sent.types else set()))
        if 1 < len(kinds) < 6:
            parts = [
                narrowed(producer, "number" if kind == "integer" and "number" in sent.types else kind) for kind in kinds
            ]
            return [change for part in parts for change in self.compare(part, consumer, hint)]
        attempts = []
        # The branch of the same name first: it is the one that is meant, and mostly the one that takes it.
        named = sorted(
            zip(branches(consumer, union), union.names, strict=True), key=lambda branch: not hint or branch[1] != hint
        )
        for branch, name in named:
            changes = self.compare(producer, branch)
            if not changes:
                return []
            attempts.append((name != hint or not hint, len(changes), name, changes))
        takes = self.accepts(consumer)
        attempts.sort(key=lambda attempt: attempt[:2])
        missing, _, _, best = attempts[0]
        refused = [change for change in best if change.witness and not takes(change.witness[0])]
        if refused and (not missing or len(attempts) == 1 or union.names == NULLABLE):
            return refused
        if (
            not missing
        ):  # the branch of this name is the one that is meant, also where another happens to take the value
            return [replace(change, witness=()) for change in best]
        kind = "one-of" if union.keyword == "oneOf" else "any-of"
        sentence = f"no branch of {union.keyword} takes {hint or 'it'}"
        place = self.new(producer, consumer)
        tried = (c.witness[0] for attempt in attempts for c in attempt[3] if c.witness)
        for value in (*tried, *islice(witness.valid_samples(producer, self.role, hints=read), TRIES)):
            if not takes(value):
                return [Change(kind, (), place, sentence, (value,))]
        wide, narrow = export(consumer, self.role, tolerant=True), export(producer, self.role, closed=True)
        if prover.covers(wide, narrow) == "yes":
            return []
        return [Change("unknown", (), place, f"{sentence}, as far as can be told", certain=False)]

    def _rest(self, producer: Node, consumer: Node, sent: View, read: View) -> list[Change] | None:
        """Conditions are proven as a whole, unless the producer obeys the same ones. None: nothing to prove."""
        left = [(key, part) for key, part in read.rest if not any(
            key == other and self.same.nodes(theirs.child(key), part.child(key)) for other, theirs in sent.rest
            if key not in ("dependentSchemas", "patternProperties", "minContains", "maxContains")
        ) and not any(key == other and theirs.get(key) == part.get(key) and key not in ("minContains", "maxContains")
                      for other, theirs in sent.rest)]  # fmt: skip
        if "if" not in {key for key, _ in left} | {key for key, _ in sent.rest}:
            left = [pair for pair in left if pair[0] not in ("then", "else")]
        if not left and not [key for key, part in read.rest if key.endswith("Contains") and (key, part.get(key)) not in
                             [(k, p.get(k)) for k, p in sent.rest]]:  # fmt: skip
            return None
        wide, narrow = export(consumer, self.role, tolerant=True), export(producer, self.role, closed=True)
        answer = prover.covers(wide, narrow)
        if answer == "yes":
            return []
        names = ", ".join(dict.fromkeys(key for key, _ in left or read.rest))
        place = self.new(producer, consumer)
        takes = self.accepts(consumer)
        for value in self._tries(producer, consumer, read, wide, narrow):
            if not takes(value):
                return [Change("condition", (), place, f"{names} refuses it", (value,))]
        return [Change("unknown", (), place, f"{names} can't be compared", certain=False)]

    def _tries(self, producer: Node, consumer: Node, read: View, wide: Any, narrow: Any) -> Iterator[Any]:
        yield from islice(witness.valid_samples(producer, self.role, hints=read), TRIES)
        accepts = witness.predicate_of(producer, self.role)
        apart = prover.difference(narrow, wide)
        sources = [consumer.parts[0].literal(apart)] if apart else []
        for key, part in read.rest:
            if key in ("not", "if", "contains", "propertyNames"):
                sources.append(part.child(key).parts[0])
            if key in ("dependentSchemas", "patternProperties") and isinstance(part.get(key), dict):
                sources += [part.child(key, name).parts[0] for name in part.get(key)]
        made = [value for source in sources for value in islice(witness.samples(Node((source,)), self.role), 40)]
        whole = [value for value in made if isinstance(value, dict)]
        base = list(islice(witness.valid_samples(producer, self.role), 6))
        mixed = [{**one, **other} for one in base if isinstance(one, dict) for other in whole]
        lists = [[value] for value in made]
        named = [{str(value): 1} for value in made] + [
            {name: value} for name in ("a", "A", "x-a", "0") for value in (1, "a")
        ]
        for value in (*made, *mixed, *lists, *named, [], {}, [1], ["a"]):
            if accepts(value):
                yield value

    def nested(self, changes: Iterable[Change], step: str, put: Callable[[Any], Box]) -> list[Change]:
        """What was found inside, told from one level further out."""
        return [
            replace(change, path=(step, *change.path), witness=put(change.witness[0]) if change.witness else ())
            for change in changes
        ]


def spellings(value: Any) -> list[Any]:
    """A value of a parameter, and what the same text may mean."""
    if isinstance(value, str):
        if value in ("true", "false"):
            return [value, value == "true"]
        return [value, json.loads(value)] if re.fullmatch(r"-?(0|[1-9]\d{0,15})(\.\d{1,9})?", value) else [value]
    if isinstance(value, dict | list) or value is None:
        return [value]
    return [value, json.dumps(value)]


def finite(sent: View) -> list[Any] | None:
    """All values, when they can be listed."""
    if sent.enum is not None:
        return list({identity(value): value for value in reversed(sent.enum)}.values())[::-1]
    return [True, False, None][: 2 + ("null" in sent.types)] if "boolean" in sent.types <= {"boolean", "null"} else None
