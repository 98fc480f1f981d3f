"""The lint of a policy: an allowed program that runs or writes through its arguments needs a rule that keeps it from it."""

import pytest

from pytest_letsbe.checks.gating.lint import finding, findings
from pytest_letsbe.checks.gating.shell import corpus

PROGRAMS = corpus.shipped().programs


@pytest.mark.parametrize(
    "program",
    [
        "find",
        "sed",
        "sort",
        "git",
        "tar",
        "xargs",
        "awk",
        "env",
        "perl",
        "python3",
        "ssh",
        "rsync",
        "zip",
        "dd",
        "tee",
        "vim",
        "less",
        "man",
        "make",
        "bash",
        "busybox",
        "gawk",
        "nice",
    ],
)
def test_a_program_that_runs_or_writes_may_not_have_any_arguments(program):
    found = finding("sh.run", program, "any", PROGRAMS)
    assert found is not None
    assert found.sentence.startswith(f"sh.run may start {program} with any arguments, and {program} ")
    assert found.source


@pytest.mark.parametrize(
    "program", ["ls", "cat", "echo", "pwd", "head", "tail", "wc", "grep", "true", "stat", "basename", "cut", "tr", "nl"]
)
def test_a_program_that_only_reads_may(program):
    assert finding("sh.run", program, "any", PROGRAMS) is None


@pytest.mark.parametrize(
    ("program", "rule"),
    [
        ("git", "(status|log)( [a-z.-]+)*"),
        ("find", r"[a-z./]+( -name [a-z.*]+)?"),
        ("sort", r"(-[nru] )?[a-z.]+"),
        ("sed", r"-n [0-9]+p [a-z.]+"),
        ("python3", r"-m pytest( tests/[a-z_]+\.py)*"),
        ("make", "(lint|test)"),
    ],
)
def test_a_rule_that_keeps_it_from_it_is_enough(program, rule):
    assert finding("sh.run", program, rule, PROGRAMS) is None


@pytest.mark.parametrize(
    ("program", "rule", "permits"),
    [
        ("git", ".*", "-c alias.x=!id x"),
        ("git", "(log|diff)( .*)?", "diff --output=out"),
        ("find", r"\S+ -.*", ". -exec id ;"),
        ("sort", r"(-\S+ )*[a-z]+", "--compress-program=sh x"),
        ("sed", r"-n .* [a-z.]+", r"-n w\ out x"),
        ("bash", "-c .*", "-c id"),
        ("/usr/bin/xargs", "[a-z]+", "x"),
    ],
)
def test_a_rule_that_lets_it_through_is_shown_how(program, rule, permits):
    found = finding("sh.run", program, rule, PROGRAMS)
    assert found is not None
    assert found.arguments == permits
    assert f"permits   {program} {permits}" in found.evidence


def test_all_findings_of_a_policy_come_in_its_order():
    commands = {"sh.run": {"ls": "any", "sed": "any", "cat": "any"}, "ci.run": {"make": "any"}}
    assert [(f.tool, f.program) for f in findings(commands, PROGRAMS)] == [("sh.run", "sed"), ("ci.run", "make")]


def test_every_program_has_a_source_and_stands_once():
    names = [name for program in PROGRAMS for name in program.names]
    assert len(names) == len(set(names))
    assert len(names) >= 150
    assert all(program.source for program in PROGRAMS)
