"""What every rule is handed: both documents, the comparers, and a place to say what it found."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from ..compare import Change, Comparer
from ..export import export
from ..load import Document, Place
from ..operations import Operation
from ..report import Finding
from ..same import Sameness
from ..schema import Node, Role, anything
from ..validator import Independent
from .names import rule

#: A comparison that takes more CPU time leaves the rest unknown rather than hang a pipeline.
SECONDS = 30.0


@dataclass(eq=False)
class Pair:
    """The same operation in both documents. ``flipped``: the API asks and its client answers (webhooks, callbacks)."""

    old: Operation
    new: Operation
    flipped: bool = False
    prefix: str = ""

    @property
    def name(self) -> str:
        return f"{self.prefix}{self.new.name}"

    def role(self, asked: bool) -> Role:
        """Which direction a message has: what a client sends is a request, whatever it is called."""
        return "request" if asked != self.flipped else "response"


@dataclass(eq=False)
class Context:
    """Collects findings; a change in a shared component is said once and counted."""

    old: Document
    new: Document
    today: date
    found: dict[tuple[Any, ...], Finding] = field(default_factory=dict)
    proven: int = 0
    deadline: float = field(default_factory=lambda: time.thread_time() + SECONDS)
    _comparers: dict[tuple[Role, bool], Comparer] = field(default_factory=dict)
    _same: tuple[Sameness, Sameness] = field(default_factory=lambda: (Sameness(), Sameness()))
    _judges: dict[Any, Independent] = field(default_factory=dict)

    def comparer(self, role: Role, *, wire: bool = False) -> Comparer:
        if (role, wire) not in self._comparers:
            self._comparers[role, wire] = Comparer(role, self._same[role == "response"], wire, deadline=self.deadline)
        found = self._comparers[role, wire]
        found.pairs = 0
        return found

    def by_rule(self, name: str, place: Place, where: str, message: str, witness: dict[str, Any] | None = None) -> None:
        """A break that a rule of the protocol says, not a schema."""
        key = (name, where, message)
        self.found.setdefault(key, Finding(name, place.location(), where, "break", message, witness, where))

    def schemas(
        self,
        pair: Pair,
        old: Node | None,
        new: Node | None,
        *,
        role: Role,
        holder: str,
        where: str,
        frame: dict[str, Any],
        slot: str,
        fallback: Place,
    ) -> None:
        """Judge one pair of schemas. ``frame`` is ``{"request": {...}}`` or ``{"response": {...}}``, into which the
        witness is put at ``slot``."""
        if old is None and new is None:
            return
        left = old or anything(Node((_bare(self.old, fallback),)))
        right = new or anything(Node((_bare(self.new, fallback),)))
        producer, consumer = (left, right) if role == "request" else (right, left)
        comparer = self.comparer(role, wire=holder != "body")
        if comparer.same.nodes(producer, consumer):
            return
        try:
            changes = comparer.compare(producer, consumer)
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            # A document that is off in a way nobody thought of: said, counted, and the rest is compared all the same.
            sentence = f"can't be compared: {type(error).__name__}: {error}"
            changes = [Change("unknown", (), comparer.new(producer, consumer), sentence, certain=False)]
        if not changes:
            self.proven += 1
        spoken = "request" if pair.flipped == (role == "response") else "response"
        for change in changes:
            name = rule(change.kind, role, holder, len(change.path))
            if pair.flipped:  # the message keeps its name, the direction doesn't
                name = name.replace(f"{role}-", f"{spoken}-", 1)
            self._change(change, name, where, (producer, consumer, role, holder != "body"), frame, slot)

    def _change(
        self,
        change: Change,
        name: str,
        where: str,
        sides: tuple[Node, Node, Role, bool],
        frame: dict[str, Any],
        slot: str,
    ) -> None:
        inner = "/".join(part.replace("/", "~1") for part in change.path)
        at = f"{where} /{inner}" if inner else where
        key: tuple[Any, ...] = (name, id(change.place.file), change.place.pointer, change.sentence, change.path[-1:])
        shared = change.place.pointer[:1] in (("components",), ("definitions",)) or change.place.file.name not in (
            self.old.root.name, self.new.root.name
        )  # fmt: skip
        if not shared:
            key = (*key, where, inner)
        if key in self.found:
            known = self.found[key]
            if at not in (known.where, *known.elsewhere):
                self.found[key] = replace(known, elsewhere=(*known.elsewhere, at))
            return
        witness = self._confirmed(change, sides)
        message = {kind: {**said, slot: witness[0]} for kind, said in frame.items()} if witness else None
        verdict: Any = "break" if change.certain else "unknown"
        self.found[key] = Finding(name, change.place.location(), at, verdict, change.sentence, message, where)

    def _confirmed(self, change: Change, sides: tuple[Node, Node, Role, bool]) -> tuple[Any, ...]:
        """The witness, if the independent validator takes it on one side and refuses it on the other."""
        producer, consumer, role, _ = sides
        if not change.witness:
            return ()
        sent, read = self._judge(producer, role), self._judge(consumer, role)
        value = change.witness[0]
        return change.witness if sent.accepts(value) is True and read.accepts(value) is False else ()

    def _judge(self, schema: Node, role: Role) -> Independent:
        key = (schema.key, role)
        if key not in self._judges:
            self._judges[key] = Independent(export(schema, role))
        return self._judges[key]


def _bare(doc: Document, place: Place) -> Any:
    from ..schema import Part

    return Part(doc, Place(place.file, place.pointer, {}))
