"""What a JUnit report holds, in the dialects of the tools that wrote it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_letsbe.evidence import Counts, read_junit
from pytest_letsbe.model import CheckFailure

REPORTS = Path(__file__).parent / "reports"

# Counted by hand from the test files the reports came from.
CAPTURED = {
    "vitest-mixed": "2 failed, 3 passed, 2 skipped",  # it.fails and a retried test look like passes
    "vitest-skipped": "2 skipped",
    "vitest-filter": "6 skipped",  # -t that matches nothing
    "vitest-none": "no tests",
    "jest-mixed": "1 failed, 3 passed, 2 skipped",  # one skip is a todo, written as a pass
    "jest-skipped": "1 skipped",
    "jest-none": "no tests",
    "jest-todo": "1 skipped",
    "jest-broken-suite": "1 failed, 1 error",
    "bats-mixed": "1 failed, 1 passed, 1 skipped",
    "bats-skipped": "2 skipped",
    "bats-none": "no tests",
    "bats-retry": "1 passed",  # BATS_TEST_RETRIES leaves no trace
    "node-mixed": "2 failed, 2 passed, 2 skipped, 1 xfailed",
    "node-skipped": "1 skipped",
    "node-filter": "6 skipped",
    "surefire-mixed": "1 failed, 1 error, 4 passed, 2 skipped, 1 rerun",
}


def report(folder: Path, text: str | bytes) -> Path:
    path = folder / "unit.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("name", CAPTURED)
def test_a_report_of_a_real_tool_is_counted_by_its_testcases(name: str) -> None:
    assert str(read_junit(REPORTS / f"{name}.xml")) == CAPTURED[name]


def test_every_captured_report_is_in_the_table() -> None:
    assert {path.stem for path in REPORTS.glob("*.xml")} == set(CAPTURED)


PYTEST_FILE = """
import pytest
def test_adds(): pass
def test_breaks(): assert 0
def test_skips(): pytest.skip("why")
@pytest.mark.xfail
def test_xfails(): assert 0
@pytest.mark.xfail(strict=True)
def test_xpasses_strictly(): pass
@pytest.fixture
def broken(): raise RuntimeError
def test_setup(broken): pass
@pytest.fixture
def leaky():
    yield
    raise RuntimeError
def test_teardown(leaky): pass
def test_fails_and_leaks(leaky): assert 0
@pytest.mark.parametrize("x", [])
def test_empty(x): pass
@pytest.mark.parametrize("x", [1, 1])
def test_twice(x): pass
def test_subtests(subtests):
    for n in range(3):
        with subtests.test(str(n)): pass
"""


def run_pytest(folder: Path, text: str, *args: str) -> Counts:
    (folder / "test_it.py").write_text(text)
    xml = folder / "out.xml"
    clean = ["-p", "no:letsbe", "-p", "no:randomly", "-p", "no:cacheprovider", "-o", "addopts=", f"--rootdir={folder}"]
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *clean, f"--junitxml={xml}", *args, "test_it.py"],
        cwd=folder,
        capture_output=True,
        timeout=60,
    )
    return read_junit(xml)


@pytest.mark.parametrize("family", ["xunit1", "xunit2"])
def test_pytest_itself_is_counted_in_both_of_its_families(tmp_path: Path, family: str) -> None:
    counts = run_pytest(tmp_path, PYTEST_FILE, "-o", f"junit_family={family}")
    assert str(counts) == "3 failed, 3 errors, 4 passed, 2 skipped, 1 xfailed"
    assert set(counts.failing) == {
        f"test_it::test_{name}" for name in ("breaks", "xpasses_strictly", "setup", "teardown", "fails_and_leaks")
    }
    assert counts.findings == ()


def test_a_test_that_pytest_retried_to_green_is_a_rerun(tmp_path: Path) -> None:
    text = "n = [0]\ndef test_flaky():\n    n[0] += 1\n    assert n[0] == 3\ndef test_fine(): pass\n"
    counts = run_pytest(tmp_path, text, "--reruns=3")
    assert (counts.failed, counts.rerun, counts.retried) == (0, 2, ("test_it::test_flaky",))
    assert counts.findings == ()


@pytest.mark.parametrize("args", [["--collect-only"], ["-k", "nothing_matches"]])
def test_pytest_that_ran_nothing_counts_nothing(tmp_path: Path, args: list[str]) -> None:
    assert run_pytest(tmp_path, PYTEST_FILE, *args) == Counts()


def test_a_module_that_cannot_be_imported_is_an_error(tmp_path: Path) -> None:
    assert run_pytest(tmp_path, "import nothing_of_this_name").errors == 1


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        ('<testcase name="a"><failure/></testcase>', "1 failed"),
        ('<testcase name="a"><error/><failure/></testcase>', "1 failed"),
        ('<testcase name="a" status="notrun"/>', "1 skipped"),
        ('<testcase name="a" status="run" result="suppressed"/>', "1 skipped"),
        ('<testcase name="a" status="disabled"/>', "1 skipped"),
        ('<testcase name="a" status="fail"/>', "1 failed"),
        ('<testcase name="a"><skipped/><failure/></testcase>', "1 failed"),
        ('<testcase name="a"><skipped type="todo"/><failure/></testcase>', "1 xfailed"),
        ('<testcase name="a"><system-out><failure/></system-out></testcase>', "1 passed"),
        ('<testcase name="a"><flakyError/></testcase>', "1 passed, 1 rerun"),
        ('<testcase name="a"/><testcase name="a"/>', "2 passed, 1 rerun"),
        ('<testcase name="a"><failure/></testcase><testcase name="a"/>', "1 failed, 1 passed, 1 rerun"),
        ('<testcase name="a"/><testcase name="a" classname="b"/>', "2 passed"),
        ('<testsuite><testsuite><testcase name="a"/></testsuite></testsuite>', "1 passed"),
        ('<testsuite><testcase name="a"/></testsuite><testsuite><testcase name="a"/></testsuite>', "2 passed"),
        ("<failure/>", "1 failed"),
    ],
)
def test_each_way_a_testcase_can_end(tmp_path: Path, inside: str, told: str) -> None:
    assert str(read_junit(report(tmp_path, f"<testsuite>{inside}</testsuite>"))) == told


def test_two_tests_of_one_name_that_the_suite_counts_both_are_no_retry(tmp_path: Path) -> None:
    text = '<testsuite tests="2"><testcase name="works"/><testcase name="works"/></testsuite>'
    assert read_junit(report(tmp_path, text)) == Counts(passed=2)


def test_gotestsum_writes_a_retried_test_twice_and_counts_both(tmp_path: Path) -> None:
    text = """<testsuites tests="2" failures="1" errors="0"><testsuite tests="2" failures="1" name="example.com/x">
      <testcase classname="example.com/x" name="TestFlaky"><failure message="Failed" type=""/></testcase>
      <testcase classname="example.com/x" name="TestFlaky"/></testsuite></testsuites>"""
    counts = read_junit(report(tmp_path, text))
    assert (counts.failing, counts.rerun) == (("example.com/x::TestFlaky",), 1)


@pytest.mark.parametrize(
    ("attributes", "finding"),
    [
        ('tests="9"', "suite s declares 9 tests and holds 2"),
        ('tests="1"', "suite s declares 1 tests and holds 2"),
        ('tests="2" failures="1"', "suite s declares 1 failed and shows none"),
        ('tests="2" errors="3"', "suite s declares 3 failed and shows none"),
        ('tests="many"', "suite s: tests isn't a number"),
    ],
)
def test_a_suite_that_contradicts_its_testcases_is_a_finding(tmp_path: Path, attributes: str, finding: str) -> None:
    text = f'<testsuite name="s" {attributes}><testcase name="a"/><testcase name="b"/></testsuite>'
    assert read_junit(report(tmp_path, text)).findings == (finding,)


BOMB = (
    '<!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY a{n} "{"&a;" * 10}">' for n in range(9))
    + "]><testsuite>&a8;</testsuite>"
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "is empty"),
        (b"  \n", "isn't whole XML"),
        (b'<testsuite><testcase name="a"/>', "isn't whole XML"),
        (b'<testsuite><testcase name="a"/></testsuite><extra/>', "isn't whole XML"),
        (b"<html></html>", "its root is <html>"),
        (BOMB.encode(), "brings a DTD"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><testsuite/>', "brings a DTD"),
        (b'<?xml version="1.0" encoding="rot13"?><testsuite/>', "can't be read"),
        (b'<?xml version="1.0" encoding="shift_jis"?><testsuite/>', "can't be read"),
        (b"<testsuite>" * 5000, "nests deeper"),
        (b"\x00\x01\x02", "isn't whole XML"),
    ],
)
def test_a_report_that_cannot_be_judged_is_a_failure_that_says_why(tmp_path: Path, text: bytes, sentence: str) -> None:
    with pytest.raises(CheckFailure, match=sentence):
        read_junit(report(tmp_path, text), "unit.xml")


def test_a_missing_report_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(CheckFailure, match=r"nope\.xml is missing"):
        read_junit(tmp_path / "nope.xml", "nope.xml")
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(CheckFailure, match="can't be read: it isn't a file"):
            read_junit(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_encodings_that_tools_write_are_read(tmp_path: Path, encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = (
        f'<?xml version="1.0" encoding="{declared}"?><testsuite><testcase name="für"><failure/></testcase></testsuite>'
    )
    assert read_junit(report(tmp_path, text.encode(encoding))).failing == ("für",)


def test_a_namespace_changes_nothing(tmp_path: Path) -> None:
    text = '<j:testsuite xmlns:j="urn:x"><j:testcase name="a"><j:failure/></j:testcase></j:testsuite>'
    assert read_junit(report(tmp_path, text)).failed == 1


def test_a_token_in_a_test_name_is_not_shown_whole(tmp_path: Path) -> None:
    token = "ghp_" + "a1B2c3D4" * 4
    text = f'<testsuite><testcase name="hides[{token}]&#10;::error::"><failure/></testcase></testsuite>'
    (name,) = read_junit(report(tmp_path, text)).failing
    assert name == "hides[ghp_…<36>] ::error::"


def test_a_report_of_50_megabytes_is_counted_in_seconds(tmp_path: Path) -> None:
    lines = [
        f'<testcase classname="suite" name="case {n}"><system-out>{"x" * 400}</system-out></testcase>'
        for n in range(110_000)
    ]
    path = report(tmp_path, f'<testsuite tests="110000">{"".join(lines)}</testsuite>')
    assert path.stat().st_size > 50_000_000
    begin = time.monotonic()
    assert read_junit(path) == Counts(passed=110_000)
    assert time.monotonic() - begin < 15


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_report_is_counted_or_refused_and_never_a_traceback(tmp_path: Path, data: st.DataObject) -> None:
    raw = bytearray((REPORTS / f"{data.draw(st.sampled_from(sorted(CAPTURED)))}.xml").read_bytes())
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=5))
    try:
        ended: Counts | CheckFailure = read_junit(report(tmp_path, bytes(raw)))
    except CheckFailure as refused:
        ended = refused
    assert "\n" not in str(ended)
