"""Merging reports: order-free, idempotent, associative, and never a pass when something is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_letsbe.evidence import read_junit
from pytest_letsbe.merge import Merged, Report, load_report, merge, to_junit, to_markdown
from pytest_letsbe.model import UsageError

Cases = dict[str, dict[str, str]]  # check -> case -> outcome


def entry(cases: dict[str, str], *, required: bool = True) -> dict[str, Any]:
    """What the run's own matrix says of these cases."""
    outcomes = set(cases.values())
    if outcomes & {"failed", "error"}:
        status = "failed"
    elif outcomes & {"not_evaluated", "skipped"}:
        status = "not-evaluated"
    elif "passed" in outcomes:
        status = "passed"
    else:
        status = "waived" if "waived" in outcomes else "vacuous"
    return {"status": status, "required": required, "counts": {}, "reasons": []}


def raw(checks: Cases, **fields: Any) -> dict[str, Any]:
    cases = [
        {"id": f"letsbe.yaml::{check}::holds[{name}]", "check": check, "invariant": "holds", "case": name}
        | {"outcome": outcome, "message": "", "samples": 1, "failed_samples": [], "seconds": 0.1}
        for check, group in checks.items()
        for name, outcome in group.items()
    ]
    complete = all(outcome != "deselected" for group in checks.values() for outcome in group.values())
    return {
        "schema": "letsbe-report/1",
        "package": "hub",
        "commit": "c0ffee",
        "complete": complete,
        "shard": None,
        "argv": ["-p", "letsbe"],
        "checks": {check: entry(group) for check, group in checks.items()},
        "cases": cases,
    } | fields


def report(checks: Cases, **fields: Any) -> Report:
    return msgspec.convert(raw(checks, **fields), Report)


def with_entry(checks: Cases, check: str, **changes: Any) -> Report:
    data = raw(checks)
    data["checks"].setdefault(check, entry({}))
    data["checks"][check] |= changes
    return msgspec.convert(data, Report)


def verdict(merged: Merged, check: str = "unit") -> tuple[str, str]:
    (package,) = merged.packages
    found = next(c for c in package.checks if c.name == check)
    return found.status, "; ".join(found.reasons)


def reopened(merged: Merged, folder: Path) -> Any:
    path = folder / "merged.json"
    path.write_text(merged.to_json())
    return load_report(path)


GREEN: Cases = {"unit": {"a": "passed", "b": "passed"}}


# -- the rules


def test_one_complete_green_report_passes() -> None:
    merged = merge([report(GREEN)])
    assert (merged.exit_code, verdict(merged)) == (0, ("passed", ""))


def test_no_report_is_no_pass() -> None:
    assert merge([]).exit_code == 1


def test_a_package_that_requires_nothing_is_no_pass() -> None:
    merged = merge([with_entry(GREEN, "unit", required=False)])
    assert merged.exit_code == 1
    assert merged.packages[0].reasons == ("no check is required, so nothing is proven",)


def test_two_partial_reports_that_cover_each_other_pass() -> None:
    left = report({"unit": {"a": "passed", "b": "deselected"}})
    right = report({"unit": {"a": "deselected", "b": "passed"}})
    assert [merge(parts).exit_code for parts in ([left], [right], [left, right])] == [1, 1, 0]


def test_a_case_that_ran_nowhere_is_named() -> None:
    merged = merge([report({"unit": {"a": "passed", **{f"n{i}": "deselected" for i in range(7)}}})])
    status, why = verdict(merged)
    assert (merged.exit_code, status) == (1, "missing")
    assert why.startswith("7 ran in no run: letsbe.yaml::unit::holds[n0], ")
    assert why.endswith("holds[n4] +2 more")


def test_a_case_that_failed_in_one_run_and_passed_in_another_is_flaky() -> None:
    merged = merge([report({"unit": {"a": "failed", "b": "passed"}}), report(GREEN)])
    status, why = verdict(merged)
    assert (merged.exit_code, status) == (1, "failed")
    assert "flaky, failed in one run and passed in another: letsbe.yaml::unit::holds[a]" in why


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        (("passed", "failed"), "failed"),
        (("passed", "error"), "failed"),
        (("waived", "failed"), "failed"),
        (("passed", "not_evaluated"), "not-evaluated"),
        (("passed", "skipped"), "passed"),
        (("passed", "waived"), "waived"),
        (("passed", "deselected"), "passed"),
        (("waived", "deselected"), "waived"),
        (("skipped", "deselected"), "not-evaluated"),
        (("not_evaluated", "waived"), "not-evaluated"),
    ],
)
def test_a_case_that_ran_twice_counts_as_the_worse(outcomes: tuple[str, str], status: str) -> None:
    merged = merge([report({"unit": {"a": outcome}}) for outcome in outcomes])
    assert verdict(merged)[0] == status
    assert merged.exit_code == (0 if status in ("passed", "waived") else 1)


def test_a_lost_shard_is_named_even_if_nothing_else_is_off() -> None:
    parts = [report(GREEN, shard=[i, 3], argv=[str(i)]) for i in (1, 3)]
    merged = merge(parts)
    assert (merged.exit_code, merged.packages[0].reasons) == (1, ("1 of 3 shards lost: 2",))
    assert merge([*parts, report(GREEN, shard=[2, 3])]).exit_code == 0


def test_a_billion_claimed_shards_cost_no_memory() -> None:
    (reason,) = merge([report(GREEN, shard=[1, 10**9])]).packages[0].reasons
    assert reason == "999999999 of 1000000000 shards lost: 2, 3, 4, 5, 6 +999999994 more"


def test_reports_of_two_commits_are_no_pass() -> None:
    merged = merge([report(GREEN), report(GREEN, commit="beef")])
    assert (merged.exit_code, merged.packages[0].reasons) == (1, ("reports of 2 commits: beef, c0ffee",))
    assert merge([report(GREEN), report(GREEN, commit=None)]).exit_code == 1


def test_every_package_has_its_own_matrix_and_all_must_be_satisfied() -> None:
    other = report({"unit": {"a": "failed"}}, package="mobile", commit="beef")
    merged = merge([other, report(GREEN)])
    assert [(p.name, p.satisfied) for p in merged.packages] == [("hub", True), ("mobile", False)]
    assert merged.exit_code == 1


def test_a_check_missing_in_one_run_and_run_in_another_is_fine() -> None:
    missing = with_entry({}, "unit", status="missing", reasons=["not in letsbe.yaml"])
    assert verdict(merge([missing])) == ("missing", "not in letsbe.yaml")
    assert merge([missing, report(GREEN)]).exit_code == 0


def test_a_required_check_without_a_case_is_no_pass_whatever_its_run_says() -> None:
    assert verdict(merge([with_entry({}, "unit", status="passed")])) == ("vacuous", "no case is listed")


def test_what_a_run_says_beyond_its_cases_is_kept() -> None:
    expired = with_entry(
        GREEN, "unit", status="failed", reasons=["letsbe.yaml:9: the waiver for x expired", "0 failed"]
    )
    assert verdict(merge([expired, report(GREEN)])) == ("failed", "letsbe.yaml:9: the waiver for x expired")
    assert verdict(merge([with_entry(GREEN, "unit", status="vacuous", reasons=["why"])])) == ("vacuous", "why")


def test_a_check_waived_as_a_whole_stays_waived() -> None:
    waived = with_entry(
        {"unit": {"a": "failed"}}, "unit", status="waived", reasons=["waived until 2027-01-31: issue 12"]
    )
    merged = merge([waived])
    assert (merged.exit_code, verdict(merged)) == (0, ("waived", "waived until 2027-01-31: issue 12"))
    assert merge([with_entry({}, "unit", status="waived")]).exit_code == 0


def test_a_shard_that_left_a_check_out_cannot_spoil_it() -> None:
    left_out = with_entry(
        {"unit": {"a": "deselected", "b": "deselected"}}, "unit", status="vacuous", reasons=["no case ran"]
    )
    assert merge([left_out, report(GREEN)]).exit_code == 0


def test_a_failure_outside_the_required_checks_is_shown_and_does_not_block() -> None:
    data = raw(GREEN | {"extra": {"a": "failed"}})
    data["checks"]["extra"]["required"] = False
    merged = merge([msgspec.convert(data, Report)])
    assert (merged.exit_code, verdict(merged, "extra")[0]) == (0, "failed")
    assert "extra (not required)" in to_markdown(merged)


# -- the algebra

OUTCOMES = ("passed", "failed", "error", "waived", "not_evaluated", "skipped", "deselected")


@st.composite
def reports(draw: st.DrawFn) -> Report:
    names = st.sampled_from(["a", "b", "c"])
    checks = draw(
        st.dictionaries(
            st.sampled_from(["unit", "egress"]),
            st.dictionaries(names, st.sampled_from(OUTCOMES), max_size=3),
            max_size=2,
        )
    )
    data = raw(checks, package=draw(st.sampled_from(["hub", "mobile"])), commit=draw(st.sampled_from(["c0ffee", None])))
    count = draw(st.integers(1, 3))
    data["shard"] = draw(st.sampled_from([None, [draw(st.integers(1, count)), count]]))
    data["complete"] = draw(st.booleans())
    for name in data["checks"]:
        data["checks"][name]["required"] = draw(st.booleans())
        data["checks"][name]["reasons"] = draw(st.lists(st.text(max_size=5), max_size=2))
        statuses = ["passed", "failed", "missing", "vacuous", "waived", "not-evaluated"]
        data["checks"][name]["status"] = draw(st.sampled_from([data["checks"][name]["status"], *statuses]))
    return msgspec.convert(data, Report)


SETS = st.lists(reports(), max_size=5)
ANY_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


@ANY_FOLDER
@given(SETS, st.randoms(use_true_random=False))
def test_the_order_of_reports_does_not_matter(parts: list[Report], random: Any) -> None:
    shuffled = [*parts]
    random.shuffle(shuffled)
    assert merge(shuffled).to_json() == merge(parts).to_json()


@ANY_FOLDER
@given(SETS)
def test_merging_the_same_reports_twice_changes_nothing(tmp_path: Path, parts: list[Report]) -> None:
    once = merge(parts)
    assert merge([*parts, *parts]) == once
    assert merge([reopened(once, tmp_path)]).to_json() == once.to_json()
    assert merge([once, *parts]).to_json() == once.to_json()


@ANY_FOLDER
@given(SETS, SETS, SETS)
def test_merging_merged_files_is_merging_their_reports(
    tmp_path: Path, one: list[Report], two: list[Report], three: list[Report]
) -> None:
    whole = merge([*one, *two, *three])
    left = merge([reopened(merge([*one, *two]), tmp_path), *three])
    right = merge([*one, reopened(merge([*two, *three]), tmp_path)])
    assert left.to_json() == right.to_json() == whole.to_json()


@ANY_FOLDER
@given(SETS)
def test_a_pass_means_that_every_required_check_holds(parts: list[Report]) -> None:
    merged = merge(parts)
    if merged.exit_code == 0:
        for part in parts:
            for name, said in part.checks.items():
                if said.required:
                    assert said.status != "failed"
                    package = next(p for p in merged.packages if p.name == part.package)
                    assert next(c for c in package.checks if c.name == name).status in ("passed", "waived")
    to_markdown(merged)
    to_junit(merged)


@ANY_FOLDER
@given(st.integers(2, 4), st.data(), st.booleans())
def test_a_lost_shard_is_never_a_pass(count: int, data: st.DataObject, numbered: bool) -> None:
    names = [f"c{i}" for i in range(data.draw(st.integers(count, 8)))]
    # Every shard has a case of its own; the others are dealt out.
    shard_of = {n: i if i < count else data.draw(st.integers(0, count - 1)) for i, n in enumerate(names)}
    parts = []
    for shard in range(count):
        outcomes = {n: "passed" if shard_of[n] == shard else "deselected" for n in names}
        part = raw({"unit": outcomes}, shard=[shard + 1, count] if numbered else None)
        parts.append(msgspec.convert(part, Report))
    assert merge(parts).exit_code == 0
    lost = data.draw(st.integers(0, count - 1))
    assert merge(parts[:lost] + parts[lost + 1 :]).exit_code == 1


# -- reading


def write(folder: Path, data: Any) -> Path:
    path = folder / "r.json"
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    return path


def test_fields_of_later_versions_are_ignored(tmp_path: Path) -> None:
    data = raw(GREEN, later={"x": [1]})
    data["cases"][0]["later"] = 1
    assert load_report(write(tmp_path, data)) == report(GREEN)


def spoil(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    data = raw(GREEN)
    change(data)
    return data


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"[]", "Expected `object`"),
        (b"null", "Expected `object`"),
        (b"\xff\xfe{}", "malformed"),
        (b'{"schema": "letsbe-report/1", "package": "\xff"}', "UTF-8"),
        (b'{"schema": "letsbe-report/1", "later": ' + b"[" * 100_000, "recursion"),
        (b'{"later": "\\udcff", "x": }', "Expecting value"),
        (b"<xml/>", "malformed"),
        ({}, "schema"),
        (spoil(lambda d: d.update(schema="letsbe-report/2")), r"letsbe-report/2.*\$\.schema"),
        (spoil(lambda d: d.pop("cases")), "cases"),
        (spoil(lambda d: d.update(package=3)), r"\$\.package"),
        (spoil(lambda d: d.update(package="")), r"\$\.package"),
        (spoil(lambda d: d.update(complete="yes")), r"\$\.complete"),
        (spoil(lambda d: d.update(shard=[1])), r"\$\.shard"),
        (spoil(lambda d: d.update(shard=[4, 3])), "1 <= i <= n"),
        (spoil(lambda d: d.update(shard=[0, 3])), "1 <= i <= n"),
        (spoil(lambda d: d["cases"][1].update(outcome="great")), r"\$\.cases\[1\]\.outcome|great.*outcome"),
        (spoil(lambda d: d["cases"][1].update(samples=-1)), r"\$\.cases\[\.*1?\.*\]\.samples|samples"),
        (spoil(lambda d: d["cases"][1].update(samples=10**40)), "samples"),
        (spoil(lambda d: d["checks"]["unit"].update(status="fine")), "status"),
        (spoil(lambda d: d["checks"]["unit"].pop("required")), "required"),
        ({"schema": "letsbe-merge/1", "reports": [{"schema": "letsbe-report/1"}]}, "reports"),
    ],
)
def test_a_file_that_is_no_report_is_a_usage_error_naming_file_and_field(tmp_path: Path, data: Any, named: str) -> None:
    with pytest.raises(UsageError, match=named) as caught:
        load_report(write(tmp_path, data))
    assert str(caught.value).startswith(f"{tmp_path / 'r.json'}: ")


def test_a_file_that_cannot_be_read_is_a_usage_error(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path, Path("a\0b")):
        with pytest.raises(UsageError, match="can't be read"):
            load_report(path)


def test_a_file_name_that_is_not_utf8_does_not_spoil_its_report(tmp_path: Path) -> None:
    path = write(tmp_path, raw(GREEN, argv=["t\udcff.py"]))
    merged = merge([load_report(path)])
    assert (merged.exit_code, merged.reports[0].argv) == (0, ("t?.py",))
    assert merge([reopened(merged, tmp_path)]) == merged


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(ANY_FOLDER, max_examples=300)
@given(st.data())
def test_a_damaged_report_is_merged_or_a_usage_error_and_never_a_traceback(tmp_path: Path, data: st.DataObject) -> None:
    whole = raw(GREEN)
    if data.draw(st.booleans()):  # one value replaced by any other
        places = [(whole, key) for key in whole] + [(whole["cases"][0], key) for key in whole["cases"][0]]
        places += [(whole["checks"]["unit"], key) for key in whole["checks"]["unit"]] + [(whole["checks"], "unit")]
        holder, key = data.draw(st.sampled_from(places))
        holder[key] = data.draw(JSON)
        blob = json.dumps(whole).encode()
    else:  # bytes replaced by any other
        raw_bytes = bytearray(json.dumps(whole).encode())
        for _ in range(data.draw(st.integers(1, 3))):
            at = data.draw(st.integers(0, len(raw_bytes) - 1))
            raw_bytes[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=4))
        blob = bytes(raw_bytes)
    try:
        merged = merge([load_report(write(tmp_path, blob))])
    except UsageError:
        return
    assert merge([reopened(merged, tmp_path)]).to_json() == merged.to_json()
    to_markdown(merged)
    to_junit(merged)


# -- showing


def test_the_json_says_the_verdict_and_the_reasons() -> None:
    data = json.loads(merge([report({"unit": {"a": "failed"}})]).to_json())
    assert (data["schema"], data["satisfied"]) == ("letsbe-merge/1", False)
    (package,) = data["packages"]
    assert package["checks"]["unit"] == {
        "status": "failed",
        "required": True,
        "counts": {"passed": 0, "failed": 1, "skipped": 0, "waived": 0, "not_evaluated": 0},
        "reasons": ["1 failed: letsbe.yaml::unit::holds[a]"],
    }


def test_the_markdown_is_a_table_that_a_name_cannot_break() -> None:
    nasty = "x|y\n<img src=x>`"
    text = to_markdown(merge([with_entry({"unit": {"a": "passed"}}, "unit", status="failed", reasons=[nasty])]))
    assert text.startswith("## letsbe: **not satisfied**\n")
    (row,) = (line for line in text.splitlines() if line.startswith("| unit"))
    assert row == "| unit | **failed** | 1 | 0 | 0 | x\\|y \\<img src=x\\>\\` |"
    assert "nothing is proven" in to_markdown(merge([]))
    assert to_markdown(merge([report(GREEN)])).startswith("## letsbe: satisfied\n")


def test_the_junit_is_red_exactly_where_the_gate_is_shut(tmp_path: Path) -> None:
    def counted(*parts: Report) -> str:
        path = tmp_path / "merged.xml"
        path.write_text(to_junit(merge(parts)), encoding="utf-8")
        counts = read_junit(path)
        assert counts.findings == ()
        return str(counts)

    assert counted(report(GREEN)) == "3 passed"
    assert counted() == "1 failed"
    assert counted(report({"unit": {"a": "failed", "b": "passed"}})) == "2 failed, 1 passed"
    assert counted(report({"unit": {"a": "deselected"}})) == "1 failed, 1 skipped"
    assert counted(report({"unit": {"a": "waived", "b": "passed"}})) == "2 passed, 1 skipped"
    assert counted(report(GREEN, shard=[1, 2])) == "1 failed, 3 passed"
    waived = with_entry({"unit": {"a": "failed"}}, "unit", status="waived", reasons=["\x00 until ]]> <&\"'"])
    assert counted(waived) == "2 skipped"
