"""The status contexts that the server will report, and the globs of a branch protection over them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from .repo import Repo
from .workflows import Job, Workflow, filled, text

#: Events whose runs post a commit status (Gitea services/actions/commit_status.go).
POSTING = ("push", "pull_request", "pull_request_target", "pull_request_review", "release")


def job_names(job: Job) -> list[str]:
    """What the statuses of a job say: its name once for each cell of its matrix."""
    name = job.name or job.id
    found = []
    for cell in job.cells:
        own = filled(name, cell)
        if cell and own == name and "${{" not in name:
            own = f"{name} ({', '.join(text(value) for value in cell.values())})"
        found.append(own[:255])
    return list(dict.fromkeys(found))


def contexts(workflow: Workflow, job: Job) -> list[str]:
    """``<workflow> / <job> (<event>)`` for each event that posts a status (Gitea 28)."""
    events = [event for event in POSTING if event in workflow.triggers]
    return [f"{workflow.name} / {name} ({event})" for event in events for name in job_names(job)]


def of_pull_requests(repo: Repo) -> Iterator[str]:
    """The contexts that a pull request into the protected branch gets, those of called workflows included."""
    for placed in repo.on_pull_request:
        outer = placed.workflow.name
        names = [" / ".join(part) for part in _chains(placed.chain)]
        for event in POSTING:
            if event.startswith(("pull_request", "push")) and event in placed.workflow.triggers:
                yield from (f"{outer} / {name} ({event})" for name in names)


def _chains(jobs: tuple[Job, ...]) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for job in jobs:
        found = [[*head, name] for head in found for name in job_names(job)]
    return found


@lru_cache(maxsize=512)
def glob(pattern: str) -> re.Pattern[str]:
    """A required context: ``*`` and ``?`` match any character, ``{a,b}`` one of several, as gobwas/glob does."""
    body, braces = "", 0
    for part in re.findall(r"\\.|\[[^\]]+\]|.", pattern, re.DOTALL):
        if part == "{":
            braces += 1
            body += "(?:"
        elif part == "}" and braces:
            braces -= 1
            body += ")"
        elif part == "," and braces:
            body += "|"
        elif len(part) > 2 and part[0] == "[":
            body += "[" + part[1:-1].replace("!", "^", 1) + "]"
        else:
            body += {"*": ".*", "?": "."}.get(part) or re.escape(part.removeprefix("\\") or part)
    try:
        return re.compile(body + r"\Z", re.DOTALL)
    except re.error:
        return re.compile(re.escape(pattern) + r"\Z")


def could_be(pattern: str, context: str) -> bool:
    """Whether a glob matches a context; what an expression will put in is left open."""
    if "${{" not in context:
        return bool(glob(pattern).match(context))
    loose = "".join(".*" if p.startswith("${{") else re.escape(p) for p in re.split(r"(\$\{\{.*?\}\})", context))
    return bool(glob(pattern).match(context)) or bool(re.fullmatch(loose, pattern))
