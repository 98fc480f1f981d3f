"""Exceptions: in the line, in a baseline; expired, unmatched and unexplained ones fail."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pytest_letsbe.model import UsageError
from pytest_letsbe.scan import baseline
from pytest_letsbe.scan import repo as scanner
from pytest_letsbe.scan.repo import Result, Wanted

from .conftest import Repo

WORD = "n8" + "n"
ALLOW = "letsbe: " + "allow"
TODAY = date(2026, 11, 23)


def _scan(root: Path, *wanted: Wanted) -> Result:
    return scanner.run(wanted or [Wanted("references"), Wanted("secrets")], root, today=TODAY)


@pytest.mark.parametrize(
    "text",
    [
        f"image = 'x/{WORD}'  # {ALLOW} {WORD}-word until 2027-01-31 reason issue 12",
        f"# {ALLOW} {WORD}-word until 2027-01-31 reason issue 12\nimage = 'x/{WORD}'",
        f"x = '{WORD}' // {ALLOW} references::{WORD}-word until 2026-11-23 reason issue 12",
        f"<!-- {ALLOW} {WORD}-word until 2027-01-31 reason: issue 12 -->\n<a>{WORD}</a>",
    ],
)
def test_an_exception_covers_its_line_and_in_a_comment_the_next(repo: Repo, text: str) -> None:
    repo.write("a.txt", text + "\n")
    outcome = _scan(repo.path).outcome
    assert outcome.open == []
    assert outcome.problems == []
    assert len(outcome.accepted) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{WORD} # {ALLOW} {WORD}-word until 2026-11-22 reason issue 12", "expired on 2026-11-22"),
        (f"{WORD} # {ALLOW} {WORD}-word", "needs `until YYYY-MM-DD reason ...`"),
        (f"{WORD} # {ALLOW} {WORD}-word until 2027-01-31", "needs `until YYYY-MM-DD reason ...`"),
        (f"{WORD} # {ALLOW} {WORD}-word until 2027-02-30 reason issue 12", "no date of the calendar"),
        (f"fine # {ALLOW} {WORD}-word until 2027-01-31 reason issue 12", "matches nothing any more"),
        (f"{WORD} # {ALLOW} {WORD}-wrod until 2027-01-31 reason issue 12", f"did you mean '{WORD}-word'"),
        (f"{WORD}\n\nx # {ALLOW} {WORD}-word until 2027-01-31 reason issue 12", "matches nothing any more"),
    ],
)
def test_an_exception_that_cant_hold_is_a_problem_that_says_why(repo: Repo, text: str, said: str) -> None:
    repo.write("a.txt", text + "\n")
    problems = [str(problem) for problem in _scan(repo.path).outcome.problems]
    assert len(problems) == 1
    assert said in problems[0]
    assert problems[0].startswith("a.txt:")


def test_an_expired_exception_doesnt_cover_its_finding(repo: Repo) -> None:
    repo.write("a.txt", f"{WORD} # {ALLOW} {WORD}-word until 2026-11-22 reason issue 12\n")
    assert _scan(repo.path).outcome.open


def test_one_rules_exception_doesnt_cover_another_rule(repo: Repo, token: str) -> None:
    repo.write("a.txt", f"{WORD} {token} # {ALLOW} {WORD}-word until 2027-01-31 reason issue 12\n")
    assert [finding.rule for finding in _scan(repo.path).outcome.open] == ["github-pat"]


def test_a_check_that_runs_alone_leaves_the_others_exceptions_alone(repo: Repo) -> None:
    repo.write("a.txt", f"{WORD} # {ALLOW} {WORD}-word until 2020-01-31 reason issue 12\n")
    assert _scan(repo.path, Wanted("secrets")).outcome.problems == []


def test_a_secret_in_the_reason_of_an_exception_is_found(repo: Repo, token: str) -> None:
    repo.write("a.txt", f"{WORD} # {ALLOW} {WORD}-word until 2027-01-31 reason it is {token}\n")
    assert [finding.rule for finding in _scan(repo.path).outcome.open] == ["github-pat"]


def test_the_syntax_in_a_document_is_no_exception(repo: Repo) -> None:
    repo.write("a.md", f"Write `{ALLOW} <rule-id> until 2027-01-31 reason ...` beside it.\n")
    assert _scan(repo.path).outcome.problems == []


def _with_baseline(repo: Repo, token: str, until: date) -> Wanted:
    repo.write("a.env", f"GH={token}\n")
    found = _scan(repo.path, Wanted("secrets")).outcome.open
    repo.write("baseline.yaml", baseline.render(baseline.accept(found, until, "issue 12")))
    return Wanted("secrets", baseline="baseline.yaml")


def test_a_baseline_accepts_by_fingerprint_also_when_the_line_moves(repo: Repo, token: str) -> None:
    wanted = _with_baseline(repo, token, date(2027, 1, 31))
    repo.write("a.env", f"# a line more\n\nGH={token}\n")
    outcome = _scan(repo.path, wanted).outcome
    assert (outcome.open, outcome.problems, len(outcome.accepted)) == ([], [], 1)


def test_a_baseline_holds_no_secret(repo: Repo, token: str) -> None:
    _with_baseline(repo, token, date(2027, 1, 31))
    assert token[4:12] not in (repo.path / "baseline.yaml").read_text()


def test_an_expired_baseline_entry_fails_and_covers_nothing(repo: Repo, token: str) -> None:
    outcome = _scan(repo.path, _with_baseline(repo, token, date(2026, 11, 22))).outcome
    assert outcome.open
    assert "expired" in str(outcome.problems[0])


def test_an_unmatched_baseline_entry_fails(repo: Repo, token: str) -> None:
    wanted = _with_baseline(repo, token, date(2027, 1, 31))
    repo.write("a.env", "GH=\n")
    assert "matches nothing any more" in str(_scan(repo.path, wanted).outcome.problems[0])


def test_another_secret_in_the_same_place_isnt_covered(repo: Repo, token: str) -> None:
    from pytest_letsbe.checks.redaction.synth import fill

    wanted = _with_baseline(repo, token, date(2027, 1, 31))
    other = fill("ghp_«{base62:30}{crc32b62}»", "tests/scan", 1).value
    repo.write("a.env", f"GH={other}\n")
    assert [finding.rule for finding in _scan(repo.path, wanted).outcome.open] == ["github-pat"]


def test_a_broken_baseline_names_its_place(repo: Repo) -> None:
    repo.write("baseline.yaml", "version: 1\nfindings:\n  - {rule: a, path: b, until: 2027-01-31, reason: abc}\n")
    with pytest.raises(UsageError, match=r"baseline\.yaml:3:\d+"):
        _scan(repo.path, Wanted("secrets", baseline="baseline.yaml"))
