"""What ``checks.migrations`` takes in a manifest."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class Base(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the migrations lie that are applied already: a git ref, or a folder of the repo."""

    git: Annotated[str, Meta(min_length=1, description="a ref whose tip is deployed: origin/main")] | None = None
    file: Annotated[str, Meta(min_length=1, description="a folder with the same layout as `dir`")] | None = None


class MigrationsOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which folder is applied, what is deployed already, and which schema must come out."""

    dir: Annotated[str, Meta(min_length=1, description="the folder with <name>/migration.sql")] = "prisma/migrations"
    base: Annotated[Base, Meta(description="the migrations that are applied already")] = Base(git="origin/main")
    schema: Annotated[
        str, Meta(min_length=1, description="the declared schema: pg_dump --schema-only, or prisma migrate diff")
    ] = "prisma/schema.sql"
    seed: (
        Annotated[str, Meta(min_length=1, description="SQL that fills the base's tables, instead of generated rows")]
        | None
    ) = None
    bin: (
        Annotated[str, Meta(min_length=1, description="the folder with initdb and postgres, when it must be this one")]
        | None
    ) = None
    timeout: Annotated[float, Meta(gt=0, le=600, description="seconds that one migration may take")] = 60.0
