"""Rules on the files themselves: one clear YAML document, the shape of a workflow, one folder, distinct names."""

from __future__ import annotations

from collections.abc import Iterator

from ....model import Invariant, Location
from ..contexts import contexts
from ..finding import Finding, Rule
from ..repo import FOLDERS, Repo
from ..workflows import Job, Workflow, mapping


def _strict(repo: Repo) -> Iterator[Finding]:
    yield from repo.unreadable


def _formed(repo: Repo) -> Iterator[Finding]:
    for workflow in repo.every:
        if not isinstance(workflow.document.data, dict):
            yield Finding(workflow.at(), "the file isn't a mapping: the server runs nothing of it")
            continue
        for key in ("on", "jobs"):
            if not workflow.data.get(key):
                yield Finding(workflow.at(key), f"the workflow has no `{key}`: the server never starts it")
        for name, data in mapping(workflow.data.get("jobs")).items():
            if not isinstance(data, dict):
                yield Finding(workflow.at("jobs", name), f"job {name} is no mapping: the server refuses the whole file")
        for job in workflow.jobs.values():
            yield from _job(workflow, job, repo)


def _job(workflow: Workflow, job: Job, repo: Repo) -> Iterator[Finding]:
    if not job.uses and not job.data.get("runs-on"):
        yield Finding(job.at(), f"job {job.id} has no `runs-on`: no runner takes it")
    if not job.uses and not job.steps:
        yield Finding(job.at("steps"), f"job {job.id} has no step: it succeeds without doing anything")
    for need in job.needs:
        if need not in workflow.jobs and "${{" not in need:
            yield Finding(job.at("needs"), f"job {job.id} needs {need}, which isn't a job of this workflow")
    if job.id in {n for need in job.needs for n in repo.closure(workflow, need)}:
        yield Finding(job.at("needs"), f"job {job.id} needs itself, through {', '.join(job.needs)}: it never starts")
    if job.uses.startswith("./") and _is_workflow(job.uses) and repo.called(job) is None:
        unread = {f.location.path for f in repo.unreadable}
        if job.uses.removeprefix("./") not in unread:
            yield Finding(job.at("uses"), f"job {job.id} calls {job.uses}, which isn't there")


def _is_workflow(uses: str) -> bool:
    return uses.endswith((".yml", ".yaml"))


def _one_folder(repo: Repo) -> Iterator[Finding]:
    if repo.shadowed:
        names = ", ".join(w.file for w in repo.shadowed)
        yield Finding(
            Location(repo.shadowed[0].path, 1, 1),
            f"{FOLDERS[1]} holds {names}, which the server never reads: {FOLDERS[0]} exists, and the first folder wins",
            f"move them to {FOLDERS[0]}",
        )


def _distinct(repo: Repo) -> Iterator[Finding]:
    seen: dict[str, Workflow] = {}
    for workflow in repo.workflows:
        if workflow.name in seen:
            yield Finding(
                workflow.at("name"),
                f"two workflows are called {workflow.name!r}: {seen[workflow.name].path} is the other, and a required"
                " status can't tell them apart",
            )
        seen.setdefault(workflow.name, workflow)
    known: dict[str, Job] = {}
    for workflow in repo.workflows:
        for job in workflow.jobs.values():
            for context in contexts(workflow, job):
                other = known.setdefault(context, job)
                if other is not job and other.workflow is workflow:
                    yield Finding(
                        job.at("name"),
                        f"jobs {other.id} and {job.id} report the same status {context!r}: one hides the other",
                    )
                    break


RULES = (
    Rule(
        Invariant(
            "strict-yaml",
            "Every workflow is one clear YAML document: no key and no job id stands twice.",
            "PyYAML keeps the last of two jobs with one id; zizmor 1.32 finds nothing in such a file",
        ),
        _strict,
        mend="write each key once",
    ),
    Rule(
        Invariant(
            "well-formed",
            "Every workflow has what the server needs to run it: triggers, jobs, runners, steps, needs that exist.",
            "Gitea leaves a file that it can't read out without a status",
        ),
        _formed,
    ),
    Rule(
        Invariant(
            "one-folder",
            "Workflows lie in one folder: the server takes the first that exists and never looks into the other.",
            "PL18; Gitea WORKFLOW_DIRS",
        ),
        _one_folder,
        "repo",
    ),
    Rule(
        Invariant(
            "unique-contexts",
            "Workflow names, and the statuses that the jobs of a workflow report, are unique.",
            "PL18; go-gitea#35699",
        ),
        _distinct,
        mend="give each its own name",
    ),
)
