"""Pull requests as Gitea's API tells them: from a folder of recorded answers, or page by page from the server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from ..gitea import Gitea
from ..model import Location, NotEvaluated, UsageError
from .located import decode, read
from .weeks import in_utc

#: For all pages of a repo together, in seconds.
DEADLINE = 300.0
_MOST_PAGES = 400
_REPO = re.compile(r"[\w.-]+/[\w.-]+\Z", re.ASCII)


class _Repo(Struct, frozen=True):
    full_name: str = ""


class _Base(Struct, frozen=True):
    repo: _Repo | None = None


class _Answer(Struct, frozen=True):
    """A pull request of the API (``PullRequest`` in its swagger): what is read of it."""

    number: Annotated[int, Meta(ge=1, le=2**53)]
    base: _Base | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    merged_at: datetime | None = None
    merge_commit_sha: str | None = None


@dataclass(frozen=True, slots=True)
class Pull:
    """A merged pull request; times in UTC. ``commit`` is what the merge made."""

    repo: str
    number: int
    opened: datetime
    merged: datetime
    updated: datetime
    commit: str | None = None


def recorded(folder: Path, repo: str | None) -> list[Pull]:
    """Merged pull requests of the files ``pull*.json`` (one answer, or a page of them) of a folder.

    Raises:
        UsageError: at ``file:line``; or there is no such file.
    """
    files = sorted(file for file in folder.glob("pull*.json") if file.is_file())
    if not files:
        raise UsageError(f"{folder}: holds no pull.json and no pulls*.json (answers of the API's pulls)")
    found: list[Pull] = []
    for file in files:
        raw = read(file)
        whole = raw.lstrip()[:1] == b"["
        answers = decode(raw, list[_Answer], str(file)) if whole else [decode(raw, _Answer, str(file))]
        found += _merged(answers, repo, Location(str(file)))
    return found


def live(url: str, repo: str | None, token: str) -> list[Pull]:
    """Merged pull requests of a server, the last updated first, so that a change while we read moves none past us.

    Raises:
        UsageError: the server doesn't answer in time, or something else than pull requests.
    """
    if not repo or not _REPO.match(repo):
        raise UsageError("a server is asked for one repo: name it with --repo owner/name")
    try:
        answer = Gitea(url, repo, token, DEADLINE).pages("pulls?state=closed&sort=recentupdate", _MOST_PAGES)
    except NotEvaluated as error:
        raise UsageError(f"{error}; the token with read scopes is taken from ${token}") from None
    try:
        answers = msgspec.convert(answer, list[_Answer])
    except msgspec.ValidationError as error:
        raise UsageError(f"{url} answered something else than pull requests: {error}") from None
    return _merged(answers, repo, None)


def _merged(answers: list[_Answer], repo: str | None, where: Location | None) -> list[Pull]:
    found = []
    for answer in answers:
        # Go's zero time, which Gitea may write for "never", is none.
        merged, opened = in_utc(answer.merged_at), in_utc(answer.created_at)
        if merged is None:
            continue
        name = repo or (answer.base and answer.base.repo and answer.base.repo.full_name) or ""
        if not name:
            raise UsageError(f"pull request {answer.number} doesn't say its repo: name it with --repo", where)
        if opened is None or opened > merged:
            what = "doesn't say when it was opened" if opened is None else "was merged before it was opened"
            raise UsageError(f"pull request {answer.number} {what} (created_at)", where)
        updated = in_utc(answer.updated_at) or merged
        found.append(Pull(name, answer.number, opened, merged, updated, answer.merge_commit_sha or None))
    return found
