"""``diff(old, new)``: every operation of the old document must go on working with the new one."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from .load import Document, Place, load
from .operations import Operation, bases, operations, security, template, webhooks
from .report import Finding, Report
from .rules import bodies, lifecycle, parameters
from .rules import security as security_rules
from .rules.context import Context, Pair

#: As deep as documents may be nested, several calls for each level.
FRAMES = 12_000


def diff(old: Document | Path | str, new: Document | Path | str, *, today: date | None = None) -> Report:
    """Compare two descriptions of an API.

    Args:
        old: what clients were promised: a path, or a document of ``load``.
        new: what they get now.
        today: the day that sunsets are judged on.

    Raises:
        UsageError: a document can't be read; the message names file and line.
    """
    before = old if isinstance(old, Document) else load(old)
    after = new if isinstance(new, Document) else load(new)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, FRAMES))
    try:
        return _compared(before, after, today)
    finally:
        sys.setrecursionlimit(limit)


def _compared(before: Document, after: Document, today: date | None) -> Report:
    context = Context(before, after, today or date.today())
    pairs = _paths(context)
    pairs += _match(context, webhooks(before), webhooks(after), flipped=True, prefix="webhook ")
    used: set[str] = set()
    for pair in pairs:
        if lifecycle.level(pair.old) in ("draft", "alpha"):
            lifecycle.changed(context, pair)
            continue
        _servers(context, pair)
        _operation(context, pair)
        used |= {name for one in security(pair.old) for name in one}
        below = _match(
            context, pair.old.callbacks(), pair.new.callbacks(), flipped=True, prefix=f"{pair.name} callback "
        )
        for callback in below:
            _operation(context, callback)
    security_rules.schemes(context, used)
    notes = [f"{place.location()}: {ref} leads nowhere" for doc in (before, after) for ref, place in _dangling(doc)]
    notes += [said for doc in (before, after) for said in doc.unreadable.values()]
    return Report(_sorted(context.found.values()), context.proven, len(pairs), tuple(dict.fromkeys(notes)))


def _dangling(doc: Document) -> list[tuple[str, Place]]:
    return sorted(doc.dangling.items(), key=lambda pair: pair[0])


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (f.location.path, f.location.line, f.where, f.rule, f.message)))


def _operation(context: Context, pair: Pair) -> None:
    lifecycle.changed(context, pair)
    parameters.parameters(context, pair)
    bodies.request_body(context, pair)
    bodies.responses(context, pair)
    if not pair.flipped:
        security_rules.security(context, pair)


def _servers(context: Context, pair: Pair) -> None:
    """Servers that an operation or path has for itself."""
    mine, theirs = pair.old.own_bases(), pair.new.own_bases()
    if pair.flipped or (mine is None and theirs is None):
        return
    before, after = mine or bases(context.old), theirs or bases(context.new)
    if not before & after:
        place = pair.new.place / "servers" if pair.new.place.get("servers") else pair.new.item
        where = f"{pair.name} servers {', '.join(sorted(before))}"
        context.by_rule("api-server-removed", place, where, "no server offers this base path any more")


def _paths(context: Context) -> list[Pair]:
    """Pairs of operations; a base path that moved from the servers into the paths, or back, changes nothing."""
    before, after = operations(context.old), operations(context.new)
    old_bases, new_bases = bases(context.old), bases(context.new)
    if not old_bases & new_bases and len(old_bases) == len(new_bases) == 1:
        base, other = next(iter(old_bases)), next(iter(new_bases))
        mine = {template(base + one.path) for one in before}
        theirs = {template(other + one.path) for one in after}
        if mine & theirs:
            return _match(context, before, after, bases=(base, other))
    if not old_bases & new_bases and before:
        where = f"servers {', '.join(sorted(old_bases))}"
        context.by_rule(
            "api-server-removed", context.new.top / "servers", where, "no server offers this base path any more"
        )
    return _match(context, before, after)


def _match(
    context: Context,
    before: Iterable[Operation],
    after: Iterable[Operation],
    *,
    flipped: bool = False,
    prefix: str = "",
    bases: tuple[str, str] = ("", ""),
) -> list[Pair]:
    old_base, new_base = bases

    def name(base: str, operation: Operation) -> str:
        """Names in a path's template are free; a callback's expression says where its URL comes from."""
        return operation.path if flipped else template(base + operation.path)

    there: dict[tuple[str, str], list[Operation]] = {}
    for operation in after:
        there.setdefault((operation.method, name(new_base, operation)), []).append(operation)
    paths = {path for _, path in there}
    pairs = []
    for old in before:
        path = name(old_base, old)
        found = there.get((old.method, path))
        if not found:
            lifecycle.removed(context, old, prefix, path_gone=path not in paths)
            continue
        same_name = [new for new in found if new.path == old.path]
        pairs.append(Pair(old, (same_name or found)[0], flipped, prefix))
    return pairs
