"""``letsbe metrics STORE add|page``: reports, pull requests and rollout events in, one weekly page out."""

from __future__ import annotations

import argparse
from datetime import date, datetime
from pathlib import Path

from ..merge.reports import Report, load_report
from ..metrics import Store, measure
from ..metrics.events import load
from ..metrics.page import to_html
from ..metrics.pulls import Pull, live, recorded
from ..metrics.twin import to_json
from ..metrics.weeks import Week, in_utc
from ..model import UsageError
from .merge import write


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("store", type=Path, metavar="STORE", help="the sqlite file; `add` makes it")
    does = parser.add_subparsers(dest="does", metavar="add|page", required=True)
    add = does.add_parser("add", help="keep what is new; the same twice changes nothing")
    add.add_argument(
        "files", nargs="*", type=Path, metavar="FILE",
        help="reports of --letsbe-report (or of merge --json), and *.jsonl files of rollout events",
    )  # fmt: skip
    add.add_argument(
        "--gitea", metavar="DIR|URL", action="append", default=[],
        help="a folder of recorded pull*.json, or a server to ask for --repo",
    )  # fmt: skip
    add.add_argument("--repo", metavar="OWNER/NAME", help="the repo of the pull requests")
    add.add_argument("--token", metavar="VARIABLE", default="GITEA_TOKEN", help="environment variable with the token")
    add.add_argument("--at", metavar="TIME", help="when reports ran that don't say it: 2026-11-25 or 2026-11-25T14:00Z")
    page = does.add_parser("page", help="write the week's page and its JSON twin")
    page.add_argument("--html", metavar="FILE", help="write the page")
    page.add_argument("--json", metavar="FILE", help="write the figures as JSON")
    page.add_argument("--week", metavar="WEEK", help="like 2026-W48; the last that anything is known of")


def run(options: argparse.Namespace) -> int:
    return _add(options) if options.does == "add" else _page(options)


def _add(options: argparse.Namespace) -> int:
    if not options.files and not options.gitea:
        raise UsageError("nothing to add: name reports, *.jsonl files of events, or --gitea")
    at = _moment(options.at) if options.at else None
    # Everything is read before anything is kept: a mistake in the last file leaves the store as it was.
    events = [event for file in options.files if file.suffix == ".jsonl" for event in load(file)]
    reports = [report for file in options.files if file.suffix != ".jsonl" for report in _reports(file)]
    pulls = [pull for place in options.gitea for pull in _pulls(place, options)]
    with Store(options.store, create=True) as store:
        new = store.add(reports, pulls, events, at=at)
    given = (("reports", reports), ("pull requests", pulls), ("events", events))
    for noun, things in given:
        if things:
            print(f"{noun}: {new[noun]} of {len(things)} new")
    return 0


def _reports(file: Path) -> tuple[Report, ...]:
    found = load_report(file)
    return (found,) if isinstance(found, Report) else found.reports


def _pulls(place: str, options: argparse.Namespace) -> list[Pull]:
    if place.startswith(("http://", "https://")):
        return live(place, options.repo, options.token)
    if not Path(place).is_dir():
        raise UsageError(f"--gitea {place}: no such folder, and no http:// or https:// address")
    return recorded(Path(place), options.repo)


def _page(options: argparse.Namespace) -> int:
    week = Week.named(options.week) if options.week else None
    with Store(options.store) as store:
        metrics = measure(store, week)
    if options.html:
        write(options.html, to_html(metrics))
    if options.json:
        write(options.json, to_json(metrics))
    if not options.html and not options.json:
        print(to_json(metrics), end="")
    return 0


def _moment(text: str) -> datetime:
    try:
        moment = in_utc(datetime.fromisoformat(text))
    except ValueError:
        moment = None
    if moment is None:
        raise UsageError(f"--at {text}: no time; write it like {date.today()} or {date.today()}T14:00Z")
    return moment
