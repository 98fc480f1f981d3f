"""What `letsbe metrics` keeps and shows, with a real sqlite file."""

from __future__ import annotations

import json
import random
import re
import sqlite3
from pathlib import Path

import pytest

from pytest_letsbe.cli import main
from pytest_letsbe.metrics.statistics import median_interval, quantile, share_interval
from pytest_letsbe.metrics.weeks import Week
from pytest_letsbe.metrics.wording import duration

COMMIT = "c0ffee" * 6 + "c0ff"


def report(outcomes: dict[str, str], *, commit: str = COMMIT, finished: str | None = "2026-11-25T10:00:00Z", **more):
    cases = [
        {"id": f"letsbe.yaml::redaction::no-leak[{name}]", "check": "redaction", "outcome": outcome.removesuffix("!"),
         **({"retried": True} if outcome.endswith("!") else {})}
        for name, outcome in outcomes.items()
    ]  # fmt: skip
    dated = {"finished": finished} if finished else {}
    return {
        "schema": "letsbe-report/1",
        "package": "hub",
        "commit": commit,
        "complete": True,
        "checks": {},
        "cases": cases,
        **dated,
        **more,
    }


def pull(number: int, created: str, merged: str | None, **more):
    return {"number": number, "created_at": created, "merged_at": merged, "updated_at": merged or created,
            "base": {"ref": "main", "repo": {"full_name": "letsbe/hub"}}, **more}  # fmt: skip


def deploy(id: str, at: str = "2026-11-24T10:00:00Z", **more):
    return {"event": "deploy", "id": id, "at": at, "package": "hub", **more}


def rollback(id: str, deploy: str, crossed: str, at: str, **more):
    return {"event": "rollback", "id": id, "deploy": deploy, "crossed": crossed, "at": at, **more}


class Folder:
    """Files to add, the store, and what the page says."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.path, self._capsys = path, capsys
        self.store = path / "metrics.db"

    def write(self, name: str, data: object) -> str:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        text = "\n".join(json.dumps(one) for one in data) if name.endswith(".jsonl") else json.dumps(data, indent=1)
        file.write_text(text + "\n")
        return str(file)

    def letsbe(self, *words: str) -> tuple[int, str]:
        code = main(["metrics", str(self.store), *words])
        shown = self._capsys.readouterr()
        return code, shown.out + shown.err

    def add(self, *words: str) -> str:
        code, shown = self.letsbe("add", *words)
        assert code == 0, shown
        return shown

    def figures(self, *words: str) -> dict:
        code, shown = self.letsbe("page", *words)
        assert code == 0, shown
        return json.loads(shown)

    def page(self, *words: str) -> str:
        assert self.letsbe("page", "--html", str(self.path / "page.html"), *words)[0] == 0
        return (self.path / "page.html").read_text()


@pytest.fixture
def folder(tmp_path, capsys) -> Folder:
    return Folder(tmp_path, capsys)


def test_the_median_cycle_time_is_of_merged_pull_requests_of_the_week(folder):
    pulls = [
        pull(1, "2026-11-24T08:00:00Z", "2026-11-24T10:00:00Z"),
        pull(2, "2026-11-24T08:00:00Z", "2026-11-24T12:00:00Z"),
        pull(3, "2026-11-23T08:00:00+01:00", "2026-11-25T08:00:00+01:00"),
        pull(4, "2026-11-24T08:00:00Z", None),
        pull(5, "2026-11-24T08:00:00Z", "0001-01-01T00:00:00Z"),
        pull(6, "2026-11-10T08:00:00Z", "2026-11-10T09:00:00Z"),
    ]
    folder.write("api/pulls.json", pulls)
    folder.add("--gitea", str(folder.path / "api"))
    found = folder.figures()
    assert found["week"] == "2026-W48"
    time = found["metrics"]["pr-cycle-time"]
    assert time["week"] == {
        "n": 3,
        "median": 4 * 3600,
        "mean": 18 * 3600,
        "p90": None,
        "values": [7200, 14400, 172800],
        "interval95": None,
    }
    assert time["twelve_weeks"]["n"] == 4
    assert {week["week"]: week["n"] for week in time["weeks"]}["2026-W46"] == 1


def test_a_case_that_failed_and_passed_at_one_commit_is_flaky(folder):
    one = folder.write("1.json", report({"a": "passed", "b": "failed", "c": "failed"}))
    two = folder.write("2.json", report({"a": "passed", "b": "passed", "c": "error"}, finished="2026-11-25T11:00:00Z"))
    other = folder.write("3.json", report({"c": "passed"}, commit="d" * 40))
    folder.add(one, two, other)
    found = folder.figures()
    assert found["metrics"]["flaky-rate"]["week"]["hits"] == 1
    assert found["metrics"]["flaky-rate"]["week"]["n"] == 4
    assert [flaky["case"] for flaky in found["flakiest"]] == ["letsbe.yaml::redaction::no-leak[b]"]


def test_a_pass_that_needed_a_retry_is_flaky_in_a_single_green_run(folder):
    folder.add(folder.write("1.json", report({"a": "passed!", "b": "passed"})))
    assert folder.figures()["metrics"]["flaky-rate"]["week"]["hits"] == 1


def test_a_nightly_failure_beside_a_pass_of_the_pull_request_is_no_flake(folder):
    pr = folder.write("1.json", report({"a": "passed"}, argv=["-p", "letsbe"]))
    nightly = folder.write("2.json", report({"a": "failed"}, argv=["--letsbe-profile", "nightly"]))
    folder.add(pr, nightly)
    assert folder.figures()["metrics"]["flaky-rate"]["week"]["hits"] == 0


def test_what_a_shard_left_out_neither_passed_nor_failed(folder):
    one = folder.write("1.json", report({"a": "failed", "b": "deselected"}, shard=[1, 2]))
    two = folder.write("2.json", report({"a": "deselected", "b": "not_evaluated"}, shard=[2, 2]))
    folder.add(one, two)
    assert folder.figures()["metrics"]["flaky-rate"]["week"]["n"] == 1
    assert folder.figures()["metrics"]["flaky-rate"]["week"]["hits"] == 0


def test_change_failures_are_production_deployments_rolled_back_or_fixed(folder):
    events = [
        deploy("d1"), deploy("d2"), deploy("d3"), deploy("d4", fixes="d3"), deploy("s1", environment="staging"),
        rollback("r1", "d2", "2026-11-24T10:00:00Z", "2026-11-24T10:10:00Z"),
        rollback("r2", "d2", "2026-11-24T11:00:00Z", "2026-11-24T11:30:00Z", started="2026-11-24T11:05:00Z"),
        rollback("r3", "s1", "2026-11-24T11:00:00Z", "2026-11-24T19:30:00Z"),
        {"event": "canary-abort", "id": "a1", "at": "2026-11-24T11:00:00Z", "region": "eu"},
    ]  # fmt: skip
    folder.add(folder.write("events.jsonl", events))
    found = folder.figures()["metrics"]
    assert (found["change-failure-rate"]["week"]["hits"], found["change-failure-rate"]["week"]["n"]) == (2, 4)
    assert found["time-to-rollback"]["week"]["mean"] == found["time-to-rollback"]["week"]["median"] == 1200
    assert found["time-to-rollback"]["week"]["n"] == 2
    assert "5 min" in found["time-to-rollback"]["notes"][0]
    assert found["canary-aborts"]["week"] == {"n": 1}


def test_a_rollback_of_a_deployment_nobody_recorded_is_told(folder):
    folder.add(folder.write("e.jsonl", [rollback("r", "ghost", "2026-11-24T10:00:00Z", "2026-11-24T10:10:00Z")]))
    assert "ghost" in folder.figures()["metrics"]["change-failure-rate"]["notes"][0]


def everything(folder: Folder) -> list[str]:
    files = [
        folder.write(
            f"{n}.json",
            report(
                {"a": "passed" if n % 2 else "failed", "b": "passed"},
                commit=f"{n // 2:040}",
                finished=f"2026-11-{20 + n}T10:00:00Z",
            ),
        )
        for n in range(6)
    ]
    files.append(folder.write("old.json", report({"a": "passed"}, commit="f" * 40, finished=None)))
    files.append(
        folder.write(
            "e.jsonl", [deploy("d1"), deploy("d2"), rollback("r", "d1", "2026-11-24T10:00:00Z", "2026-11-24T10:10:00Z")]
        )
    )
    folder.write(
        "early/pulls.json",
        [pull(1, "2026-11-24T08:00:00Z", "2026-11-24T10:00:00Z"), pull(2, "2026-11-24T08:00:00Z", None)],
    )
    folder.write(
        "late/pulls.json", [pull(2, "2026-11-24T08:00:00Z", "2026-11-25T10:00:00Z", merge_commit_sha="f" * 40)]
    )
    return files


def test_the_same_input_twice_and_in_any_order_makes_the_same_page(folder, tmp_path, capsys):
    files = everything(folder)
    steps = [[file] for file in files] + [["--gitea", str(tmp_path / name)] for name in ("early", "late")]
    pages = set()
    for seed in range(4):
        folder.store = tmp_path / f"{seed}.db"
        order = steps * 2
        random.Random(seed).shuffle(order)
        for step in order:
            folder.add(*step)
        pages.add((folder.page(), json.dumps(folder.figures())))
    assert len(pages) == 1
    assert "reports: 0 of 1 new" in folder.add(files[0])


def test_a_merged_file_counts_as_the_reports_it_holds(folder):
    files = everything(folder)[:6]
    assert main(
        ["merge", *files, "--json", str(folder.path / "merged.json"), "--markdown", str(folder.path / "m.md")]
    ) in (0, 1)
    folder.add(*files)
    assert "reports: 0 of 6 new" in folder.add(str(folder.path / "merged.json"))


def test_a_report_without_a_date_takes_that_of_its_merge_or_of_at(folder):
    undated = report({"a": "passed"}, commit="f" * 40, finished=None)
    file = folder.write("1.json", undated)
    folder.add(file)
    assert "say when they ran" in str(folder.figures("--week", "2026-W48")["metrics"]["flaky-rate"]["notes"])
    folder.write("api/pull.json", pull(2, "2026-11-24T08:00:00Z", "2026-11-25T10:00:00Z", merge_commit_sha="f" * 40))
    folder.add("--gitea", str(folder.path / "api"))
    assert folder.figures("--week", "2026-W48")["metrics"]["flaky-rate"]["week"]["n"] == 1
    folder.add(file, "--at", "2026-11-17")
    assert folder.figures("--week", "2026-W47")["metrics"]["flaky-rate"]["week"]["n"] == 1


def test_an_event_that_says_something_else_under_one_id_is_refused_whole(folder):
    folder.add(folder.write("1.jsonl", [deploy("d1")]))
    two = folder.write("2.jsonl", [deploy("d2"), deploy("d1", region="us")])
    code, shown = folder.letsbe("add", two)
    assert code == 2
    assert "deploy 'd1' stands already" in shown
    assert folder.figures()["metrics"]["change-failure-rate"]["week"]["n"] == 1


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("e.jsonl", '{"event": "deploy", "id": "d", "at": "2026-11-24T10:00:00Z"}\n{"event": "deploi"}\n', "e.jsonl:2: .*deploi"),
        ("e.jsonl", '\n{"event": "deploy", "id": "d", "at": "2026-11-24T10:00:00Z", "regio": "eu"}\n', "e.jsonl:2: .*regio"),
        ("e.jsonl", '{"event": "deploy", "id": "d", "at": "yesterday"}\n', "e.jsonl:1:32: at: "),
        ("e.jsonl", "{\n", "e.jsonl:1(:\\d+)?: isn't JSON"),
        ("e.jsonl", '{"event": "rollback", "id": "r", "deploy": "d", "crossed": "2026-11-24T10:00:00Z", "at": "2026-11-24T09:00:00Z"}', "e.jsonl:1: .*crossed, started, at"),
        ("r.json", '{"schema": "letsbe-report/1"}', "r.json: not a letsbe report: .*missing required field `package`"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_line_and_leaves_no_store_behind(folder, name, text, told):
    (folder.path / name).write_text(text)
    code, shown = folder.letsbe("add", str(folder.path / name))
    assert code == 2
    assert re.search(told, shown), shown
    assert not folder.store.exists()


def test_a_mistake_in_a_recorded_page_is_told_at_its_line(folder):
    good = pull(1, "2026-11-24T08:00:00Z", "2026-11-24T10:00:00Z")
    folder.write("api/pulls.json", [good, {**good, "number": "two"}])
    code, shown = folder.letsbe("add", "--gitea", str(folder.path / "api"))
    assert code == 2
    assert re.search(r"pulls\.json:\d\d:\d+: .*expected `int`", shown), shown


def test_a_database_of_something_else_is_left_alone(folder):
    with sqlite3.connect(folder.store) as other:
        other.execute("CREATE TABLE precious (x)")
    other.close()
    before = folder.store.read_bytes()
    code, shown = folder.letsbe("add", folder.write("1.json", report({"a": "passed"})))
    assert code == 2
    assert "a database of something else" in shown
    assert folder.store.read_bytes() == before
    folder.store.write_text("no database at all, but long enough to be looked at as one " * 20)
    assert folder.letsbe("page")[0] == 2


def test_the_page_stands_alone_is_small_and_says_n_and_sources(folder):
    folder.add(*everything(folder))
    page = folder.page()
    assert len(page.encode()) < 300_000
    assert not re.search(r"<script|src=|https?://|@import|url\(", page)
    for anchor in re.findall(r'href="#([\w-]+)"', page):
        assert f'id="{anchor}"' in page
    assert page.count('role="img"') == page.count("<title id=") == page.count("<desc id=")
    assert "1 of 2" in page  # two deployments are no 50 %
    assert "DORA" in page
    assert "polyline" not in page


def test_a_week_without_data_says_what_would_feed_it(folder):
    folder.add(folder.write("1.json", report({"a": "passed"})))
    page = folder.page()
    assert page.count("Nothing was recorded in these twelve weeks") == 4


def test_names_from_reports_are_text_on_the_page(folder):
    hostile = "<img src=x onerror=alert(1)>"
    folder.add(folder.write("1.json", report({hostile: "passed!"}, package=hostile)))
    page = folder.page()
    assert "<img" not in page
    assert "&lt;img" in page


def test_a_word_that_is_no_week_is_a_usage_error(folder):
    folder.add(folder.write("1.json", report({"a": "passed"})))
    for word in ("2026-48", "2026-W54", "last"):
        code, shown = folder.letsbe("page", "--week", word)
        assert code == 2
        assert "write it like 2026-W48" in shown


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_at_the_end_of_the_calendar_is_no_time(folder, moment):
    folder.write("api/pull.json", pull(1, moment, "2026-11-25T10:00:00Z"))
    code, shown = folder.letsbe("add", "--gitea", str(folder.path / "api"))
    assert (code, "doesn't say when it was opened" in shown) == (2, True)
    code, shown = folder.letsbe("add", folder.write("e.jsonl", [deploy("d", at=moment)]))
    assert (code, "e.jsonl:1: at: the year" in shown) == (2, True)
    folder.add(folder.write("1.json", report({"a": "passed"}, finished=moment)))
    assert "stand in no week" in folder.figures()["metrics"]["flaky-rate"]["notes"][0]
    assert folder.letsbe("page", "--week", "0001-W01")[0] == 2
    assert folder.letsbe("add", "--at", moment, str(folder.path / "1.json"))[0] == 2


def test_a_page_of_no_store_says_how_one_is_made(folder):
    code, shown = folder.letsbe("page")
    assert code == 2
    assert "add FILE... makes one" in shown.replace("`", "")


def test_few_values_have_no_interval_and_many_a_narrow_one():
    assert median_interval([1.0, 2, 3, 4, 5]) is None
    assert median_interval([1.0, 2, 3, 4, 5, 6]) == (1, 6)
    assert median_interval([float(n) for n in range(1, 21)]) == (6, 15)  # Conover's table for n = 20
    assert share_interval(0, 0) is None
    low, high = share_interval(0, 10)
    assert (low, round(high, 4)) == (0.0, 0.2775)
    low, high = share_interval(3, 10)
    assert (round(low, 4), round(high, 4)) == (0.1078, 0.6032)
    assert quantile([1, 2, 3, 4], 0.5) == 2.5


def test_the_year_of_a_week_is_that_of_its_thursday():
    assert str(Week.named("2026-W53")) == "2026-W53"
    assert Week.named("2027-W01").before(1) == Week.named("2026-W53")


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 s"), (90, "90 s"), (3600, "1 h"), (86400, "1 d"), (100_000, "28 h"), (9_000, "2.5 h")]
)
def test_a_duration_is_said_as_a_person_says_it(seconds, said):
    assert duration(seconds) == said
