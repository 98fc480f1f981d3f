"""The budget file: strict to read, told by file and line, and written without losing what stands around a number."""

import pytest

from pytest_letsbe.checks.perf import budget
from pytest_letsbe.model import UsageError


def loaded(tmp_path, text):
    path = tmp_path / "perf-budget.yaml"
    path.write_text(text)
    return budget.load(path, shown_as="perf-budget.yaml")


def test_the_template_says_what_the_suite_itself_takes(tmp_path):
    assert loaded(tmp_path, budget.TEMPLATE).file == budget.OWN.file


def test_what_is_left_out_is_the_suites_own(tmp_path):
    got = loaded(tmp_path, "perf: {version: 1}\nbudgets:\n  added_p50: {max_ms: 3}\n").file.budgets
    assert got.added_p50.max_ms == 3
    assert got.tunnels == budget.Tunnels()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "perf: {version: 1}\nbudgets:\n  added_p50: {max_msec: 3}\n",
            "perf-budget.yaml:3:15: unknown key 'max_msec' (did you mean 'max_ms'?)",
        ),
        ("perf: {version: 2}\n", "perf-budget.yaml:1:8"),
        ("perf: {version: 1}\nbudgets:\n  open_loop: {from: sent}\n", "perf-budget.yaml:3:15"),
        ("perf: {version: 1}\nbudgets:\n  vs_base_build: {max: -1}\n", "perf-budget.yaml:3:19"),
        (
            "perf: {version: 1}\nbudgets:\n  redact_growth: {sizes: [64KiB, x2, x1]}\n",
            "perf-budget.yaml:3:38: 'x1': sizes grow",
        ),
        ("perf: {version: 1}\nperf: {version: 1}\n", "stands twice"),
        ("[]\n", "needs at least `perf: {version: 1}`"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path, text, told):
    with pytest.raises(UsageError) as caught:
        loaded(tmp_path, text)
    assert told in str(caught.value)


def test_sizes_are_bytes():
    assert budget.sizes(budget.Growth(sizes=["64KiB", "x2", "x8"])) == [65536, 131072, 524288]


def test_an_update_replaces_one_number_and_nothing_else(tmp_path):
    path = tmp_path / "perf-budget.yaml"
    before = "# ours\nperf: {version: 1}\nbudgets:\n  added_p50: {stat: interleaved_median_diff, max_ms: 5, floor_ms: 0.5}  # why\n"
    path.write_text(before)
    budget.write(path, "perf-budget.yaml", ("budgets", "added_p50", "max_ms"), 7.5)
    assert path.read_text() == before.replace("max_ms: 5,", "max_ms: 7.5,")


def test_an_update_makes_the_file_where_there_is_none(tmp_path):
    path = tmp_path / "perf-budget.yaml"
    budget.write(path, "perf-budget.yaml", ("budgets", "open_loop", "gate", "p50_added_ms"), 3)
    assert path.read_text() == budget.TEMPLATE.replace("p50_added_ms: 20", "p50_added_ms: 3")


def test_an_update_of_a_key_that_nobody_wrote_says_so(tmp_path):
    path = tmp_path / "perf-budget.yaml"
    path.write_text("perf: {version: 1}\n")
    with pytest.raises(UsageError, match=r"write budgets\.added_p50\.max_ms once"):
        budget.write(path, "perf-budget.yaml", ("budgets", "added_p50", "max_ms"), 7)


@pytest.mark.parametrize(("measured", "limit"), [(2.34, 4.7), (0.1, 1.0), (61.2, 120)])
def test_an_updated_limit_leaves_room_and_has_two_digits(measured, limit):
    assert budget.headroom(measured, 1.0) == limit
