"""Rules on releases: which tags start one, and that no other ref does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....model import Invariant
from ..conditions import Event, holds
from ..finding import Finding, Rule
from ..repo import Repo
from ..workflows import Workflow
from .reach import deploys_here, release_tags


def _tags(repo: Repo) -> Iterator[Finding]:
    releases: list[Workflow] = []
    for workflow in repo.workflows:
        found = release_tags(workflow)
        if found:
            releases.append(workflow)
        for glob in found:
            if not glob.startswith("!") and not _is_release(glob, repo.policy.tags):
                allowed = ", ".join(f"{name}/vX.Y.Z" for name in repo.policy.tags)
                sentence = f"tag {glob!r} starts it; release tags are {allowed}"
                yield Finding(workflow.at("on", "push", "tags"), sentence)
        yield from _any_ref(workflow, repo)
    for other in releases[1:]:
        names = {glob.split("/")[0] for glob in release_tags(other)}
        shared = [w for w in releases[: releases.index(other)] if names & {g.split("/")[0] for g in release_tags(w)}]
        if shared:
            yield Finding(
                other.at("on", "push", "tags"), f"a release tag starts this and {shared[0].file}: one workflow releases"
            )


def _any_ref(workflow: Workflow, repo: Repo) -> Iterator[Finding]:
    """A push without filters means any branch and any tag."""
    filters = workflow.triggers.get("push")
    if filters is None or filters.keys() & {"branches", "tags", "branches-ignore", "tags-ignore"}:
        return
    elsewhere = Event("push", "some-other-branch")
    for job in workflow.jobs.values():
        if deploys_here(job, repo) and holds(job.data.get("if"), elsewhere) is True:
            sentence = f"a push to any branch, and any tag, starts job {job.id}, which deploys"
            yield Finding(workflow.at("on", "push"), sentence, f"push: {{branches: [{repo.policy.branch}]}}")


def _is_release(glob: str, names: list[str]) -> bool:
    found = re.fullmatch(r"(?P<name>[\w{},|()*-]+)/v(?P<rest>[^/]*)", glob)
    if not found:
        return False
    return all(name in names for name in re.split(r"[{},|()]+", found["name"]) if name) and found["rest"] != ""


RULES = (
    Rule(
        Invariant(
            "release-tags",
            "Only release tags (<name>/vX.Y.Z) start a release, only one workflow does it, and no other ref deploys.",
            "PL20",
        ),
        _tags,
    ),
)
