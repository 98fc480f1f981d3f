"""What a database holds, as sorted lines that two databases can be compared by, and what one migration did to it."""

from __future__ import annotations

from dataclasses import dataclass

from .database import Database

_MINE = r"n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
_NOT_EXTENSION = "NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = {}.oid AND d.deptype = 'e')"
#: Prisma's own table is not part of any schema.
_NOT_PRISMA = "c.relname !~ '^_prisma_migrations'"
#: Each yields one column of text. Sources: PostgreSQL documentation, chapter 53 (system catalogs) and 9.26.
_QUERIES = (
    f"""SELECT 'table ' || c.oid::regclass || ' (' || c.relkind::text || c.relpersistence::text
        || CASE WHEN c.relrowsecurity THEN ', row security' ELSE '' END
        || CASE WHEN c.relforcerowsecurity THEN ', forced' ELSE '' END || ')'
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'f') AND {_MINE} AND {_NOT_PRISMA} AND {_NOT_EXTENSION.format("c")}""",
    f"""SELECT 'column ' || c.oid::regclass || '.' || quote_ident(a.attname) || ' '
        || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
        || CASE WHEN a.attidentity <> '' THEN ' identity ' || a.attidentity::text ELSE '' END
        || CASE WHEN a.attgenerated <> '' THEN ' generated ' ELSE '' END
        || coalesce(' default ' || pg_get_expr(ad.adbin, ad.adrelid), '')
        || CASE WHEN a.attcollation NOT IN (0, 100) THEN ' collate ' || a.attcollation::regcollation ELSE '' END
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
        WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'c') AND {_MINE} AND {_NOT_PRISMA}
        AND {_NOT_EXTENSION.format("c")}""",
    f"""SELECT 'constraint ' || coalesce(NULLIF(k.conrelid, 0)::regclass::text, k.contypid::regtype::text) || '.'
        || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
        LEFT JOIN pg_class c ON c.oid = k.conrelid
        WHERE {_MINE} AND k.contype IN ('p', 'u', 'f', 'c', 'x') AND (c.oid IS NULL OR {_NOT_PRISMA})
        AND {_NOT_EXTENSION.format("k")}""",
    f"""SELECT 'index ' || pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {_MINE} AND {_NOT_PRISMA} AND c.relkind <> 't' AND {_NOT_EXTENSION.format("c")}""",
    f"""SELECT 'type ' || t.oid::regtype || ' (' || coalesce((SELECT string_agg(quote_literal(e.enumlabel), ', '
        ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid), format_type(t.typbasetype, t.typtypmod))
        || ')' FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE t.typtype IN ('e', 'd') AND {_MINE} AND {_NOT_EXTENSION.format("t")}""",
    f"""SELECT 'view ' || c.oid::regclass || ' ' || pg_get_viewdef(c.oid)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('v', 'm') AND {_MINE} AND {_NOT_EXTENSION.format("c")}""",
    f"""SELECT 'sequence ' || c.oid::regclass || ' ' || s.seqtypid::regtype || ' ' || s.seqincrement
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {_MINE} AND {_NOT_EXTENSION.format("c")}""",
    f"""SELECT 'function ' || p.oid::regprocedure || ' ' || md5(p.prosrc) || ' ' || p.prosecdef::text
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {_MINE} AND {_NOT_EXTENSION.format("p")}""",
    f"""SELECT 'trigger ' || pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT t.tgisinternal AND {_MINE}""",
    f"""SELECT 'policy ' || c.oid::regclass || '.' || quote_ident(p.polname) || ' ' || p.polcmd::text
        || p.polpermissive::text || coalesce(' using ' || pg_get_expr(p.polqual, p.polrelid), '')
        || coalesce(' check ' || pg_get_expr(p.polwithcheck, p.polrelid), '')
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {_MINE}""",
    "SELECT 'extension ' || extname FROM pg_extension WHERE extname <> 'plpgsql'",
)
#: oid and name of each table; then of each column. A rename keeps oid and number.
_TABLES = f"""SELECT c.oid::bigint, c.oid::regclass::text FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND {_MINE} AND {_NOT_PRISMA}
    AND {_NOT_EXTENSION.format("c")}"""
_COLUMNS = """SELECT a.attrelid::bigint, a.attnum::int, a.attname::text, format_type(a.atttypid, a.atttypmod),
    a.attnotnull FROM pg_attribute a WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid::bigint = ANY(%s)"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it stands: its name, type as SQL writes it, and whether NULL is refused."""

    name: str
    type: str
    not_null: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """The tables (oid: name) and columns ((oid, number): column) at one moment."""

    tables: dict[int, str]
    columns: dict[tuple[int, int], Column]


def describe(database: Database) -> list[str]:
    """Every object of a database as one line, sorted; names are qualified wherever they aren't in ``public``."""
    database.rows("SELECT set_config('search_path', 'public, pg_catalog', false)")
    return sorted(" ".join(str(row[0]).split()) for query in _QUERIES for row in database.rows(query))


def shape(database: Database) -> Shape:
    """What a later shape is compared with."""
    tables = dict(database.rows(_TABLES))
    found = database.rows(_COLUMNS, (list(tables),))
    return Shape(tables, {(oid, number): Column(*rest) for oid, number, *rest in found})


def destroyed(before: Shape, after: Shape) -> list[tuple[str, str]]:
    """What became of tables and columns that were there before, as (rule, sentence), however it was written."""
    found = []
    for oid, name in before.tables.items():
        if oid not in after.tables:
            found.append(("ban-drop-table", f"table {name} is gone"))
        elif after.tables[oid] != name:
            found.append(("renaming-table", f"table {name} is called {after.tables[oid]} now"))
    for (oid, number), old in before.columns.items():
        if oid not in after.tables:
            continue
        column = f"column {before.tables[oid]}.{old.name}"
        new = after.columns.get((oid, number))
        if new is None:
            found.append(("ban-drop-column", f"{column} is gone"))
            continue
        if new.name != old.name:
            found.append(("renaming-column", f"{column} is called {new.name} now"))
        if new.type != old.type:
            found.append(("changing-column-type", f"{column} was {old.type} and is {new.type}"))
        if new.not_null and not old.not_null:
            found.append(("adding-not-nullable-field", f"{column} refuses NULL now"))
    return found
