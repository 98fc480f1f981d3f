"""migrations: they apply from empty and on filled tables, never rewrite history, and give the declared schema."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from ...model import Case, CheckFailure, Invariant, Location, NotEvaluated, Spec
from ...targets.base import Target
from . import layout
from .annotations import FORM, annotations
from .database import SqlError
from .history import Migration, of_tree
from .lint import RULES, lint
from .options import MigrationsOptions
from .project import Failed, Project, said
from .server import Server
from .sql import statements

LIVENESS = Invariant("liveness", "A PostgreSQL of our own starts, refuses a planted broken migration, and there are migrations.")
FROM_EMPTY = Invariant("applies-from-empty", "Every migration applies, in order, to an empty database.", "Prisma migrate deploy")
ON_BASE = Invariant("applies-on-base", "The new migrations apply to the base's database with rows in it, and lose none.")
HISTORY = Invariant(
    "unchanged-history",
    "A migration that is applied already is never changed, renamed, removed, or preceded by a new one.",
    "Prisma keeps a checksum of each in _prisma_migrations",
)
ANNOTATED = Invariant(
    "annotated-destruction", f"A new migration destroys or locks nothing without `{FORM}`.", "squawkhq.com/docs/rules"
)
SCHEMA = Invariant("schema-matches", "What the migrations make is what the checked-in schema declares.")
DRIFT = Invariant(
    "no-drift", "Names sort as they count, the lock names PostgreSQL, and each way to the newest schema gives the same."
)
_SHOWN = 5
#: A DROP TABLE that is seen by its effect is no other finding than the one with a line.
_DATA = frozenset({"changing-rows", "deleting-rows"})
_GOOD = "CREATE TABLE planted (id integer);\n"
_BROKEN = "CREATE TABLE more (id integer);\nALTER TABLE missing ADD COLUMN x text;\n"
_PLANTED = Migration("1_planted", "planted.sql", b"DROP TABLE planted;\n")


class MigrationsCheck:
    """See ``checks.base.Check``."""

    name = "migrations"
    role: str | None = None
    options = MigrationsOptions
    preconditions = frozenset({LIVENESS.id})
    invariants: tuple[Invariant, ...] = (LIVENESS, FROM_EMPTY, ON_BASE, HISTORY, ANNOTATED, SCHEMA, DRIFT)

    def __init__(self) -> None:
        self._projects: dict[tuple[Path, int], Project] = {}
        self._servers: dict[str | None, Server] = {}

    def cases(self, spec: Spec) -> list[Case]:
        """One for each migration where a migration is what is judged, else one for each question."""
        tree = of_tree(spec.root, spec.options.dir)
        names = _case_names([one.name for one in tree])
        once = {LIVENESS: ["server"], ON_BASE: ["rows"], HISTORY: ["base"], SCHEMA: ["schema"]}
        once[DRIFT] = ["lock", "names", "rebuilt", "upgraded"]
        cases = []
        for invariant in self.invariants:
            for name in once.get(invariant, []):
                cases.append(Case(self.name, invariant.id, name, spec.location, data=(spec, None)))
            if invariant in (FROM_EMPTY, ANNOTATED):
                for one, name in zip(tree, names, strict=True):
                    cases.append(Case(self.name, invariant.id, name, one.at(), data=(spec, one)))
        return cases

    def run(self, case: Case, target: Target | None = None) -> None:
        spec, migration = case.data
        project = self._project(spec)
        match case.invariant:
            case LIVENESS.id:
                _judge_liveness(project)
            case FROM_EMPTY.id:
                _judge_from_empty(project, migration)
            case ON_BASE.id:
                _judge_on_base(project)
            case HISTORY.id:
                _refuse(list(layout.history(project.deployed, project.tree)))
            case ANNOTATED.id:
                _judge_annotated(project, migration)
            case SCHEMA.id:
                _judge_schema(project)
            case _:
                _judge_drift(project, case.name)

    def rest(self) -> None:
        """Forget the projects; the server ends with this process."""
        self._projects.clear()

    def close(self) -> None:
        """End the server and forget what it said."""
        for server in self._servers.values():
            server.close()
        self._servers.clear()
        self._projects.clear()

    def _project(self, spec: Spec) -> Project:
        key = (spec.root, id(spec.options))
        if key not in self._projects:
            server = self._servers.setdefault(spec.options.bin, Server(spec.options.bin))
            self._projects[key] = Project(spec.root, spec.options, server)
        return self._projects[key]


def _judge_liveness(project: Project) -> None:
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


def _judge_from_empty(project: Project, migration: Migration) -> None:
    if not any(part.text for part in statements(migration.text)):
        raise CheckFailure(f"{migration.name} holds no statement", location=migration.at())
    built = project.empty
    if built.failed is not None and built.failed.migration.name == migration.name:
        raise _failure(built.failed, "doesn't apply to an empty database")
    if migration.name not in built.applied:
        stopped = built.failed.migration.name if built.failed else "another"
        raise NotEvaluated(f"{stopped} fails before it")


def _judge_on_base(project: Project) -> None:
    done = project.upgraded
    label = project.deployed.label
    if done.base_failed is not None:
        raise _failure(done.base_failed, f"doesn't apply to an empty database, and stands in the base ({label}) already")
    if done.failed is not None:
        raise _failure(done.failed, f"doesn't apply to the base's database ({label}) with rows in it")
    found = []
    for migration in project.new:
        allowed, _ = annotations(statements(migration.text), RULES)
        for one in done.effects.get(migration.name, []):
            if not any(annotation.covers(one.rule, None) for annotation in allowed):
                found.append((migration.at(), f"{migration.name}: {one.sentence} ({one.rule})"))
    _refuse(found)
    if done.unfilled:
        raise NotEvaluated(
            f"no row could be made for {done.unfilled[0]}" + (f" (+{len(done.unfilled) - 1} more tables)" if done.unfilled[1:] else "")
            + "; write rows into a file: checks.migrations.seed: prisma/seed.sql"
        )


def _judge_annotated(project: Project, migration: Migration) -> None:
    if migration.name not in {one.name for one in project.new}:
        return  # applied already: it can't do more harm, and it can't be annotated any more
    allowed, wrong = annotations(statements(migration.text), RULES)
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
            found.append((migration.at(one.line or 1), f"{one.sentence.rstrip('.')} ({one.rule}), and nobody says that it is meant"))
    for annotation in allowed:
        for rule in annotation.rules:
            if annotation.until < today:
                found.append((migration.at(annotation.line), f"this annotation ended on {annotation.until}"))
                break
            if (annotation.line, rule) not in used and rule not in _DATA:
                found.append((migration.at(annotation.line), f"nothing here is {rule}: take the annotation away"))
    _refuse(sorted(found, key=lambda one: one[0].line), [f"mend: change the statement, or write above it: {FORM}"])


def _judge_schema(project: Project) -> None:
    _demand_applied(project)
    _compare(project.empty.lines, project.declared, "the migrations", project.options.schema, Location(project.options.schema))


def _judge_drift(project: Project, question: str) -> None:
    folder = project.options.dir.rstrip("/")
    if question == "lock":
        return _refuse(list(layout.lock(project.root, folder)))
    if question == "names":
        return _refuse(list(layout.names(project.root, folder, project.tree)))
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


def _refuse(found: list[tuple[Location, str]], tail: list[str] | None = None) -> None:
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


def _case_names(folders: list[str]) -> list[str]:
    """Names that may stand in a node id; two folders that differ in case only get a number."""
    seen: dict[str, int] = {}
    found = []
    for folder in folders:
        name = re.sub(r"[^a-z0-9._-]", "-", folder.lower()).lstrip("._-") or "migration"
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return found


