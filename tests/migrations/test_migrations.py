"""What a user sees: places, mends, rows that fit, and a migration that never ends."""

from __future__ import annotations

import pytest

PLAN = """CREATE TABLE "Plan" ("id" INT PRIMARY KEY, "name" TEXT NOT NULL CHECK ("name" IN ('trial', 'team')),
  "seats" INT CHECK ("seats" BETWEEN 1 AND 50), "mail" TEXT CHECK ("mail" LIKE '%@%.%'), "code" CHAR(3) UNIQUE,
  "parts" TEXT[] NOT NULL, "at" TIMESTAMPTZ NOT NULL, "price" NUMERIC(6,2), "raw" BYTEA, "self" INT REFERENCES "Plan");
CREATE TABLE "Seat" ("plan" INT NOT NULL REFERENCES "Plan", "no" INT NOT NULL, "who" UUID, PRIMARY KEY ("plan", "no"));
"""


def outcome(found, name):
    end = found[name]
    return end.outcome, str(end.error or "")


def test_rows_are_made_for_checks_keys_and_arrays(ends, repo):
    found = ends(repo({"2_more": 'ALTER TABLE "Seat" ADD COLUMN "x" TEXT;\n'}, base={"1_plan": PLAN}))
    assert {name: end.outcome for name, end in found.items() if end.outcome != "passed"} == {}


@pytest.mark.parametrize(
    ("statement", "line", "said"),
    [
        ('ALTER TABLE "Seat" ADD COLUMN "x" TEXT NOT NULL;', 2, "contains null values"),
        ('CREATE UNIQUE INDEX u ON "Seat"("no");', 2, "could not create unique index"),
        ('\nALTER TABLE "Plan" ALTER COLUMN "price" SET NOT NULL;', 3, "contains null values"),
        ('ALTER TABLE "Plan" ADD CONSTRAINT c CHECK ("seats" > 1);', 2, "is violated by some row"),
    ],
)
def test_what_fails_on_rows_is_told_with_its_line(ends, repo, statement, line, said):
    found = ends(repo({"2_more": f"SELECT 1;\n{statement}\n"}, base={"1_plan": PLAN}))
    end = found["applies-on-base[rows]"]
    assert said in str(end.error)
    assert str(end.error.location) == f"prisma/migrations/2_more/migration.sql:{line}"
    assert outcome(found, "applies-from-empty[2_more]") == ("passed", "")


def test_a_table_that_takes_no_row_asks_for_a_seed(ends, repo):
    odd = "CREATE TABLE odd (v TEXT NOT NULL CHECK (md5(v) = 'ab56b4d92b40713acc5af89985d4b786'));\n"
    root = repo({}, base={"1_odd": odd}, seed="INSERT INTO odd VALUES ('abcde');\n", bad="INSERT INTO odd VALUES (1);")
    what, why = outcome(ends(root), "applies-on-base[rows]")
    assert what == "not_evaluated"
    assert "no row could be made for odd" in why
    assert "checks.migrations.seed" in why
    assert outcome(ends(root, seed="seed.sql"), "applies-on-base[rows]") == ("passed", "")
    what, why = outcome(ends(root, seed="bad.sql"), "applies-on-base[rows]")
    assert (what, "the seed doesn't fit" in why) == ("failed", True)


def test_data_that_was_meant_to_change_is_allowed(ends, repo):
    update = 'UPDATE "Plan" SET "parts" = \'{}\';\n'
    assert outcome(ends(repo({"2_more": update}, base={"1_plan": PLAN})), "applies-on-base[rows]")[0] == "failed"


def test_an_annotated_change_of_data_passes(ends, repo):
    update = '-- letsbe: allow changing-rows until 2099-01-01 parts move\nUPDATE "Plan" SET "parts" = \'{}\';\n'
    found = ends(repo({"2_more": update}, base={"1_plan": PLAN}))
    assert {name: end.outcome for name, end in found.items() if end.outcome != "passed"} == {}


def test_a_migration_that_never_ends_is_ended(ends, repo):
    found = ends(
        repo({"2_slow": "SET statement_timeout = 0;\nSELECT pg_sleep(3600);\n"}, base={"1_plan": PLAN}), timeout=3
    )
    assert "wasn't done within 3 s" in outcome(found, "applies-from-empty[2_slow]")[1]
    assert "wasn't done within 3 s" in outcome(found, "applies-on-base[rows]")[1]


def test_a_reference_that_is_not_here_is_told_with_the_mend(ends, repo):
    found = ends(repo({"1_plan": PLAN}), base={"git": "origin/main"})
    what, why = outcome(found, "unchanged-history[base]")
    assert what == "failed"
    assert "fetch-depth: 0" in why
    assert outcome(found, "applies-from-empty[1_plan]") == ("passed", "")


def test_without_a_base_nothing_is_claimed_about_it(ends, repo):
    found = ends(repo({"1_plan": PLAN}), base={})
    assert found["unchanged-history[base]"].outcome == "not_evaluated"
    assert found["applies-on-base[rows]"].outcome == "not_evaluated"
    assert found["annotated-destruction[1_plan]"].outcome == "passed"


def test_a_missing_schema_says_how_to_write_it(ends, repo):
    found = ends(repo({"1_plan": PLAN}), schema="prisma/other.sql")
    assert "pg_dump --schema-only" in outcome(found, "schema-matches[schema]")[1]


def test_an_idle_annotation_is_told(ends, repo):
    idle = '-- letsbe: allow ban-drop-table until 2099-01-01 gone\nALTER TABLE "Seat" ADD COLUMN "x" TEXT;\n'
    found = ends(repo({"2_more": idle}, base={"1_plan": PLAN}))
    assert "nothing here is ban-drop-table" in outcome(found, "annotated-destruction[2_more]")[1]
