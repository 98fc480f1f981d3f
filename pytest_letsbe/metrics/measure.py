"""The five figures over twelve weeks, made from what the store holds; nothing depends on the order of arrival."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from . import definitions
from .definitions import Definition
from .events import CanaryAbort, Deploy, Event, Rollback
from .figures import Figure, Metrics, Series
from .pulls import Pull
from .statistics import median
from .store import Run, Store
from .weeks import Week
from .wording import duration

WEEKS = 12
_WORST = 10


@dataclass(frozen=True, slots=True)
class _Seen:
    """One thing that counts: when, in which part (repo, package, region), and its worth."""

    at: datetime
    part: str
    n: int = 1
    hits: int = 0
    seconds: float | None = None


def measure(store: Store, week: Week | None = None) -> Metrics:
    """The figures of a week and the eleven before it; by default the last one that anything is known of."""
    pulls, runs, events = store.pulls(), store.runs(), store.events()
    moments = [pull.merged for pull in pulls] + [run.at for run in runs if run.at] + [event.at for event in events]
    chosen = week or Week.of(max(moments, default=datetime.now(UTC)))
    flaky, worst = _flaky(runs, chosen)
    named = store.names() if worst else {}
    return Metrics(
        chosen,
        (_cycle_time(pulls, chosen), flaky, *_rollouts(events, chosen)),
        tuple((package, named[case], commits) for (package, case), commits in worst),
    )


def _cycle_time(pulls: Sequence[Pull], week: Week) -> Series:
    seen = [_Seen(pull.merged, pull.repo, seconds=(pull.merged - pull.opened).total_seconds()) for pull in pulls]
    return _series(definitions.CYCLE_TIME, week, seen)


def _flaky(runs: Sequence[Run], week: Week) -> tuple[Series, list[tuple[tuple[str, int], int]]]:
    """The rate, and the cases that were flaky at most commits of the twelve weeks."""
    same: dict[tuple[str, str, str], list[Run]] = {}
    for run in runs:  # a run of no known commit repeats no other
        same.setdefault((run.package, run.commit or run.report, run.profile), []).append(run)
    seen, repeated, undated = [], 0, 0
    worst: Counter[tuple[str, int]] = Counter()
    for (package, _, _), group in same.items():
        first = min((run.at for run in group if run.at), default=None)
        if first is None:
            undated += len(group)
            continue
        ran = Counter(case for run in group for case in run.cases)
        red = {case for run in group for case in run.failed}
        green = {case for run in group for case in run.cases - run.failed}
        flaky = (red & green) | {case for run in group for case in run.retried}
        seen.append(_Seen(first, package, n=len(ran), hits=len(flaky)))
        if _within(first, week):
            repeated += sum(times > 1 for times in ran.values())
            worst.update((package, case) for case in flaky)
    notes = [f"In these weeks {repeated:,} cases of a commit ran twice or more, where runs can differ."] if seen else []
    if undated:
        notes.append(
            f"{undated:,} {'report doesn’t' if undated == 1 else 'reports don’t'} say when they ran, and no merge of"
            " their commit is known: they stand in no week until added with --at."
        )
    most = sorted(worst.items(), key=lambda item: (-item[1], item[0]))[:_WORST]
    return _series(definitions.FLAKY_RATE, week, seen, notes), most


def _rollouts(events: Sequence[Event], week: Week) -> Iterable[Series]:
    deploys = {event.id: event for event in events if isinstance(event, Deploy)}
    production = [deploy for deploy in deploys.values() if deploy.environment == "production"]
    # Of a rollback whose deployment nobody recorded, production is assumed: hiding it would flatter.
    rollbacks = [
        event
        for event in events
        if isinstance(event, Rollback)
        and (event.deploy not in deploys or deploys[event.deploy].environment == "production")
    ]
    failed = {event.deploy for event in rollbacks} | {deploy.fixes for deploy in production if deploy.fixes}
    stray = sorted(failed - deploys.keys())
    notes = (
        [f"{len(stray):,} deployments that were rolled back or fixed were never recorded, the first being {stray[0]}."]
        if stray
        else []
    )
    yield _series(
        definitions.FAILURE_RATE,
        week,
        [_Seen(deploy.at, deploy.package, hits=deploy.id in failed) for deploy in production],
        notes,
    )
    lasted = [_Seen(e.at, e.package, seconds=(e.at - e.crossed).total_seconds()) for e in rollbacks]
    found = [(e.started - e.crossed).total_seconds() for e in rollbacks if e.started and _within(e.at, week)]
    noticed = f"Of it, noticing took {duration(median(found))} in the median" if found else ""
    detection = [f"{noticed} (threshold crossed to start, n = {len(found)})."] if found else []
    yield _series(definitions.ROLLBACK_TIME, week, lasted, detection)
    aborts = [_Seen(event.at, event.region) for event in events if isinstance(event, CanaryAbort)]
    yield _series(definitions.CANARY_ABORTS, week, aborts)


def _within(moment: datetime, week: Week) -> bool:
    return week.before(WEEKS - 1) <= Week.of(moment) <= week


def _series(definition: Definition, week: Week, seen: Iterable[_Seen], notes: Iterable[str] = ()) -> Series:
    by_week: dict[Week, list[_Seen]] = {week.before(back): [] for back in reversed(range(WEEKS))}
    parts: dict[str, list[_Seen]] = {}
    for one in seen:
        when = Week.of(one.at)
        if when in by_week:
            by_week[when].append(one)
            parts.setdefault(one.part, []).append(one)
    whole = [one for found in by_week.values() for one in found]
    return Series(
        definition,
        _figure(by_week[week]),
        _figure(whole),
        tuple((when, _figure(found)) for when, found in by_week.items()),
        _named(parts),
        tuple(notes),
    )


def _named(parts: Mapping[str, list[_Seen]]) -> dict[str, Figure]:
    """By name, where there is more than one to tell apart."""
    return {name or "not named": _figure(parts[name]) for name in sorted(parts)} if len(parts) > 1 else {}


def _figure(seen: Sequence[_Seen]) -> Figure:
    return Figure(
        sum(one.n for one in seen),
        sum(one.hits for one in seen),
        tuple(sorted(one.seconds for one in seen if one.seconds is not None)),
    )
