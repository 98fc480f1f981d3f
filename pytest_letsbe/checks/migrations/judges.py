"""The judges of each invariant: they ask the project for facts, and raise for what doesn't hold."""

from __future__ import annotations

from datetime import UTC, datetime

from ...model import CheckFailure, Location, NotEvaluated
from . import layout
from .annotations import FORM, read_annotations
from .database import SqlError
from .history import Migration
from .lint import RULES, lint
from .project import Failed, Project, said
from .sql import statements

_SHOWN = 5
#: Effects that a row of ours may not show; an annotation for them is never idle.
_DATA = frozenset({"changing-rows", "deleting-rows"})
_GOOD = "CREATE TABLE planted (id integer);\n"
_BROKEN = "CREATE TABLE more (id integer);\nALTER TABLE missing ADD COLUMN x text;\n"
_PLANTED = Migration("1_planted", "planted.sql", b"DROP TABLE planted;\n")


def liveness(project: Project) -> None:
    folder = project.options.dir
    if not (project.root / folder).is_dir():
        raise CheckFailure(f"there is no folder {folder}; name the one that Prisma applies: checks.migrations.dir")
    if not project.tree:
        raise CheckFailure(f"{folder} holds no <name>/migration.sql: nothing would be proven")
    with project.open() as database:
        try:
            database.apply(_GOOD)
        except SqlError as error:
            raise CheckFailure("a plain CREATE TABLE doesn't work here", evidence=said(error)) from None
        try:
            database.apply(_BROKEN)
        except SqlError as error:
            if error.line != 2:
                raise CheckFailure("the planted broken migration failed somewhere else", evidence=said(error)) from None
        else:
            raise CheckFailure("a planted broken migration applies here: that other ones do proves nothing")
    if not any(one.rule == "ban-drop-table" for one in lint([_PLANTED], project.options.timeout)[_PLANTED.name]):
        raise CheckFailure("squawk doesn't find a planted DROP TABLE: its other answers prove nothing")


def from_empty(project: Project, migration: Migration) -> None:
    if not any(part.text for part in statements(migration.text)):
        raise CheckFailure(f"{migration.name} holds no statement", location=migration.at())
    built = project.empty
    if built.failed is not None and built.failed.migration.name == migration.name:
        raise _failure(built.failed, "doesn't apply to an empty database")
    if migration.name not in built.applied:
        stopped = built.failed.migration.name if built.failed else "another"
        raise NotEvaluated(f"{stopped} fails before it")


def on_base(project: Project) -> None:
    done = project.upgraded
    label = project.deployed.label
    if done.base_failed is not None:
        raise _failure(done.base_failed, f"doesn't apply to an empty database, though it stands in the base ({label})")
    if done.failed is not None:
        raise _failure(done.failed, f"doesn't apply to the base's database ({label}) with rows in it")
    found: list[tuple[Location, str]] = []
    for migration in project.new:
        allowed, _ = read_annotations(statements(migration.text), RULES)
        found += [
            (migration.at(), f"{migration.name}: {one.sentence} ({one.rule})")
            for one in done.effects.get(migration.name, [])
            if not any(annotation.covers(one.rule, None) for annotation in allowed)
        ]
    refuse(found)
    if done.unfilled:
        more = f" (+{len(done.unfilled) - 1} more tables)" if done.unfilled[1:] else ""
        raise NotEvaluated(
            f"no row could be made for {done.unfilled[0]}{more}; "
            "write rows into a file: checks.migrations.seed: prisma/seed.sql"
        )


def annotated(project: Project, migration: Migration) -> None:
    if migration.name not in {one.name for one in project.new}:
        return  # applied already: it can't do more harm, and it can't be annotated any more
    allowed, wrong = read_annotations(statements(migration.text), RULES)
    found = [(migration.at(line), sentence) for line, sentence in wrong]
    by_text = project.findings[migration.name]
    told = {one.rule for one in by_text}
    by_effect = [one for one in project.empty.effects.get(migration.name, []) if one.rule not in told]
    used = set()
    today = datetime.now(UTC).date()
    for one in [*by_text, *by_effect]:
        covering = [annotation for annotation in allowed if annotation.covers(one.rule, one.line)]
        used |= {(annotation.line, one.rule) for annotation in covering}
        if not covering:
            sentence = f"{one.sentence.rstrip('.')} ({one.rule}), and nobody says that it is meant"
            found.append((migration.at(one.line or 1), sentence))
    for annotation in allowed:
        for rule in annotation.rules:
            if annotation.until < today:
                found.append((migration.at(annotation.line), f"this annotation ended on {annotation.until}"))
                break
            if (annotation.line, rule) not in used and rule not in _DATA:
                found.append((migration.at(annotation.line), f"nothing here is {rule}: take the annotation away"))
    refuse(sorted(found, key=lambda one: one[0].line), [f"mend: change the statement, or write above it: {FORM}"])


def schema(project: Project) -> None:
    _demand_applied(project)
    declared = project.options.schema
    _compare(project.empty.lines, project.declared, "the migrations", declared, Location(declared))


def drift(project: Project, question: str) -> None:
    folder = project.options.dir.rstrip("/")
    if question == "lock":
        return refuse(list(layout.lock(project.root, folder)))
    if question == "names":
        return refuse(list(layout.names(project.root, folder, project.tree)))
    _demand_applied(project)
    where = Location(project.tree[-1].path)
    if question == "rebuilt":
        again = project.build(project.tree)
        return _compare(project.empty.lines, again.lines, "the first build", "the second build", where)
    if project.upgraded.failed is not None or project.upgraded.base_failed is not None:
        raise NotEvaluated("the base can't be upgraded: see applies-on-base")
    deployed = {one.name: one for one in project.deployed.tip}
    fresh = project.empty
    if deployed.keys() - {one.name for one in project.tree}:  # the base went on, or a migration was removed
        union = deployed | {one.name: one for one in project.tree}
        fresh = project.build([union[name] for name in sorted(union)])
        if fresh.failed is not None:
            raise _failure(fresh.failed, f"doesn't apply together with those of the base ({project.deployed.label})")
    return _compare(fresh.lines, project.upgraded.lines, "a fresh database", "an upgraded one", where)


def _demand_applied(project: Project) -> None:
    if project.empty.failed is not None:
        raise NotEvaluated(f"{project.empty.failed.migration.name} doesn't apply: see applies-from-empty")


def _compare(left: list[str], right: list[str], of_left: str, of_right: str, where: Location) -> None:
    if left == right:
        return
    only = [f"only in {of_left}: {line}" for line in left if line not in right]
    other = [f"only in {of_right}: {line}" for line in right if line not in left]
    lines = only[:_SHOWN] + other[:_SHOWN]
    more = len(only) + len(other) - len(lines)
    raise CheckFailure(
        f"{of_left} and {of_right} give different schemas ({len(only) + len(other)} differences)",
        evidence=lines + ([f"+{more} more"] if more else []),
        location=where,
    )


def _failure(failed: Failed, what: str) -> CheckFailure:
    sentence = f"{failed.migration.name} {what}: {failed.error.message}"
    return CheckFailure(sentence, evidence=said(failed.error), location=failed.migration.at(failed.error.line))


def refuse(found: list[tuple[Location, str]], tail: list[str] | None = None) -> None:
    if not found:
        return
    where, sentence = found[0]
    evidence = [f"{place}: {text}" for place, text in found[:_SHOWN]] if len(found) > 1 else []
    more = [f"+{len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    raise CheckFailure(
        sentence + (f" (and {len(found) - 1} more)" if len(found) > 1 else ""),
        evidence=[*evidence, *more, *(tail or [])],
        location=where,
    )
