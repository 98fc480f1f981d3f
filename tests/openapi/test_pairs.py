"""Pairs of documents written from the specifications: what breaks is found, what doesn't is left alone."""

import pytest

from pytest_letsbe.openapi.diff import diff
from pytest_letsbe.openapi.validator import Independent

from .judge import report, wrong
from .pairs import all_pairs, document, rows

PAIRS = all_pairs()
BREAKING = [pair for pair in PAIRS if pair.breaking]
COMPATIBLE = [pair for pair in PAIRS if pair.verdict == "ok"]


def test_there_are_enough_pairs():
    assert len(BREAKING) >= 150
    assert len(COMPATIBLE) >= 120
    assert len({pair.name for pair in PAIRS}) == len(PAIRS)


def test_what_breaks_is_found_with_a_witness():
    missed = [said for pair in BREAKING if (said := wrong(pair))]
    assert len(missed) <= 0.03 * len(BREAKING), "\n".join(missed)


def test_what_is_compatible_raises_no_alarm():
    alarms = [said for pair in COMPATIBLE if (said := wrong(pair))]
    assert len(alarms) <= 0.01 * len(COMPATIBLE), "\n".join(alarms)


def test_a_document_is_compatible_with_itself():
    for pair in PAIRS:
        for side in (pair.old, pair.new):
            said = diff(document(side, "a.json"), document(side, "b.json"))
            assert not said.findings, pair.name


@pytest.mark.parametrize("group", rows("schemas.yaml"))
def test_witnesses_of_schemas_are_taken_by_one_side_and_refused_by_the_other(group):
    """Judged by the raw schema of the row, not by what the engine made of it."""
    for name, old, new, asked, answered in rows("schemas.yaml")[group]:
        for verdict, message in ((asked, "request"), (answered, "response")):
            if verdict != "break":
                continue
            chosen = [pair for pair in PAIRS if pair.name == f"3.1 {group}: {name}, in a {message}"]
            bodies = [f.witness[message]["body"] for f in report(chosen[0]).breaks if f.witness]
            assert bodies, name
            sent, read = (old, new) if message == "request" else (new, old)
            if (
                "readOnly" in str((old, new))
                or "writeOnly" in str((old, new))
                or "int32" in str((old, new))
                or "float" in str((old, new))
            ):
                continue  # OpenAPI means more by these than JSON Schema does
            for body in bodies:
                assert Independent(sent).accepts(body) is True, (name, body)
                assert Independent(read).accepts(body) is False, (name, body)
