"""Statements, their lines and their comments; annotations."""

from __future__ import annotations

from datetime import date

import pytest

from pytest_letsbe.checks.migrations.annotations import read_annotations
from pytest_letsbe.checks.migrations.sql import statements

KNOWN = frozenset({"ban-drop-table", "ban-drop-column"})


@pytest.mark.parametrize(
    "source",
    [
        "SELECT ';';",
        'SELECT ";";',
        "SELECT E'\\';';",
        "SELECT 'it''s;';",
        "DO $$ BEGIN PERFORM 1; END $$;",
        "DO $f$ SELECT $$;$$; $f$;",
        "SELECT 1 /* ; /* ; */ ; */;",
        "SELECT 1 -- ; no\n;",
        "SELECT $1;",
        "SELECT 1",
    ],
)
def test_a_semicolon_inside_something_else_ends_nothing(source):
    assert len(statements(source)) == 1


@pytest.mark.parametrize("source", ["SELECT 'open;", "DO $$ open;", "/* open;", 'SELECT "open;', "", ";;;", "\n\n"])
def test_what_never_ends_ends_with_the_file(source):
    assert len(statements(source)) <= 2


def test_a_statement_knows_its_lines():
    found = statements("-- first\nCREATE TABLE a (\n  id int\n);\n\n  DROP TABLE b;\n")
    assert [(one.line, one.last, one.text[:6]) for one in found] == [(2, 4, "CREATE"), (6, 6, "DROP T")]
    assert [comment.text for comment in found[0].comments] == ["first"]


def allowed(source):
    return read_annotations(statements(source), KNOWN)


@pytest.mark.parametrize(
    "source",
    [
        "-- letsbe: allow ban-drop-table until 2027-01-31 moved\nDROP TABLE b;",
        "DROP TABLE b; -- letsbe: allow ban-drop-table until 2027-01-31 moved\nSELECT 1;",
        "/* letsbe: allow ban-drop-column, ban-drop-table until 2027-01-31 moved\n to c */\nDROP TABLE b;",
        "DROP TABLE -- LETSBE: allow ban-drop-table until 2027-01-31 moved\n b;",
    ],
)
def test_an_annotation_covers_its_own_statement(source):
    (found,), wrong = allowed(source)
    line = source[: source.index("DROP")].count("\n") + 1
    assert not wrong
    assert found.until == date(2027, 1, 31)
    assert found.covers("ban-drop-table", line)
    assert not found.covers("ban-drop-table", line + 5)
    assert not found.covers("renaming-table", line)


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("-- letsbe: allow ban-drop-table", "can't be read"),
        ("-- letsbe: allow ban-drop-table until 2027-01-31", "can't be read"),
        ("-- letsbe: allow ban-drop-table until 2027-02-31 moved", "is no date"),
        ("-- letsbe: allow drop-table until 2027-01-31 moved", "did you mean 'ban-drop-table'"),
    ],
)
def test_an_annotation_that_says_too_little_is_told(comment, said):
    found, wrong = allowed(f"SELECT 1;\n{comment}\nDROP TABLE b;")
    assert not found
    ((line, sentence),) = wrong
    assert line == 2
    assert said in sentence
