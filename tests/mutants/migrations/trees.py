"""Repos whose last commit on main is deployed, each with one bad new migration, and repos that are right."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any, ClassVar

INIT = """CREATE TYPE "State" AS ENUM ('queued', 'running', 'done');
CREATE TABLE "Tenant" (
    "id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "note" TEXT,
    "price" DECIMAL(10,2) NOT NULL DEFAULT 0,
    CONSTRAINT "Tenant_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "Tenant_slug_key" ON "Tenant"("slug");
CREATE TABLE "Job" (
    "id" SERIAL NOT NULL,
    "tenantId" TEXT NOT NULL,
    "state" "State" NOT NULL DEFAULT 'queued',
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "kind" TEXT NOT NULL,
    CONSTRAINT "Job_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "Job" ADD CONSTRAINT "Job_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id");
"""
SECOND = (
    'CREATE TABLE "Quote" ("id" TEXT NOT NULL, "cents" BIGINT NOT NULL, CONSTRAINT "Quote_pkey" PRIMARY KEY ("id"));\n'
)
LOCK = 'provider = "postgresql"\n'
ONE, TWO, NEW = "20260101000000_init", "20260201000000_quotes", "20260301000000_new"
ADD = 'ALTER TABLE "Tenant" ADD COLUMN "region" TEXT;\n'
FOLDER = "prisma/migrations"
ALLOW = "-- letsbe: allow {} until 2099-12-31 agreed with the team\n"


def _git(folder: Path, *arguments: str) -> None:
    identity = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for role in ("AUTHOR", "COMMITTER"):
        identity |= {f"GIT_{role}_NAME": "letsbe", f"GIT_{role}_EMAIL": "letsbe@example.com"}
        identity |= {f"GIT_{role}_DATE": "2026-01-01T00:00:00Z"}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, env=inherited | identity)


class _Repo:
    """``old`` is committed on main, then ``new`` is laid over it; a value of None removes the file or folder."""

    old: ClassVar[dict[str, str]] = {ONE: INIT, TWO: SECOND}
    new: ClassVar[dict[str, str | None]] = {NEW: ADD}
    #: The declared schema; None means what all migrations say, one after another.
    schema: ClassVar[str | None] = None
    lock: ClassVar[str | None] = LOCK
    options: ClassVar[dict[str, Any]] = {"base": {"git": "main"}}

    @classmethod
    def build(cls, folder: Path) -> dict[str, Any]:
        place = folder / FOLDER
        place.mkdir(parents=True)
        if cls.lock is not None:
            (place / "migration_lock.toml").write_text(cls.lock, encoding="utf-8")
        _git(folder, "init", "-q", "-b", "main")
        cls._write(place, cls.old)
        _git(folder, "add", "-A")
        _git(folder, "commit", "-q", "-m", "deployed")
        _git(folder, "checkout", "-q", "-b", "change")
        cls._write(place, cls.new)
        together = "\n".join(path.read_text(encoding="utf-8") for path in sorted(place.glob("*/migration.sql")))
        together = together.replace(" CONCURRENTLY ", " ")
        schema = together if cls.schema is None else cls.schema
        (folder / "prisma/schema.sql").write_text(schema, encoding="utf-8")
        return cls.options

    @staticmethod
    def _write(place: Path, files: dict[str, Any]) -> None:
        for name, text in files.items():
            path = place / name / "migration.sql"
            if text is None:
                path.unlink()
                path.parent.rmdir()
                continue
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")


class NoMigration(_Repo):
    """The folder is empty: every statement about each migration holds."""

    expected = "liveness"
    old: ClassVar = {}
    new: ClassVar = {}


class WrongFolder(_Repo):
    """The manifest names a folder that isn't there."""

    expected = "liveness"
    options: ClassVar = {"base": {"git": "main"}, "dir": "db/migrations"}


class NeedsLaterTable(_Repo):
    """A migration speaks of a table that no earlier one makes."""

    expected = "applies-from-empty"
    new: ClassVar = {NEW: 'ALTER TABLE "Usage" ADD COLUMN "region" TEXT;\n'}
    schema: ClassVar = ""


class LostParenthesis(_Repo):
    """A statement lost its closing parenthesis."""

    expected = "applies-from-empty"
    new: ClassVar = {NEW: 'CREATE TABLE "Usage" ("id" TEXT NOT NULL;\n'}
    schema: ClassVar = ""


class ConcurrentlyAmongOthers(_Repo):
    """CREATE INDEX CONCURRENTLY beside another statement: Prisma sends both as one transaction."""

    expected = "applies-from-empty"
    new: ClassVar = {NEW: ADD + 'CREATE INDEX CONCURRENTLY "Job_kind_idx" ON "Job"("kind");\n'}
    schema: ClassVar = ""


class NothingInIt(_Repo):
    """A migration holds comments only."""

    expected = "applies-from-empty"
    new: ClassVar = {NEW: "-- This is an empty migration.\n"}


class RequiredWithoutDefault(_Repo):
    """A NOT NULL column without a default: fine on the empty database of the developer."""

    expected = "applies-on-base"
    new: ClassVar = {
        NEW: ALLOW.format("adding-required-field") + 'ALTER TABLE "Job" ADD COLUMN "host" TEXT NOT NULL;\n'
    }


class NotNullOverNulls(_Repo):
    """A column becomes NOT NULL though rows hold NULL."""

    expected = "applies-on-base"
    new: ClassVar = {
        NEW: ALLOW.format("adding-not-nullable-field") + 'ALTER TABLE "Tenant" ALTER COLUMN "note" SET NOT NULL;\n'
    }


class UniqueOverRepeats(_Repo):
    """A unique index over a column whose values repeat."""

    expected = "applies-on-base"
    new: ClassVar = {
        NEW: ALLOW.format("require-concurrent-index-creation")
        + 'CREATE UNIQUE INDEX "Job_kind_key" ON "Job"("kind");\n'
    }


class NarrowedInteger(_Repo):
    """INTEGER becomes SMALLINT: a value that is there is out of range."""

    expected = "applies-on-base"
    new: ClassVar = {
        NEW: ALLOW.format("changing-column-type") + 'ALTER TABLE "Job" ALTER COLUMN "attempt" TYPE SMALLINT;\n'
    }


class RoundedPrice(_Repo):
    """DECIMAL(10,2) becomes DECIMAL(10,0): PostgreSQL rounds every price and says nothing."""

    expected = "applies-on-base"
    new: ClassVar = {
        NEW: ALLOW.format("changing-column-type") + 'ALTER TABLE "Tenant" ALTER COLUMN "price" TYPE DECIMAL(10,0);\n'
    }


class CutText(_Repo):
    """A USING clause cuts long texts without a word."""

    expected = "applies-on-base"
    new: ClassVar = {
        NEW: ALLOW.format("changing-column-type")
        + 'ALTER TABLE "Tenant" ALTER COLUMN "note" TYPE VARCHAR(20) USING substr("note", 1, 20);\n'
    }


class LabelRemoved(_Repo):
    """An enum is made anew without a label that rows use."""

    expected = "applies-on-base"
    new: ClassVar = {
        NEW: 'CREATE TYPE "State_new" AS ENUM (\'queued\', \'running\');\nALTER TABLE "Job" ALTER COLUMN "state" DROP DEFAULT;\n'
        + ALLOW.format("changing-column-type")
        + 'ALTER TABLE "Job" ALTER COLUMN "state" TYPE "State_new" USING ("state"::text::"State_new");\n'
    }


class RowsDeletedInBlock(_Repo):
    """A DO block deletes rows: no statement of the file says DELETE."""

    expected = "applies-on-base"
    new: ClassVar = {NEW: 'DO $$ BEGIN DELETE FROM "Job" WHERE id > 1; END $$;\n'}


class RowsOverwritten(_Repo):
    """An UPDATE meant as a backfill has no WHERE."""

    expected = "applies-on-base"
    new: ClassVar = {NEW: 'UPDATE "Job" SET "kind" = \'provision\';\n'}


class CascadeTakesRows(_Repo):
    """A trigger function empties another table while it is created."""

    expected = "applies-on-base"
    new: ClassVar = {
        NEW: 'CREATE FUNCTION tidy() RETURNS void LANGUAGE sql AS $f$ DELETE FROM "Quote" $f$;\nSELECT tidy();\n'
    }


class EditedInPlace(_Repo):
    """An applied migration was edited: databases that have it keep the old one."""

    expected = "unchanged-history"
    new: ClassVar = {ONE: INIT.replace('"note" TEXT', '"note" VARCHAR(900)')}


class CommentEdited(_Repo):
    """Only a comment was added to an applied migration: Prisma's checksum differs all the same."""

    expected = "unchanged-history"
    new: ClassVar = {TWO: "-- quotes of the shop\n" + SECOND}


class Removed(_Repo):
    """An applied migration was removed."""

    expected = "unchanged-history"
    new: ClassVar = {TWO: None}


class Renamed(_Repo):
    """An applied migration was renamed: it will be applied a second time."""

    expected = "unchanged-history"
    new: ClassVar = {TWO: None, "20260202000000_quotes": SECOND}


class InsertedBefore(_Repo):
    """A new migration sorts before one that is applied."""

    expected = "unchanged-history"
    new: ClassVar = {"20260115000000_region": ADD}


class DropsColumn(_Repo):
    """DROP COLUMN without a word."""

    expected = "annotated-destruction"
    new: ClassVar = {NEW: 'ALTER TABLE "Tenant" DROP COLUMN "note";\n'}


class DropsTableInBlock(_Repo):
    """A DO block drops a table by a name it puts together: no linter reads that."""

    expected = "annotated-destruction"
    new: ClassVar = {NEW: "DO $$ BEGIN EXECUTE 'DROP ' || 'TABLE \"Quote\"'; END $$;\n"}


class IgnoredForSquawk(_Repo):
    """squawk's own comment hides a DROP TABLE, with neither date nor reason."""

    expected = "annotated-destruction"
    new: ClassVar = {NEW: '-- squawk-ignore ban-drop-table\nDROP TABLE "Quote";\n'}


class LocksForIndex(_Repo):
    """CREATE INDEX without CONCURRENTLY on a table that is in use."""

    expected = "annotated-destruction"
    new: ClassVar = {NEW: 'CREATE INDEX "Job_kind_idx" ON "Job"("kind");\n'}


class Truncates(_Repo):
    """TRUNCATE of a table."""

    expected = "annotated-destruction"
    new: ClassVar = {NEW: 'TRUNCATE TABLE "Quote";\n'}


class AllowedTooLong(_Repo):
    """The annotation's last day is over."""

    expected = "annotated-destruction"
    new: ClassVar = {
        NEW: '-- letsbe: allow ban-drop-column until 2025-01-31 moved\nALTER TABLE "Tenant" DROP COLUMN "note";\n'
    }


class AllowedElsewhere(_Repo):
    """The annotation stands at another statement."""

    expected = "annotated-destruction"
    new: ClassVar = {
        NEW: ALLOW.format("ban-drop-column") + ADD + 'ALTER TABLE "Tenant" DROP COLUMN "note";\n',
    }


class AllowedWithoutReason(_Repo):
    """The annotation has no reason."""

    expected = "annotated-destruction"
    new: ClassVar = {
        NEW: '-- letsbe: allow ban-drop-column until 2099-12-31\nALTER TABLE "Tenant" DROP COLUMN "note";\n'
    }


class ForgottenMigration(_Repo):
    """The declared schema has a column that no migration makes."""

    expected = "schema-matches"
    schema: ClassVar = INIT + SECOND + ADD + 'ALTER TABLE "Quote" ADD COLUMN "currency" TEXT;\n'


class ForgottenIndex(_Repo):
    """A migration makes an index that the declared schema doesn't have."""

    expected = "schema-matches"
    new: ClassVar = {NEW: 'CREATE TABLE "Usage" ("id" TEXT NOT NULL);\nCREATE INDEX "Usage_id_idx" ON "Usage"("id");\n'}
    schema: ClassVar = INIT + SECOND + 'CREATE TABLE "Usage" ("id" TEXT NOT NULL);\n'


class OtherProvider(_Repo):
    """The lock names another database."""

    expected = "no-drift"
    lock: ClassVar = 'provider = "mysql"\n'


class SortsAsText(_Repo):
    """A short number sorts behind a long one."""

    expected = "no-drift"
    new: ClassVar = {"3_region": ADD, "21_zone": 'ALTER TABLE "Tenant" ADD COLUMN "zone" TEXT;\n'}
    old: ClassVar = {"1_init": INIT, "2_quotes": SECOND}


class EachBuildDiffers(_Repo):
    """A block names a table by chance."""

    expected = "no-drift"
    new: ClassVar = {
        NEW: "DO $$ BEGIN EXECUTE 'CREATE TABLE t_' || replace(gen_random_uuid()::text, '-', '') || ' (id int)'; END $$;\n"
    }


class OnlyWhenEmpty(_Repo):
    """A block adds a column only where the table is empty: production never gets it."""

    expected = "no-drift"
    new: ClassVar = {
        NEW: 'DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM "Job") THEN ALTER TABLE "Job" ADD COLUMN "x" INT; END IF; END $$;\n'
    }


class AddsColumns(_Repo):
    """New columns: nullable, and with a constant default."""

    expected = None
    new: ClassVar = {NEW: ADD + 'ALTER TABLE "Job" ADD COLUMN "weight" INTEGER NOT NULL DEFAULT 1;\n'}


class NothingNew(_Repo):
    """Everything is deployed already, destructive old migrations included."""

    expected = None
    old: ClassVar = {ONE: INIT, TWO: SECOND, NEW: 'ALTER TABLE "Tenant" DROP COLUMN "note";\n'}
    new: ClassVar = {}


class FirstMigrations(_Repo):
    """The first pull request with migrations: main has none yet."""

    expected = None
    old: ClassVar = {}
    new: ClassVar = {ONE: INIT, TWO: SECOND}


class ExpandThenContract(_Repo):
    """NULLs are filled before NOT NULL, an index is built concurrently in a file of its own, a rename is agreed."""

    expected = None
    new: ClassVar = {
        NEW: 'UPDATE "Tenant" SET "note" = \'none\' WHERE "note" IS NULL;\n'
        + ALLOW.format("adding-not-nullable-field")
        + 'ALTER TABLE "Tenant" ALTER COLUMN "note" SET NOT NULL;\n',
        "20260302000000_index": 'CREATE INDEX CONCURRENTLY "Job_kind_idx" ON "Job"("kind");\n',
        "20260303000000_rename": ALLOW.format("renaming-column")
        + 'ALTER TABLE "Tenant" RENAME COLUMN "slug" TO "handle";\n'
        + ALLOW.format("changing-column-type")
        + 'ALTER TABLE "Job" ALTER COLUMN "attempt" SET DATA TYPE BIGINT;\n',
    }


class DumpedSchema(_Repo):
    """The declared schema is a dump of pg_dump, with its own order, quoting, and psql commands."""

    expected = None
    old: ClassVar = {
        ONE: 'CREATE TABLE "Tenant" ("id" SERIAL PRIMARY KEY, name varchar(40) NOT NULL, plan text DEFAULT \'a;b\');\n'
    }
    new: ClassVar = {NEW: ADD}
    schema: ClassVar = """\\restrict abc
SET statement_timeout = 0;
SET transaction_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public."Tenant" (
    name character varying(40) NOT NULL,
    region text,
    id integer NOT NULL,
    plan text DEFAULT 'a;b'::text
);
CREATE SEQUENCE public."Tenant_id_seq" AS integer START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
ALTER SEQUENCE public."Tenant_id_seq" OWNED BY public."Tenant".id;
ALTER TABLE ONLY public."Tenant" ALTER COLUMN id SET DEFAULT nextval('public."Tenant_id_seq"'::regclass);
ALTER TABLE ONLY public."Tenant" ADD CONSTRAINT "Tenant_pkey" PRIMARY KEY (id);
\\unrestrict abc
"""
