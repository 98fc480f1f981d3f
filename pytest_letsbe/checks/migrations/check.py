"""migrations: they apply from empty and on filled tables, never rewrite history, and give the declared schema."""

from __future__ import annotations

import re
from pathlib import Path

from ...model import Case, Invariant, Location, Spec
from ...targets.base import Target
from . import judges, layout
from .annotations import FORM
from .history import Migration, of_tree
from .options import MigrationsOptions
from .project import Project
from .server import Server

LIVENESS = Invariant(
    "liveness", "A PostgreSQL of our own starts, refuses a planted broken migration, and there are migrations."
)
FROM_EMPTY = Invariant(
    "applies-from-empty", "Every migration applies, in order, to an empty database.", "prisma migrate deploy"
)
ON_BASE = Invariant(
    "applies-on-base", "The new migrations apply to the base's database with rows in it, and lose no row and no value."
)
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
        cases: list[Case] = []
        places: list[tuple[str, Location, Migration | None]]
        for invariant in self.invariants:
            places = [(name, spec.location, None) for name in once.get(invariant, [])]
            if invariant in (FROM_EMPTY, ANNOTATED):
                places += [(name, one.at(), one) for one, name in zip(tree, names, strict=True)]
            cases += [Case(self.name, invariant.id, name, at, data=(spec, one)) for name, at, one in places]
        return cases

    def run(self, case: Case, target: Target | None = None) -> None:
        spec, migration = case.data
        project = self._project(spec)
        match case.invariant:
            case LIVENESS.id:
                judges.liveness(project)
            case FROM_EMPTY.id:
                judges.from_empty(project, migration)
            case ON_BASE.id:
                judges.on_base(project)
            case HISTORY.id:
                judges.refuse(list(layout.history(project.deployed, project.tree)))
            case ANNOTATED.id:
                judges.annotated(project, migration)
            case SCHEMA.id:
                judges.schema(project)
            case _:
                judges.drift(project, case.name)

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


def _case_names(folders: list[str]) -> list[str]:
    """Names that may stand in a node id; two folders that differ in case only get a number."""
    seen: dict[str, int] = {}
    found = []
    for folder in folders:
        name = re.sub(r"[^a-z0-9._-]", "-", folder.lower()).lstrip("._-") or "migration"
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return found
