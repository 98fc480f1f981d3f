"""Rules on who looked at a change, and on what the server itself ran for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...model import CheckFailure, NotEvaluated
from ..pipeline.contexts import could_be, glob
from .diff import GATE
from .judged import Judged
from .source import login, rows

_ACTIONS = frozenset({"gitea-actions", "gitea-actions[bot]", "forgejo-actions", "actions-user"})
#: Gitea's user id of Actions (models/user ActionsUserID).
_ACTIONS_ID = -2


def two_reviewers(judged: Judged) -> None:
    _reviewed(judged, judged.change.touched(judged.critical), "is security-critical")


def gate_files(judged: Judged) -> None:
    _reviewed(judged, judged.change.touched(GATE), "is part of the gate")


def _reviewed(judged: Judged, paths: Sequence[str], what: str) -> None:
    found = judged.verdict  # without data nothing is said, also of a change that needs no second look
    if paths and len(found.counted) < judged.options.reviewers:
        named = ", ".join(found.counted) or "nobody"
        raise CheckFailure(
            f"{paths[0]} {what}, and {len(found.counted)} of {judged.options.reviewers} reviewers approved ({named})",
            evidence=[
                *_few([f"touched: {path}" for path in paths]),
                *_few([f"doesn't count: {x}" for x in found.left_out]),
            ],
        )


def no_rejection(judged: Judged) -> None:
    if against := judged.verdict.against:
        raise CheckFailure(f"{', '.join(against)} asked for changes, and nobody took it back")


def statuses(judged: Judged) -> list[Mapping[str, Any]]:
    """The newest status of each context of the head commit."""
    last: dict[str, Mapping[str, Any]] = {}
    raw = judged.source.answer("statuses")
    if isinstance(raw, dict) and isinstance(raw.get("sha"), str) and raw["sha"] != judged.head:
        raise NotEvaluated(f"statuses.json is of commit {raw['sha'][:12]}")
    for status in sorted(rows(judged.source, "statuses"), key=_moment):
        last[str(status.get("context"))] = status
    return list(last.values())


def _moment(status: Mapping[str, Any]) -> tuple[str, int]:
    number = status.get("id")
    return str(status.get("updated_at") or status.get("created_at") or ""), number if isinstance(number, int) else 0


def state(status: Mapping[str, Any]) -> str:
    return str(status.get("status") or status.get("state") or "").lower()


def untrusted(status: Mapping[str, Any], judged: Judged) -> str:
    """Why a status proves nothing, or nothing."""
    creator = status.get("creator")
    number = creator.get("id") if isinstance(creator, dict) else None
    known = number == _ACTIONS_ID or (login(creator) in _ACTIONS and not (isinstance(number, int) and number > 0))
    if not known:
        return f"{login(creator) or 'nobody known'} posted it, not the Actions user"
    for key in ("url", "sha"):
        commits = re.findall(r"[0-9a-f]{64}|[0-9a-f]{40}", str(status.get(key) or ""))
        if commits and judged.head not in commits:
            return f"it is of commit {commits[-1][:12]}"
    return _of_another_run(status, judged)


def _of_another_run(status: Mapping[str, Any], judged: Judged) -> str:
    runs = judged.source.answer("runs")
    runs = runs.get("workflow_runs") if isinstance(runs, dict) else runs
    found = re.search(r"/actions/runs/(\d+)", str(status.get("target_url") or ""))
    if not isinstance(runs, list) or not found:
        return ""
    for run in runs:
        if isinstance(run, dict) and found[1] in (str(run.get("run_number")), str(run.get("id"))):
            return "" if run.get("head_sha") == judged.head else f"its run is of commit {str(run.get('head_sha'))[:12]}"
    return f"there is no run {found[1]}"


def security_suite(judged: Judged) -> None:
    found = statuses(judged)
    paths = judged.change.touched(judged.critical)
    if not paths:
        return
    for wanted in judged.options.security:
        mine = [s for s in found if glob(wanted).match(str(s.get("context")))]
        if not mine:
            raise CheckFailure(f"{paths[0]} is security-critical, and no status {wanted!r} tells of the security suite")
        for status in mine:
            reason = "" if state(status) == "success" else f"it is {state(status) or 'unknown'}"
            if reason := reason or untrusted(status, judged):
                raise CheckFailure(
                    f"{paths[0]} is security-critical, and {status.get('context')!r} doesn't count: {reason}"
                )


def trusted_statuses(judged: Judged) -> None:
    """Every status that the branch protection demands is a success of a run of this head."""
    found = statuses(judged)
    wanted = [str(c) for rule in _rules(judged) for c in rule.get("status_check_contexts") or []]
    for pattern in dict.fromkeys(wanted):
        mine = [s for s in found if could_be(pattern, str(s.get("context")))]
        if not mine:
            raise CheckFailure(f"no status matches {pattern!r}, which the branch protection demands")
        for status in mine:
            if state(status) != "success":
                raise CheckFailure(f"{status.get('context')!r} is {state(status)}: only a success counts")
            if reason := untrusted(status, judged):
                raise CheckFailure(f"{status.get('context')!r} proves nothing: {reason}")


def _rules(judged: Judged) -> list[Mapping[str, Any]]:
    from .protection import covering

    return covering(judged)


def _few(lines: Sequence[str], most: int = 5) -> list[str]:
    return [*lines[:most], *([f"+{len(lines) - most} more"] if len(lines) > most else [])]
