"""The suite's judgement of itself: survivors and false alarms end it with 1. What it says of each mutant is CI's."""

import json
from collections import Counter
from textwrap import dedent

import pytest

from pytest_letsbe import selfcheck
from pytest_letsbe.checks import Checks
from pytest_letsbe.cli import main

#: A redactor that only knows registered values: enough for the invariants of the small suite below.
SUBJECTS = """
    class _Plain:
        def redact(self, text=None, secrets=(), tenant=None):
            for secret in secrets:
                text = text.replace(secret, "***")
            return {"text": text}


    class Correct(_Plain):
        '''Replaces what was registered for this request.'''

        expected = None


    class Deletes(_Plain):
        '''Nothing comes back.'''

        expected = "liveness"

        def redact(self, text=None, **rest):
            return {"text": ""}


    class Remembers(_Plain):
        '''What was registered once is replaced for everybody.'''

        expected = "tenant-isolation"

        def __init__(self):
            self.known = set()

        def redact(self, text=None, secrets=(), tenant=None):
            self.known |= {secret for secret in secrets if secret}
            return super().redact(text, self.known)
"""
SURVIVOR = """
    class Harmless(_Plain):
        '''Has no fault at all.'''

        expected = "benign-preserved"
"""
ALARMING = """
    class Stripping(_Plain):
        '''Loses the last line end, and is called correct.'''

        expected = None

        def redact(self, text=None, **rest):
            text = super().redact(text, **rest)["text"]
            return {"text": text if text.endswith("\\r\\n") else text.rstrip("\\n")}
"""


@pytest.fixture(scope="module")
def few():
    """Ten of the redaction cases: made once, since making them all takes a second."""
    wanted = ("liveness", "tenant-isolation")
    return [
        case
        for case in selfcheck._cases("redaction", "{}")
        if case.invariant in wanted or (case.invariant == "benign-preserved" and "tabs" in case.name)
    ]


@pytest.fixture
def plant(tmp_path, monkeypatch, few):
    """Write subjects, and judge them by a suite of some ten cases; the processes that judge are forked."""
    monkeypatch.setattr(selfcheck, "_cases", lambda name, options: few)
    monkeypatch.setattr(selfcheck, "data_dir", lambda name: tmp_path)
    folder = tmp_path / "redaction"
    folder.mkdir()

    def write(*sources):
        (folder / "planted.py").write_text("\n".join(dedent(source) for source in sources))

    return write


def test_mutants_killed_and_correct_ones_spared_end_with_0(plant, capsys):
    plant(SUBJECTS)
    assert main(["selfcheck", "redaction"]) == 0
    out = capsys.readouterr().out
    assert "2 of 2 mutants killed (100%); 0 false alarms on 1 correct targets" in out
    assert "redaction: kill matrix (K caught as expected, x fails too, - not evaluated)" in out
    rows = {line.split()[0]: line for line in out.splitlines() if line.startswith("  ")}
    assert rows["Deletes"].split()[1].startswith("K")
    assert set(rows["Deletes"].split()[1]) == {"K", ".", "-"}  # without liveness nothing else is evaluated
    assert rows["Remembers"].split()[1].count("K") == 1
    assert set(rows["Correct"].split()[1]) == {"."}
    assert rows["Remembers"].endswith("What was registered once is replaced for everybody.")


def test_the_headings_stand_above_their_columns(plant, capsys):
    plant(SUBJECTS)
    main(["selfcheck", "redaction"])
    lines = capsys.readouterr().out.splitlines()
    row = next(line for line in lines if line.strip().startswith("Remembers"))
    heading = next(line for line in lines if line.endswith("tenant-isolation"))
    assert row.index("K") == heading.index("tenant-isolation")


def test_a_survivor_ends_with_1(plant, capsys):
    plant(SUBJECTS, SURVIVOR)
    assert main(["selfcheck", "redaction"]) == 1
    out = capsys.readouterr().out
    assert "SURVIVED benign-preserved: Has no fault at all." in out
    assert "2 of 3 mutants killed (67%)" in out


def test_a_false_alarm_ends_with_1(plant, capsys):
    plant(SUBJECTS, ALARMING)
    assert main(["selfcheck", "redaction"]) == 1
    out = capsys.readouterr().out
    assert "1 false alarms on 2 correct targets" in out
    assert "FALSE ALARM redaction::benign-preserved[tabs-and-spaces]: the benign text tabs-and-spaces came" in out


def test_a_mutant_that_only_another_invariant_catches_survives(plant, capsys):
    plant(SUBJECTS, ALARMING.replace("expected = None", 'expected = "liveness"'))
    assert main(["selfcheck", "redaction"]) == 1
    assert "SURVIVED liveness" in capsys.readouterr().out


def test_the_json_says_the_same(plant, capsys):
    plant(SUBJECTS, SURVIVOR, ALARMING)
    assert main(["selfcheck", "redaction", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert set(report) == {"seconds", "checks"}
    redaction = report["checks"]["redaction"]
    assert redaction["kill_rate"] == pytest.approx(2 / 3)
    assert redaction["survivors"] == ["Harmless"]
    assert redaction["false_alarms"] == ["Stripping"]
    rows = {row["name"]: row for row in redaction["subjects"]}
    assert set(rows) == {"Correct", "Deletes", "Remembers", "Harmless", "Stripping"}
    assert set(rows["Deletes"]) == {"name", "statement", "expected", "failed", "not_evaluated", "seconds"}
    assert list(rows["Remembers"]["failed"]) == ["tenant-isolation"]
    assert "benign-preserved" in rows["Deletes"]["not_evaluated"]
    assert rows["Correct"]["expected"] is None
    assert rows["Correct"]["failed"] == {}


def test_no_mutants_prove_nothing(plant, capsys):
    plant("")
    assert main(["selfcheck", "redaction"]) == 2
    assert "there are no mutants: nothing would be proven" in capsys.readouterr().err


@pytest.mark.parametrize("check", sorted(name for name in Checks() if selfcheck.subjects(name)))
def test_the_shipped_mutants_cover_every_invariant(check):
    subjects = selfcheck.subjects(check)
    mutants = [subject for subject in subjects if subject.expected is not None]
    covered = Counter(subject.expected for subject in mutants)
    known = {invariant.id for invariant in Checks()[check].invariants}
    assert set(covered) == known
    assert min(covered.values()) >= (2 if check == "redaction" else 1)
    assert len(subjects) - len(mutants) >= 2
    assert len({subject.name for subject in subjects}) == len(subjects)
    assert [s.name for s in subjects if not s.statement.endswith(".") or s.statement == s.name] == []


TREES = """
    class PlantedImage:
        '''A Dockerfile starts from a banned image.'''

        expected = "no-banned"

        @staticmethod
        def build(folder):
            word = "n" + "8n"
            (folder / "Dockerfile").write_text(f"FROM {word}io/{word}:1.2\\n")
            return {"cache": False}


    class Clean:
        '''Nothing of the banned stack.'''

        expected = None

        @staticmethod
        def build(folder):
            (folder / "Dockerfile").write_text("FROM debian:12\\n")
            return {"cache": False}
"""


def test_a_subject_may_be_a_repo_tree(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(selfcheck, "data_dir", lambda name: tmp_path)
    (tmp_path / "references").mkdir()
    (tmp_path / "references" / "planted.py").write_text(dedent(TREES))
    assert main(["selfcheck", "references"]) == 0
    assert "1 of 1 mutants killed (100%); 0 false alarms on 1 correct targets" in capsys.readouterr().out
