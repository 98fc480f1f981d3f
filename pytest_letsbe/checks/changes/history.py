"""Rules on what was merged before, on hotfixes and on release tags."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ...git import Git
from ...model import CheckFailure, NotEvaluated
from ..pipeline.policy import TAGS
from .judged import Judged
from .people import is_bot
from .reviews import state
from .source import login, rows

_LOOKS_LIKE_RELEASE = re.compile(r"(?:.*[/_-])?v?\d+\.\d+(?:\.\d+)?(?:[-+.].*)?\Z")
_RELEASE = re.compile(rf"(?:{'|'.join(TAGS)})/v\d+\.\d+\.\d+\Z")


def history_reviewed(judged: Judged) -> None:
    """history.json: one entry for each commit on main, with the pull request that brought it."""
    for entry in rows(judged.source, "history"):
        sha = str(entry.get("sha"))[:12]
        if not entry.get("pull"):
            if is_bot({"login": login(entry.get("pusher"))}, judged.options.bots) and login(entry.get("pusher")):
                continue
            raise CheckFailure(f"commit {sha} stands on the branch without a pull request: a direct push")
        author = login(entry.get("user"))
        approved = {
            login(r.get("user"))
            for r in entry.get("reviews") or []
            if isinstance(r, dict) and str(r.get("state")).upper() == "APPROVED" and r.get("dismissed") is not True
            and not is_bot(r.get("user"), judged.options.bots) and login(r.get("user")) != author
            and r.get("commit_id") in (entry.get("head_sha"), None)
        }  # fmt: skip
        if len(approved) < judged.options.approvals:
            raise CheckFailure(
                f"pull request {entry['pull']} ({sha}) was merged with {len(approved)} approvals: a forced merge"
            )
        bad = [
            s
            for s in entry.get("statuses") or []
            if isinstance(s, dict) and state(s) not in ("success", "warning", "skipped")
        ]
        if bad or not entry.get("statuses"):
            what = f"{bad[0].get('context')} was {state(bad[0])}" if bad else "no status stood"
            raise CheckFailure(f"pull request {entry['pull']} ({sha}) was merged while {what}: a forced merge")


def no_manual_merge(judged: Judged) -> None:
    for entry in rows(judged.source, "history"):
        style = str(entry.get("merge_style") or "").lower().replace("_", "-")
        if style == "manually-merged" or entry.get("manually_merged") is True:
            who = login(entry.get("merged_by")) or "somebody"
            raise CheckFailure(f"{who} marked pull request {entry.get('pull')} as merged manually: no check was asked")


def _refs(judged: Judged) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]], datetime]:
    """Hotfix branches and tags: from the recording, else from git. ``merged`` says whether main has them."""
    answer = judged.source.answer("refs")
    if isinstance(answer, dict):
        now = _time(str(answer.get("now") or "")) or datetime.now(UTC)
        branches, tags = answer.get("branches") or [], answer.get("tags") or []
        return [b for b in branches if isinstance(b, dict)], [t for t in tags if isinstance(t, dict)], now
    if judged.options.committed or not judged.change.base:
        raise NotEvaluated("there is no refs.json: nobody knows the branches and tags")
    git = Git(judged.spec.root)
    # A tag may carry a tag object: its commit's date is behind the *.
    date = "%(if)%(*objectname)%(then)%(*committerdate:iso-strict)%(else)%(committerdate:iso-strict)%(end)"
    where = ("refs/heads/hotfix", "refs/remotes/origin/hotfix", "refs/tags")
    listed = git.text("for-each-ref", f"--format=%(refname)%09{date}", *where)
    if listed is None:
        raise NotEvaluated("git can't list branches and tags")
    names = [name for name in (judged.options.base, "origin/main", "main") if name]
    main = next((name for name in names if git.text("rev-parse", "--verify", "-q", name)), "HEAD")
    merged = set((git.text("for-each-ref", f"--merged={main}", "--format=%(refname)") or "").splitlines())
    branches, tags = [], []
    for line in listed.splitlines():
        ref, date = line.split("\t")
        kind, _, name = ref.removeprefix("refs/").partition("/")
        if kind == "remotes":
            name = name.partition("/")[2]
        made = {"name": name, "committed_at": date, "merged": ref in merged}
        (tags if kind == "tags" else branches).append(made)
    return branches, tags, datetime.now(UTC)


def hotfix_merged_back(judged: Judged) -> None:
    branches, tags, now = _refs(judged)
    for branch in branches:
        name = str(branch.get("name"))
        made = _time(str(branch.get("committed_at") or ""))
        late = made is None or now - made > timedelta(hours=judged.options.hotfix_hours)
        if name.startswith("hotfix/") and branch.get("merged") is not True and late:
            late_by = f"after {judged.options.hotfix_hours} h: the next release loses it"
            raise CheckFailure(f"{name} isn't merged back into main {late_by}")
    for tag in tags:
        made = _time(str(tag.get("committed_at") or ""))
        late = made is None or now - made > timedelta(hours=judged.options.hotfix_hours)
        if _RELEASE.match(str(tag.get("name"))) and tag.get("merged") is not True and late:
            raise CheckFailure(f"release {tag.get('name')} holds commits that main doesn't have")


def release_tags(judged: Judged) -> None:
    _, tags, _ = _refs(judged)
    for tag in tags:
        name = str(tag.get("name"))
        family = name.split("/")[0].lower() in TAGS
        if (_LOOKS_LIKE_RELEASE.match(name) or family) and not _RELEASE.match(name):
            raise CheckFailure(f"tag {name} is no release tag: <{'|'.join(TAGS)}>/vX.Y.Z")


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
